"""One direction of a TCP connection, put together from its segments (RFC 9293 section 3.4).

The first bytes that came for a place stay. Segments may come late, twice or not at all, and the connection may have
begun before the capture.
"""

from dataclasses import dataclass, field

KEPT_SIZE = 64 << 10  # bytes of each direction: greetings and pages are shorter, video is longer
PIECE_COST = 256  # bytes of memory that a piece needs besides its content

_MAX_PIECES = 128  # 64 KiB in segments of 536 bytes, every second missing, are 62

_SEQUENCES = 1 << 32


@dataclass(slots=True)
class Stream:
    """What one end sent. Places count from the first sequence number that was met."""

    key: bytes  # packed addresses and ports, the sender's first
    origin: int | None = None  # sequence number of place 0
    begin: int | None = None  # place of the first byte, once a SYN told it
    end: int | None = None  # place behind the last byte, once a FIN told it
    pieces: list[tuple[int, bytearray]] = field(default_factory=list)  # sorted; they neither overlap nor touch
    accepted_at: float | None = None  # time of the SYN that answered a SYN
    heard_at: float | None = None  # time of the first bytes
    mac: bytes = b""
    interface: str | None = None

    def place(self, sequence: int) -> int:
        """The place of a sequence number, which wraps around."""
        if self.origin is None:
            self.origin = sequence
        return (sequence - self.origin + _SEQUENCES // 2) % _SEQUENCES - _SEQUENCES // 2

    def may_begin(self, sequence: int) -> bool:
        """Whether a SYN before this sequence number fits to what was heard, or else opens another connection."""
        place = self.place(sequence)
        if self.begin is not None:
            return place == self.begin
        return not self.pieces or 0 <= self.pieces[0][0] - place < KEPT_SIZE

    def put(self, place: int, data: bytes) -> int:
        """Keep what is new of these bytes; returns by how many bytes of memory the stream grew."""
        low = -KEPT_SIZE if self.begin is None else self.begin
        high = KEPT_SIZE if self.begin is None else self.begin + KEPT_SIZE
        data = data[max(0, low - place) : max(0, high - place)]
        place = max(place, low)
        if not data:
            return 0
        if self.pieces and _end(self.pieces[-1]) == place:  # in order, as nearly always
            self.pieces[-1][1].extend(data)
            return len(data)
        return self._insert(place, data)

    def _insert(self, place: int, data: bytes) -> int:
        if len(self.pieces) >= _MAX_PIECES:
            return 0
        before = len(self.pieces)
        filled, new = _filled(self.pieces, place, data)
        self.pieces = _joined(filled)
        return new + (len(self.pieces) - before) * PIECE_COST

    @property
    def begin_sequence(self) -> int | None:
        """The sequence number of the first byte, where a SYN told it."""
        return None if self.origin is None or self.begin is None else (self.origin + self.begin) % _SEQUENCES

    @property
    def cost(self) -> int:
        """Bytes of memory that its pieces take: the sum of what put returned."""
        return sum(len(piece) + PIECE_COST for _, piece in self.pieces)

    @property
    def first(self) -> int:
        """The place where reading begins. Where no SYN was seen, a guess."""
        if self.begin is not None:
            return self.begin
        return self.pieces[0][0] if self.pieces else 0

    @property
    def size(self) -> int:
        """Bytes from the first to the first that is missing, as far as they are kept."""
        first = self.first
        for at, piece in self.pieces:
            if at <= first < at + len(piece):
                return min(KEPT_SIZE, at + len(piece) - first)
        return 0

    @property
    def content(self) -> bytes:
        first, size = self.first, self.size
        piece = next((p for p in self.pieces if p[0] <= first < _end(p)), None)
        return b"" if piece is None else bytes(piece[1][first - piece[0] : first - piece[0] + size])

    @property
    def is_full(self) -> bool:
        return self.size == KEPT_SIZE

    @property
    def is_complete(self) -> bool:
        """Whether nothing more will be kept of it."""
        if self.begin is None or self.end is None:
            return self.is_full
        return self.size >= min(KEPT_SIZE, self.end - self.begin)

    @property
    def is_broken(self) -> bool:
        """Whether something is missing between bytes that were seen."""
        read = self.first + self.size
        seen = [_end(piece) for piece in self.pieces[-1:]] + [read if self.end is None else self.end]
        return self.size < KEPT_SIZE and max(seen) > read


def _end(piece: tuple[int, bytearray]) -> int:
    return piece[0] + len(piece[1])


def _filled(pieces: list[tuple[int, bytearray]], place: int, data: bytes) -> tuple[list[tuple[int, bytearray]], int]:
    """The pieces, with these bytes in what gaps they fit; and how many of them were new."""
    filled, at, stop, new = [], place, place + len(data), 0
    for piece in pieces:
        gap_end = min(piece[0], stop)
        if at < gap_end:
            filled.append((at, bytearray(data[at - place : gap_end - place])))
            new += gap_end - at
        filled.append(piece)
        at = max(at, _end(piece))
    if at < stop:
        filled.append((at, bytearray(data[at - place :])))
        new += stop - at
    return filled, new


def _joined(pieces: list[tuple[int, bytearray]]) -> list[tuple[int, bytearray]]:
    """The pieces, those that touch made one."""
    joined = pieces[:1]
    for at, piece in pieces[1:]:
        if _end(joined[-1]) == at:
            joined[-1][1].extend(piece)
        else:
            joined.append((at, piece))
    return joined
