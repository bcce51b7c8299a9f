"""What each device got of a scan, counted from the frames that the scanner sent: packets, bytes, connections."""

import socket
import struct
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

SYN, ACK, FIN, RST = 0x02, 0x10, 0x01, 0x04
ARP_BYTES = 28


@dataclass(slots=True)
class Footprint:
    """What one device got, ARP included; bare acknowledgements follow what the device sends, and are apart."""

    connections: int = 0
    packets: int = 0
    size_bytes: int = 0
    acknowledgements: int = 0


def footprints(sent: Iterable[bytes]) -> dict[str, Footprint]:
    """By address, from frames of Ethernet; what goes to groups and broadcasts is counted under those."""
    found: dict[str, Footprint] = defaultdict(Footprint)
    begun: set[tuple[str, bytes]] = set()
    for frame in sent:
        if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\x00\x01":
            _count(found[socket.inet_ntoa(frame[38:42])], ARP_BYTES)
        elif frame[12:14] == b"\x08\x00":
            packet = frame[14 : 14 + struct.unpack_from("!H", frame, 16)[0]]
            address = socket.inet_ntoa(packet[16:20])
            if _is_bare_acknowledgement(packet):
                found[address].acknowledgements += 1
                continue
            _count(found[address], len(packet))
            ports = packet[(packet[0] & 15) * 4 :][:4]
            if _flags(packet) & (SYN | ACK) == SYN and (address, ports) not in begun:  # a repeated SYN begins nothing
                begun.add((address, ports))
                found[address].connections += 1
    return dict(found)


def _count(footprint: Footprint, size_bytes: int) -> None:
    footprint.packets += 1
    footprint.size_bytes += size_bytes


def _flags(packet: bytes) -> int:
    return packet[(packet[0] & 15) * 4 + 13] if packet[9] == socket.IPPROTO_TCP else 0


def _is_bare_acknowledgement(packet: bytes) -> bool:
    if _flags(packet) & (SYN | ACK | FIN | RST) != ACK:
        return False
    start = (packet[0] & 15) * 4
    return len(packet) == start + (packet[start + 12] >> 4) * 4
