"""ICMPv6 on a link: who answers to all nodes, who speaks Neighbor Discovery, and which groups are listened to.

RFC 4443 (echo), RFC 4861 (Neighbor Discovery), RFC 2710 and RFC 3810 (MLD). A link-local address never crosses a
router, so the frame that it came in shows the device's own hardware address.
"""

from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address

from netaudit.discovery.channel import Channel, observe
from netaudit.discovery.text import mac_address
from netaudit.model import Observation, Reply

PROTOCOL = 58
MAX_RECORDS = 64
_LINE_BYTES = 256
_LEAST_BYTES = 8
_REPORT, _REPORT_V2 = 131, 143
_LISTENS = frozenset({2, 4, 5})  # excludes some sources, or allows some; RFC 3810 section 5.2.12
_IS_INCLUDE, _TO_INCLUDE = 1, 3  # the same where they name sources
_SOLICITED_NODE = IPv6Address("ff02::1:ff00:0").packed[:13]  # made from an address: it tells nothing more


def read(reply: Reply) -> Iterator[Observation]:
    """The sender's hardware address, and the groups of an MLD report."""
    if reply.transport == "table":
        yield from observe(reply, "mac.address", _of_table_line(reply.payload))
        return
    if len(reply.payload) < _LEAST_BYTES:
        raise ValueError(f"no ICMPv6 message: {len(reply.payload)} bytes")
    if reply.mac and _is_link_local(reply.address):
        yield from observe(reply, "mac.address", mac_address(reply.mac))
    for group in dict.fromkeys(_groups(reply.payload)):
        address = IPv6Address(group)
        if address.is_multicast and group[:13] != _SOLICITED_NODE:
            yield from observe(reply, "ndp.group", str(address))


def _of_table_line(line: bytes) -> str:
    words = line[:_LINE_BYTES].decode("ascii", "replace").split()
    mac = mac_address(words[2]) if len(words) >= 3 and words[1] == "lladdr" else ""
    if not mac:
        raise ValueError("a line of the neighbour table names an address and a hardware address, this one does not")
    return mac


def _is_link_local(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return isinstance(parsed, IPv6Address) and parsed.is_link_local


def _groups(message: bytes) -> Iterator[bytes]:
    """The groups that a report says are listened to; one that is cut off ends the list."""
    if message[0] == _REPORT and len(message) >= 24:
        yield message[8:24]
    if message[0] != _REPORT_V2:
        return
    at = 8
    for _ in range(min(int.from_bytes(message[6:8]), MAX_RECORDS)):
        record = message[at : at + 20]
        if len(record) < 20:
            return
        sources = int.from_bytes(record[2:4])
        if record[0] in _LISTENS or (record[0] in {_IS_INCLUDE, _TO_INCLUDE} and sources):
            yield record[4:20]
        at += 20 + 16 * sources + 4 * record[1]


NDP = Channel(
    name="ndp",
    title="ICMPv6: who is on the link with an IPv6 address, and the groups that are listened to",
    read=read,
    hears=(("ip", PROTOCOL),),
    fields=("mac.address", "ndp.group"),
)
