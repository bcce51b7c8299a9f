"""From frames to replies: the one way, for captures and for what is heard at this moment.

A frame of the link layer and an IP message without ports have no port that tells their protocol; in its place stands
the EtherType, or the protocol number of IP.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from netaudit.model import Reply
from netaudit.records.addresses import address_text
from netaudit.records.connections import Connections
from netaudit.records.datagrams import Datagrams
from netaudit.records.frames import Frame, Interface
from netaudit.records.interest import TCP, UDP, Interest
from netaudit.records.links import ARP, ETHERNET, SADP
from netaudit.records.packets import Packet, read_packets
from netaudit.records.sift import ICMPV6, IGMP

_PADDING = bytes(128)  # lets a header be unpacked before it is known whether the frame is as long as that
_TICKS = 10**6


def replies_of(
    packets: Iterable[Packet], datagrams: Datagrams, connections: Connections, skipped: Counter[str]
) -> Iterator[Reply]:
    """The replies in these packets; what could not be read is counted in `skipped`, by its reason."""
    for packet in packets:
        try:
            if packet.kind == TCP:
                yield from connections.add(packet)
            elif reply := datagrams.add(packet) if packet.kind == UDP else _message(packet):
                yield reply
        except ValueError as error:
            skipped[str(error)] += 1
    yield from connections.finish()


def replies_of_frames(
    frames: Iterable[tuple[float, bytes]], interface: str, udp_ports: frozenset[int], skipped: Counter[str]
) -> Iterator[Reply]:
    """The replies in Ethernet frames of one interface, each given out as its frame comes.

    A frame is (seconds since the epoch, its bytes without the check sequence).
    """
    place = Interface(link=ETHERNET, name=interface, ticks=_TICKS, weight=_TICKS)
    connections = Connections(skipped)
    interest = Interest(ports=udp_ports, listening=set(udp_ports), ignored=connections.ignored)
    packets = read_packets((_frame(*frame, place) for frame in frames), interest, set(), skipped)
    yield from replies_of(packets, Datagrams(interest), connections, skipped)


def _frame(heard_at: float, frame: bytes, place: Interface) -> Frame:
    seconds, ticks = divmod(round(heard_at * _TICKS), _TICKS)
    return frame + _PADDING, 0, len(frame), seconds, ticks, place


def _message(packet: Packet) -> Reply:
    """A packet of the link layer, or an IP message without ports."""
    on_ip = packet.kind in {IGMP, ICMPV6}
    return Reply(
        transport="ip" if on_ip else "link",
        address=address_text(packet.source, packet.interface) if on_ip else _arp_sender(packet),
        payload=packet.body,
        heard_at=packet.heard_at,
        mac=packet.mac.hex(":") or None,
        destination=address_text(packet.target, packet.interface) if on_ip else "",
        destination_port=0 if packet.kind in {ARP, SADP} else packet.kind,  # these two are known by their bytes
        interface=packet.interface,
    )


def _arp_sender(packet: Packet) -> str:
    sender = packet.body[14:18] if packet.kind == ARP else b""
    return address_text(sender, packet.interface) if any(sender) else ""
