"""The TCP connections of a capture: who asked whom, and what was answered (RFC 9293 sections 3.5 and 3.6).

A connection is given out when both ends have said their last, when a RST ends it, when enough of the answer is there,
or at the end of the capture. What is remembered is bounded: the oldest connections are given up first, and counted.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple, TypeVar

from netaudit.model import Reply
from netaudit.records.addresses import address_text
from netaudit.records.interest import Ignored
from netaudit.records.packets import CUT, Packet
from netaudit.records.streams import Stream

MAX_OPEN = 100_000  # connections
MAX_HELD_SIZE = 64 << 20  # bytes, in all open connections
_MAX_ASKED = 100_000  # connections attempted
_MAX_IGNORED = 200_000  # directions

# Where a capture begins in the middle of a connection, the server is known by its port: 34567 and 37777 are also
# among those that clients are given by chance.
_SERVER_PORTS = frozenset(
    {21, 22, 23, 80, 81, 88, 443, 554, 2020, 5000, 8000, 8080, 8081, 8443, 8554, 8899, 9000, 9010, 9020, 10554, 34567}
    | {35000, 37776, 37777, 37778}
)

_FIN, _SYN, _RST, _ACK = 0x01, 0x02, 0x04, 0x10
_HEADER = Struct(">4xIIBB").unpack_from
_HEADER_SIZE = 20
_SEQUENCES = 1 << 32


class _Segment(NamedTuple):
    key: bytes  # the direction: packed addresses and ports, the sender's first
    reverse: bytes
    sequence: int  # of the first byte of data
    acknowledged: int
    flags: int
    data: bytes
    packet: Packet


_T = TypeVar("_T")


@dataclass(slots=True)
class _Connection:
    client: Stream
    server: Stream


class Connections:
    """All connections that may still have something to say."""

    def __init__(self, skipped: Counter[str], max_open: int = MAX_OPEN, max_held_size: int = MAX_HELD_SIZE) -> None:
        self._skipped = skipped
        self._max_open, self._max_held_size = max_open, max_held_size
        self._held_size = 0
        self._open: OrderedDict[bytes, _Connection] = OrderedDict()  # each under the keys of both directions
        self._asked: OrderedDict[bytes, int] = OrderedDict()  # SYNs without an answer: the first sequence number
        self.ignored = Ignored()
        self.given_up = 0  # connections that the limits ended
        self.broken = 0  # answers with a gap

    def add(self, packet: Packet) -> Iterator[Reply]:
        """The connections that this segment ends. ValueError for one that is malformed."""
        segment = _read_segment(packet)
        if segment is None:
            return
        if segment.flags & _SYN:
            yield from self._supersede(segment)
        connection = self._open.get(segment.key) or self._begin(segment)
        if connection is not None and self._take(connection, segment):
            yield from self._close(connection)
        while len(self._open) > 2 * self._max_open or self._held_size > self._max_held_size:
            self.given_up += 1
            yield from self._close(next(iter(self._open.values())))

    def finish(self) -> Iterator[Reply]:
        """What is still open when the capture ends, by time."""
        connections = [c for key, c in self._open.items() if key == c.client.key]
        for connection in sorted(connections, key=lambda c: c.server.heard_at or c.server.accepted_at or 0.0):
            yield from self._close(connection)

    def _supersede(self, segment: _Segment) -> Iterator[Reply]:
        """A SYN that does not fit to what its ports were used for before ends that."""
        connection = self._open.get(segment.key)
        if connection is None:
            is_known = self.ignored.get(segment.key) == segment.sequence
        else:
            is_known = _sides(connection, segment)[0].may_begin(segment.sequence)
        if not is_known:
            yield from self._close(connection) if connection else ()
            self.ignored.drop(segment.key)
            self.ignored.drop(segment.reverse)

    def _begin(self, segment: _Segment) -> _Connection | None:
        """The connection that this segment is the first to be kept of, if it is."""
        if segment.key in self.ignored:
            return None
        if segment.flags & (_SYN | _ACK) == _SYN:
            _remember(self._asked, segment.key, segment.sequence, _MAX_ASKED)
            return None
        if segment.flags & _RST:
            self._asked.pop(segment.reverse, None)
            return None
        if not segment.data and not segment.flags & _SYN:
            return None
        key = self._client(segment)
        connection = _Connection(Stream(key), Stream(segment.reverse if key == segment.key else segment.key))
        begin = self._asked.pop(key, None)
        if begin is not None:
            connection.client.begin = connection.client.place(begin)
        self._open[connection.client.key] = self._open[connection.server.key] = connection
        return connection

    def _client(self, segment: _Segment) -> bytes:
        """The key of the direction in which the client sends."""
        if segment.flags & _SYN or segment.reverse in self._asked:
            return segment.reverse
        if segment.key in self._asked:
            return segment.key
        return max(segment.key, segment.reverse, key=_rank)

    def _take(self, connection: _Connection, segment: _Segment) -> bool:
        """Put the segment where it belongs; whether its connection has nothing more to tell."""
        if segment.flags & _SYN:
            _open_streams(connection, segment)
        stream, other = _sides(connection, segment)
        place = stream.place(segment.sequence)
        if segment.data:
            _note(stream, segment.packet)
            self._held_size += stream.put(place, segment.data)
        if segment.packet.missing:
            self._skipped[CUT] += 1
        if segment.flags & _FIN:
            stream.end = place + len(segment.data) + segment.packet.missing
        if stream.is_complete:
            self.ignored.remember(stream.key, stream.begin_sequence, _MAX_IGNORED)
            if connection.server.is_full or other.is_complete:
                return True
        return bool(segment.flags & _RST)

    def _close(self, connection: _Connection) -> Iterator[Reply]:
        client, server = connection.client, connection.server
        for stream in (client, server):
            del self._open[stream.key]
            self._held_size -= stream.cost
            self.ignored.remember(stream.key, stream.begin_sequence, _MAX_IGNORED)
        content = server.content
        if not content and server.accepted_at is None:
            return
        if server.is_broken:
            self.broken += 1
        yield _reply(client, server, content)


def _read_segment(packet: Packet) -> _Segment | None:
    """The segment, if it is more than an acknowledgement."""
    body = packet.body
    if len(body) < _HEADER_SIZE:
        raise ValueError(CUT if packet.missing else "with a malformed TCP header")
    sequence, acknowledged, offset, flags = _HEADER(body)
    start = (offset >> 4) * 4
    if not _HEADER_SIZE <= start <= len(body) or (flags & _SYN and flags & (_FIN | _RST)):
        raise ValueError(CUT if packet.missing else "with a malformed TCP header")
    key, reverse = packet.source + packet.target + body[:4], packet.target + packet.source + body[2:4] + body[:2]
    if key == reverse:
        raise ValueError("of TCP from an end to itself")
    if start == len(body) and not packet.missing and not flags & (_FIN | _SYN | _RST):
        return None
    return _Segment(
        key=key,
        reverse=reverse,
        sequence=(sequence + 1) % _SEQUENCES if flags & _SYN else sequence,
        acknowledged=acknowledged,
        flags=flags,
        data=body[start:],
        packet=packet,
    )


def _sides(connection: _Connection, segment: _Segment) -> tuple[Stream, Stream]:
    """The stream that the segment belongs to, and the other."""
    client, server = connection.client, connection.server
    return (client, server) if client.key == segment.key else (server, client)


def _open_streams(connection: _Connection, segment: _Segment) -> None:
    """Learn from a SYN where the streams begin, and who is the server."""
    stream, other = _sides(connection, segment)
    stream.begin = stream.place(segment.sequence)
    if not segment.flags & _ACK:
        connection.client, connection.server = stream, other
        return
    connection.client, connection.server = other, stream
    stream.accepted_at = min(stream.accepted_at or segment.packet.heard_at, segment.packet.heard_at)
    stream.mac, stream.interface = segment.packet.mac, segment.packet.interface
    if other.begin is None and other.may_begin(segment.acknowledged):
        other.begin = other.place(segment.acknowledged)


def _note(stream: Stream, packet: Packet) -> None:
    if stream.heard_at is None:
        stream.mac, stream.interface = packet.mac, packet.interface
    stream.heard_at = packet.heard_at if stream.heard_at is None else min(stream.heard_at, packet.heard_at)


def _rank(key: bytes) -> tuple[bool, int, bytes]:
    """Servers first: a known port, else the lower one; the address decides where all is equal."""
    port = int.from_bytes(key[-4:-2])
    return (port not in _SERVER_PORTS, port, key)


def _remember(table: OrderedDict[bytes, _T], key: bytes, value: _T, limit: int) -> None:
    table[key] = value
    if len(table) > limit:
        table.popitem(last=False)


def _reply(client: Stream, server: Stream, content: bytes) -> Reply:
    size = (len(server.key) - 4) // 2
    address = address_text(server.key[:size], server.interface)
    heard_at = server.heard_at if content else server.accepted_at
    return Reply(
        transport="tcp",
        address=address,
        port=int.from_bytes(server.key[-4:-2]),
        payload=content,
        heard_at=heard_at or 0.0,
        mac=server.mac.hex(":") or None,
        destination=address_text(server.key[size:-4], server.interface),
        destination_port=int.from_bytes(server.key[-2:]),
        interface=server.interface,
        request=client.content,
        asked=address,
    )
