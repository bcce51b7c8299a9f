"""ICMPv6 on a link: who answers to all nodes, who speaks Neighbor Discovery, and which groups are listened to.

RFC 4443 (echo), RFC 4861 (Neighbor Discovery), RFC 2710 and RFC 3810 (MLD). A link-local address never crosses a
router, so the frame that it came in shows the device's own hardware address. No network is swept, and nobody is asked
for the groups it listens to: whoever asks that may become the network's querier.
"""

from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address

from netaudit.discovery.channel import EXAMPLE_INTERFACE, Channel, Question, Request, observe
from netaudit.discovery.framed import Asking, ask
from netaudit.discovery.text import mac_address
from netaudit.model import Event, Observation, Reply
from netaudit.wire import neighbours
from netaudit.wire.bpf import IPV6, Wanted
from netaudit.wire.interfaces import Interface

PROTOCOL = 58
ALL_NODES = "ff02::1"
_ALL_NODES_MAC = bytes.fromhex("333300000001")  # RFC 2464 section 7
_ECHO, _ECHO_ID, _ECHO_DATA = 128, 0x6E61, b"netaudit"
_HOP_LIMIT = 1
_SHOTS_S = (0.0, 1.0)
_LISTEN_S = 2.0  # answers to a group come within one or two seconds
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


def build_echo(interface: Interface, sequence: int) -> bytes:
    """The frame that asks all nodes of the link for an echo (RFC 4443 section 4.1), 70 bytes."""
    source = IPv6Address((interface.link_local or "::").partition("%")[0]).packed
    target = IPv6Address(ALL_NODES).packed
    head = bytes((_ECHO, 0))
    rest = _ECHO_ID.to_bytes(2) + sequence.to_bytes(2) + _ECHO_DATA
    size = len(head) + 2 + len(rest)
    pseudo = source + target + size.to_bytes(4) + PROTOCOL.to_bytes(4)  # RFC 8200 section 8.1
    message = head + checksum(pseudo + head + rest).to_bytes(2) + rest
    packet = (6 << 28).to_bytes(4) + size.to_bytes(2) + bytes((PROTOCOL, _HOP_LIMIT)) + source + target + message
    own = bytes.fromhex((interface.mac or "").replace(":", ""))
    return _ALL_NODES_MAC + own + IPV6.to_bytes(2) + packet


def checksum(data: bytes) -> int:
    """The Internet checksum of an even number of bytes (RFC 1071)."""
    total = sum(int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def find(question: Question) -> Iterator[Event]:
    """Ask all nodes for an echo, twice; then tell what the kernel has learnt of its IPv6 neighbours meanwhile."""
    link = question.link
    yield from ask(
        question,
        Asking(
            name="ndp",
            shots=tuple((due_s, build_echo(link, number + 1)) for number, due_s in enumerate(_SHOTS_S)),
            to=ALL_NODES,
            listen_s=_LISTEN_S,
            wanted=Wanted(icmpv6=True),
            channel="ndp",
            lost="a device that has an IPv6 address only, and does not answer mDNS or WS-Discovery, is not found",
        ),
    )
    if link.has_link_layer:
        yield from neighbours.read_ipv6_neighbours(link.name)


NDP = Channel(
    name="ndp",
    title="ICMPv6: who is on the link with an IPv6 address, and the groups that are listened to",
    read=read,
    hears=(("ip", PROTOCOL),),
    fields=("mac.address", "ndp.group"),
    sends="one echo request to all nodes of the link, twice",
    requests=(
        Request(
            what="ICMPv6 echo request, a frame of 70 bytes, hop limit 1",
            build=lambda: build_echo(EXAMPLE_INTERFACE, 1),
            to=f"group {ALL_NODES}",
            transport="link",
            ports=(),
            most=len(_SHOTS_S),
            when="one second apart, once per interface that has an IPv6 address",
            source="RFC 4443 section 4: nodes should answer it, and the interface's own address is the only source",
        ),
    ),
    families=(6,),
    find=find,
)
