"""CDP: Cisco's announcement of a device on its cable, which some makers of cameras send too. It is only heard.

The layout is undocumented by its maker and known from implementations: version, time to live and checksum in four
bytes, then units of type, length (with its own four bytes) and value.
"""

from collections.abc import Iterator
from ipaddress import ip_address

from netaudit.discovery.channel import Channel, observe
from netaudit.discovery.text import clean, decode
from netaudit.model import Observation, Reply

SNAP_PROTOCOL = 0x2000
MAX_BYTES = 1600
MAX_UNITS = 64
MAX_ADDRESSES = 8
_HEAD_BYTES = 4
_TEXTS = {1: "cdp.device_id", 3: "cdp.port_id", 5: "cdp.version", 6: "cdp.platform"}
_ADDRESSES = frozenset({2, 22})  # of the device, and for its management
_IPV4 = b"\x01\x01\xcc\x00\x04"  # protocol type, its length, IP, length of the address


def read(reply: Reply) -> Iterator[Observation]:
    """Name, port, platform, software and addresses of the sender."""
    frame = reply.payload[:MAX_BYTES]
    if len(frame) < _HEAD_BYTES or frame[0] not in {1, 2}:
        raise ValueError(f"no CDP: {len(frame)} bytes, of an unknown version")
    for kind, value in _units(frame):
        if kind in _TEXTS:
            yield from observe(reply, _TEXTS[kind], clean(" ".join(decode(value).split())))
        elif kind in _ADDRESSES:
            for address in _addresses(value):
                yield from observe(reply, "cdp.address", address)


def _units(frame: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, value) of each unit; one that is cut off, or shorter than its own head, ends the list."""
    at = _HEAD_BYTES
    for _ in range(MAX_UNITS):
        size = int.from_bytes(frame[at + 2 : at + 4])
        if size < _HEAD_BYTES or at + size > len(frame):
            return
        yield int.from_bytes(frame[at : at + 2]), frame[at + _HEAD_BYTES : at + size]
        at += size


def _addresses(value: bytes) -> Iterator[str]:
    """The IPv4 addresses of a list, up to the first entry of another kind."""
    at = 4
    for _ in range(min(int.from_bytes(value[:4]), MAX_ADDRESSES)):
        start = at + len(_IPV4)
        if value[at:start] != _IPV4 or start + 4 > len(value):
            return
        yield str(ip_address(value[start : start + 4]))
        at = start + 4


CDP = Channel(
    name="cdp",
    title="CDP: devices that announce themselves on the cable as Cisco's do, only heard",
    read=read,
    hears=(("link", SNAP_PROTOCOL),),
    fields=(*_TEXTS.values(), "cdp.address"),
)
