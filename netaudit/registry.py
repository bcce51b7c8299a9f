"""Registry: to whom the IEEE gave a hardware address, for reports to show beside a device that nothing else names.

The names come from a package that follows the registry, so they change with it, and no inventory holds them; what
fingerprints assert of camera makers' prefixes stands in fingerprints/mac.address.toml. The package knows blocks of 24
bits: what the registry gave away in smaller parts has no name here.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

NOT_ASSIGNED: Final = 0x03  # in the first byte: a group address, or one that is locally administered (IEEE 802, 8.2)
NOBODY: Final = frozenset({"IEEE Registration Authority", "Private"})  # a block in parts; a name kept secret


def registrant(mac: str) -> str | None:
    """The registrant of a hardware address as aa:bb:cc:dd:ee:ff; None where there is none, or none is known."""
    try:
        if int(mac[:2], 16) & NOT_ASSIGNED:
            return None
        name = _names()(mac)
    except (ValueError, RuntimeError):
        return None
    return None if name in NOBODY else name


@cache
def _names() -> Callable[[str], str | None]:
    try:
        import aiooui  # noqa: PLC0415  only reports need it
    except ImportError:
        return lambda _: None
    with ThreadPoolExecutor(1) as pool:  # a thread of its own: the caller's may have a running loop
        pool.submit(asyncio.run, aiooui.async_load()).result()
    return aiooui.get_vendor
