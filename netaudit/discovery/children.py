"""Children: what a recorder's list says of the cameras behind it, one channel each.

The lists hold the names and passwords that the recorder logs in with. Only what is named here becomes an observation.
"""

from collections.abc import Iterator
from ipaddress import ip_address

from netaudit.discovery.channel import observe
from netaudit.discovery.text import clean, mac_address
from netaudit.model import Observation, Reply
from netaudit.vocabulary import is_placeholder

MAX_CHILDREN = 512  # channels of one list; the largest recorders have 256
CHILD_FIELDS = ("child.protocol", "child.address", "child.model", "child.serial", "child.firmware", "mac.address")
_NO_ADDRESS = frozenset({"0.0.0.0", "192.168.0.0", "::"})  # noqa: S104  what an unused channel of a list has


def observe_child(reply: Reply, part: str, values: dict[str, str]) -> Iterator[Observation]:
    """What is said of the device of one channel, by field; nothing of a channel that has no device."""
    told = {field: clean(values.get(field, "")) for field in CHILD_FIELDS}
    told["child.address"] = _address(told["child.address"])
    told["mac.address"] = mac_address(told["mac.address"])
    if not any(told[field] and not is_placeholder(told[field]) for field in CHILD_FIELDS[1:]):
        return
    for field, value in told.items():
        yield from observe(reply, field, value, clean(part, 64))


def _address(text: str) -> str:
    """The address in its usual form; empty where it is none that another device can have."""
    try:
        parsed = ip_address(text)
    except ValueError:
        return ""
    unusable = str(parsed) in _NO_ADDRESS or parsed.is_loopback or parsed.is_multicast
    return "" if unusable else str(parsed)
