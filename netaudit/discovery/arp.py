"""ARP: which hardware address holds an IPv4 address (RFC 826, RFC 5227)."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from netaudit.discovery.channel import Channel, Question, Request, observe
from netaudit.discovery.sweeping import in_order
from netaudit.discovery.text import mac_address
from netaudit.model import ChannelReport, Event, Gap, Observation, Reply
from netaudit.wire import link, neighbours
from netaudit.wire.interfaces import Interface

_PACKET_BYTES = 28
_LINE_BYTES = 256
_EXAMPLE = Interface(
    "eth0", "192.0.2.2", IPv4Network("192.0.2.0/24"), "02:00:00:00:00:02", "192.0.2.255", loopback=False, multicast=True
)
_HEADER = b"\x00\x01\x08\x00\x06\x04"  # Ethernet, IPv4, address lengths 6 and 4


def read(reply: Reply) -> Iterator[Observation]:
    """The sender's hardware address, from an ARP packet or from a line of the kernel's table."""
    mac = _of_table_line(reply.payload) if reply.transport == "table" else _of_packet(reply.payload)
    yield from observe(reply, "mac.address", mac)


def _of_table_line(line: bytes) -> str:
    columns = line[:_LINE_BYTES].decode("ascii", "replace").split()
    if len(columns) != 6:
        raise ValueError(f"a neighbour table line has 6 columns, this one {len(columns)}")
    mac = mac_address(columns[3])
    if not mac:
        raise ValueError(f"{columns[3]!r} is not a hardware address that can send")
    return mac


def _of_packet(packet: bytes) -> str:
    if len(packet) < _PACKET_BYTES or packet[:6] != _HEADER:
        raise ValueError(f"not an ARP packet for IPv4 over Ethernet ({len(packet)} bytes)")
    sender = packet[8:14]
    if sender[0] & 1 or not any(sender):  # a group's, or nobody's
        raise ValueError(f"{sender.hex(':')!r} is not a hardware address that can send")
    return sender.hex(":")


def find(question: Question) -> Iterator[Event]:
    """Sweep the addresses; without the right to raw sockets, say so and leave it to the kernel's table."""
    interface = question.link
    addresses, notes = in_order(question)
    try:
        yield from link.sweep(interface, addresses, question.gate, notes, question.asked)
    except PermissionError:
        yield Gap(
            kind="no_link_layer",
            detail=f"no ARP sweep on {interface.name}: this process may not open raw sockets (root or CAP_NET_RAW); "
            "hardware addresses come from the kernel's table, and a device that answers ARP only may be missed",
            address=interface.address,
        )
        yield ChannelReport(name="arp", status="partial", reason="no right to raw sockets: kernel table only")


def build_example() -> bytes:
    """A request as it is sent, with the addresses of RFC 5737."""
    return bytes(link.build_request(_EXAMPLE)[:38]) + b"\xc0\x00\x02\x07" + bytes(18)


def read_table() -> Iterator[Reply]:
    """What the kernel has resolved by now."""
    return neighbours.read_neighbours()


ARP = Channel(
    name="arp",
    title="ARP: hardware addresses of the attached networks",
    read=read,
    knows=lambda reply: reply.transport == "table" or (reply.transport == "link" and reply.payload[:6] == _HEADER),
    fields=("mac.address",),
    sends="one ARP request per address, a second one to the silent",
    requests=(
        Request(
            what="ARP request, 60 bytes, with the sender's own addresses",
            build=build_example,
            to="each address",
            transport="link",
            ports=(),
            most=link.MOST_PASSES,
            when="on an attached network in scope; a second time only to the silent, and more often only on a link that "
            "loses packets",
            source="RFC 826, RFC 5227",
        ),
    ),
    find=find,
)
