"""IGMP: the multicast groups that a device listens to (RFC 1112, RFC 2236, RFC 3376). It is only heard.

Who joins the group of SADP or DHIP speaks it, even if it answers nobody.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from netaudit.discovery.channel import Channel, observe
from netaudit.model import Observation, Reply

PROTOCOL = 2
MAX_GROUPS = 64
_LEAST_BYTES = 8
_REPORTS = frozenset({0x12, 0x16})  # of versions 1 and 2: one group
_REPORT_V3 = 0x22
_OTHERS = frozenset({0x11, 0x17, 0x13, 0x14, 0x30, 0x31, 0x32})  # queries, leaving, and what routers say
_INCLUDE = frozenset({1, 3})  # with sources it listens to those, without any it has left; RFC 3376 section 4.2.12
_BLOCK = 6


def read(reply: Reply) -> Iterator[Observation]:
    """The groups of a report; nothing of queries, and of groups that are left."""
    message = reply.payload
    if len(message) < _LEAST_BYTES or message[0] not in {*_REPORTS, _REPORT_V3, *_OTHERS}:
        raise ValueError(f"no IGMP message that is known ({len(message)} bytes)")
    groups = _groups(message) if message[0] == _REPORT_V3 else [message[4:8]] if message[0] in _REPORTS else []
    for group in dict.fromkeys(groups):
        address = IPv4Address(group)
        yield from observe(reply, "igmp.group", str(address) if address.is_multicast else None)


def _groups(message: bytes) -> Iterator[bytes]:
    """The groups that are listened to, of a report of version 3 (RFC 3376 section 4.2)."""
    at = _LEAST_BYTES
    for _ in range(min(int.from_bytes(message[6:8]), MAX_GROUPS)):
        record = message[at : at + 8]
        if len(record) < 8:
            return
        sources = int.from_bytes(record[2:4])
        if record[0] != _BLOCK and (sources or record[0] not in _INCLUDE):
            yield record[4:8]
        at += 8 + 4 * sources + 4 * record[1]


IGMP = Channel(
    name="igmp",
    title="IGMP: multicast groups that devices listen to, only heard",
    read=read,
    hears=(("ip", PROTOCOL),),
    fields=("igmp.group",),
)
