"""IP packets from inside: where the words of a device stand in them, and their checksums (RFC 791, 8200, 768, 9293)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

ICMP, TCP, UDP, FRAGMENT, ICMPV6 = 1, 6, 17, 44, 58
_CHECKSUM_AT: Final = {TCP: 16, UDP: 6, ICMPV6: 2, ICMP: 2}
_EXTENSIONS: Final = {0, 43, 60}
_MOST_EXTENSIONS: Final = 8


@dataclass(slots=True)
class Piece:
    """A part of what one side sent: which whole it belongs to, where in the frame it is, and its place in the whole."""

    key: tuple[object, ...]
    start: int
    end: int
    place: int


@dataclass(frozen=True, slots=True)
class _Packet:
    source: bytes
    target: bytes
    protocol: int
    start: int  # of what is behind the headers of IP
    end: int
    fragment: tuple[int, int, bool] | None  # identification, offset in bytes, whether more follow


def pieces_of(frame: bytes, start: int) -> list[Piece]:
    """The pieces in a frame whose IP header begins at `start`: a TCP segment's data, or a fragment's."""
    return list(_pieces(frame, start))


def _pieces(frame: bytes, start: int) -> Iterator[Piece]:
    packet = _parse(frame, start)
    if packet is None:
        return
    ends = (packet.source, packet.target)
    if packet.fragment:
        number, place, _ = packet.fragment
        yield Piece(("fragment", *ends, number, packet.protocol), packet.start, packet.end, place)
    elif packet.protocol == TCP and packet.end - packet.start >= 20:
        at = packet.start
        data = at + (frame[at + 12] >> 4) * 4
        ports, sequence = frame[at : at + 4], int.from_bytes(frame[at + 4 : at + 8])
        if at + 20 <= data < packet.end:
            yield Piece(("tcp", *ends, ports), data, packet.end, sequence)


def mend(frame: bytearray, start: int) -> None:
    """Make the checksums of a packet true; those of fragments, and of packets that were cut, cannot be reckoned."""
    packet = _parse(bytes(frame), start)
    if packet is None:
        return
    if frame[start] >> 4 == 4:
        size = (frame[start] & 15) * 4
        frame[start + 10 : start + 12] = bytes(2)
        frame[start + 10 : start + 12] = _sum(bytes(frame[start : start + size]))
    at = packet.start + _CHECKSUM_AT.get(packet.protocol, -1)
    if packet.fragment or packet.protocol not in _CHECKSUM_AT or at + 2 > packet.end:
        return
    if packet.protocol == UDP and frame[at : at + 2] == bytes(2):
        return
    frame[at : at + 2] = bytes(2)
    body = bytes(frame[packet.start : packet.end])
    pseudo = packet.source + packet.target + len(body).to_bytes(4) + packet.protocol.to_bytes(4)
    found = _sum(body if packet.protocol == ICMP else pseudo + body)
    frame[at : at + 2] = b"\xff\xff" if packet.protocol == UDP and found == bytes(2) else found


def _parse(frame: bytes, start: int) -> _Packet | None:
    """A packet that is whole; None for what is too short, or says that it is longer than the frame."""
    if len(frame) < start + 20:
        return None
    return _parse4(frame, start) if frame[start] >> 4 == 4 else _parse6(frame, start)


def _parse4(frame: bytes, start: int) -> _Packet | None:
    size, length = (frame[start] & 15) * 4, int.from_bytes(frame[start + 2 : start + 4])
    word = int.from_bytes(frame[start + 6 : start + 8])
    end = start + length
    if size < 20 or length < size or end > len(frame):
        return None
    place, more = (word & 0x1FFF) * 8, bool(word & 0x2000)
    fragment = (int.from_bytes(frame[start + 4 : start + 6]), place, more) if place or more else None
    source, target = frame[start + 12 : start + 16], frame[start + 16 : start + 20]
    return _Packet(source, target, frame[start + 9], start + size, end, fragment)


def _parse6(frame: bytes, start: int) -> _Packet | None:
    end = start + 40 + int.from_bytes(frame[start + 4 : start + 6])
    if frame[start] >> 4 != 6 or end > len(frame):
        return None
    source, target = frame[start + 8 : start + 24], frame[start + 24 : start + 40]
    protocol, at, fragment = frame[start + 6], start + 40, None
    for _ in range(_MOST_EXTENSIONS):
        if at + 8 > end or protocol not in _EXTENSIONS | {FRAGMENT}:
            break
        if protocol == FRAGMENT:
            word = int.from_bytes(frame[at + 2 : at + 4])
            fragment = (int.from_bytes(frame[at + 4 : at + 8]), word & 0xFFF8, bool(word & 1))
            protocol, at = frame[at], at + 8
        else:
            protocol, at = frame[at], at + 8 + frame[at + 1] * 8
    return _Packet(source, target, protocol, at, end, fragment) if at <= end else None


def _sum(data: bytes) -> bytes:
    """The checksum of the internet (RFC 1071)."""
    padded = data + bytes(len(data) % 2)
    total = sum(int.from_bytes(padded[i : i + 2]) for i in range(0, len(padded), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (total ^ 0xFFFF).to_bytes(2)
