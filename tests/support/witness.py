"""A witness: what the frames of a scanner say of it, held against what it may send and how.

The closed list of requests is that of tests/test_never.py; here it is frames on a wire that are judged, so nothing that
a program could do behind the back of its own code is missed.
"""

import re
import socket
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import test_never as never

FIN, SYN, RST = 0x01, 0x02, 0x04
OWN = frozenset({b"\x08\x06", b"\x08\x00"})  # ARP and IPv4: nothing else is ours to send

Frames = Iterable[tuple[float, bytes]]  # (seconds, frame)


@dataclass(slots=True)
class Connection:
    """One TCP connection, as its client's packets tell of it."""

    address: str
    port: int
    began: float
    ended: float | None = None  # when the client hung up
    segments: dict[int, bytes] = field(default_factory=dict)  # by sequence number: a repetition is the same request
    established: bool = False  # the handshake was finished: a late answer to a given-up attempt gets a reset only


def connections(sent: Frames, resets: Frames = ()) -> list[Connection]:
    """Every connection that was begun. The scanner ends one, or a device's reset does."""
    found: list[Connection] = []
    current: dict[bytes, Connection] = {}
    for at, packet in sorted([*_packets(sent, socket.IPPROTO_TCP), *_packets(resets, socket.IPPROTO_TCP)]):
        head = (packet[0] & 15) * 4
        flags = packet[head + 13]
        back = packet[16:20] + packet[12:16] + packet[head + 2 : head + 4] + packet[head : head + 2]
        if back in current:  # a reset of the device
            _end(current[back], at)
            continue
        key = packet[12:20] + packet[head : head + 4]
        if flags & SYN and not (key in current and not current[key].established):
            port = struct.unpack_from("!H", packet, head + 2)[0]
            current[key] = Connection(socket.inet_ntoa(packet[16:20]), port, at)
            found.append(current[key])
        if key in current:
            _note(current[key], at, packet)
    return found


def _note(connection: Connection, at: float, packet: bytes) -> None:
    head = (packet[0] & 15) * 4
    flags = packet[head + 13]
    connection.established |= not flags & (SYN | RST)
    payload = _payload(packet, head + (packet[head + 12] >> 4) * 4)
    if payload:
        connection.segments[struct.unpack_from("!I", packet, head + 4)[0]] = payload
    if flags & (FIN | RST):
        _end(connection, at)


def _end(connection: Connection, at: float) -> None:
    if connection.ended is None:
        connection.ended = at


def at_once(every: list[Connection]) -> list[tuple[Connection, Connection]]:
    """Pairs of connections to one device of which the second began before the first was hung up."""
    by_address: dict[str, list[Connection]] = defaultdict(list)
    for connection in every:
        by_address[connection.address].append(connection)
    return [
        (first, second)
        for mine in by_address.values()
        for first, second in pairwise(mine)
        if first.established and (first.ended is None or second.began < first.ended)
    ]


def strangers(sent: Frames) -> list[bytes]:
    """What was sent by UDP or TCP that is none of the known questions, or is forbidden by name."""
    odd = [data for _, data in datagrams(sent) if not (_fits("udp", data) or never.is_mdns_question(data))]
    segments = [s for connection in connections(sent) for s in connection.segments.values()]
    odd += [data for data in segments if not (_fits("tcp", data) or never.TLS_RECORD.match(data))]
    everything = [*(data for _, data in datagrams(sent)), *segments]
    return odd + [data for data in everything if any(re.search(pattern, data) for pattern in never.FORBIDDEN)]


def odd_frames(sent: Frames, own: bytes) -> list[bytes]:
    """Frames that are neither ours by sender nor of a kind that we may send; ARP must ask, and in our own name."""
    return [frame for _, frame in sent if frame[6:12] != own or frame[12:14] not in OWN or not _is_honest(frame)]


def destinations(sent: Frames) -> set[str]:
    """Every address that anything was sent to or asked for; answers to ARP questions go back to who asked."""
    return {
        socket.inet_ntoa(frame[38:42] if frame[12:14] == b"\x08\x06" else frame[30:34])
        for _, frame in sent
        if frame[12:14] in OWN
    }


def datagrams(sent: Frames) -> Iterator[tuple[str, bytes]]:
    """(destination, payload) of each UDP datagram."""
    for _, packet in _packets(sent, socket.IPPROTO_UDP):
        yield socket.inet_ntoa(packet[16:20]), _payload(packet, (packet[0] & 15) * 4 + 8)


def asked_by_arp(sent: Frames) -> dict[str, int]:
    """How often each address was asked for by ARP, by broadcast."""
    counts: dict[str, int] = defaultdict(int)
    for _, frame in sent:
        if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\x00\x01" and frame[0] & 1:
            counts[socket.inet_ntoa(frame[38:42])] += 1
    return counts


def _is_honest(frame: bytes) -> bool:
    if frame[12:14] != b"\x08\x06":
        return True
    return frame[22:28] == frame[6:12] and frame[20:22] in {b"\x00\x01", b"\x00\x02"}  # the kernel answers for itself


def _fits(kind: str, data: bytes) -> bool:
    return never.FORMS[kind].fullmatch(data) is not None


def _packets(sent: Frames, protocol: int) -> Iterator[tuple[float, bytes]]:
    return ((at, frame[14:]) for at, frame in sent if frame[12:14] == b"\x08\x00" and frame[23] == protocol)


def _payload(packet: bytes, start: int) -> bytes:
    return packet[start : struct.unpack_from("!H", packet, 2)[0]]
