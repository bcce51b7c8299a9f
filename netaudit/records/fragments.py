"""Datagrams that came in fragments, put together again (RFC 791 section 3.2, RFC 8200 section 4.5).

A datagram whose fragments overlap is given up, as RFC 5722 demands: honest senders make none, and whoever reads them
one way sees something else than he who reads them the other way.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

_MAX_DATAGRAMS = 256  # in the making at one time
_MAX_FRAGMENTS = 256  # of one datagram; 64 KiB in pieces of 576 bytes are 119
_MAX_SIZE = 65_535  # bytes, the largest datagram
_PATIENCE_S = 60.0  # RFC 8200: what is not complete by then never will be, and its number may be used again


@dataclass(slots=True)
class _Datagram:
    began_at: float
    pieces: dict[int, bytes] = field(default_factory=dict)
    size: int | None = None  # known when the last fragment is there
    bad: bool = False


class Fragments:
    """The datagrams of which something is missing."""

    def __init__(self, skipped: Counter[str], is_wanted: Callable[[bytes], bool]) -> None:
        """Counts as skipped what cannot be put together, if its first bytes say that it is wanted."""
        self._skipped, self._is_wanted = skipped, is_wanted
        self._open: OrderedDict[Hashable, _Datagram] = OrderedDict()

    def add(self, key: Hashable, offset: int, more: bool, body: bytes, heard_at: float) -> bytes | None:
        """The whole datagram, once its last gap is filled; the key names what its fragments have in common."""
        datagram = self._find(key, heard_at)
        if datagram.bad or datagram.pieces.get(offset) == body:
            return None
        if not _fits(datagram, offset, more, body):
            self._skipped["in fragments that overlap or do not fit"] += 1
            datagram.bad = True
            datagram.pieces.clear()
            return None
        datagram.pieces[offset] = body
        datagram.size = datagram.size if more else offset + len(body)
        if datagram.size is None or sum(map(len, datagram.pieces.values())) < datagram.size:
            return None
        del self._open[key]
        return b"".join(piece for _, piece in sorted(datagram.pieces.items()))

    def finish(self) -> None:
        """No more will come."""
        while self._open:
            self._forget(next(iter(self._open)))

    def _find(self, key: Hashable, heard_at: float) -> _Datagram:
        datagram = self._open.get(key)
        if datagram is not None and abs(heard_at - datagram.began_at) <= _PATIENCE_S:
            return datagram
        if datagram is not None:
            self._forget(key)
        if len(self._open) >= _MAX_DATAGRAMS:
            self._forget(next(iter(self._open)))
        self._open[key] = datagram = _Datagram(heard_at)
        return datagram

    def _forget(self, key: Hashable) -> None:
        if self._is_wanted(self._open.pop(key).pieces.get(0, b"")):
            self._skipped["in fragments, some of which are missing"] += 1


def _fits(datagram: _Datagram, offset: int, more: bool, body: bytes) -> bool:
    """Whether this fragment may belong to that datagram; all but the last are multiples of eight bytes."""
    end = offset + len(body)
    limit = _MAX_SIZE if datagram.size is None else datagram.size
    if not body or end > limit or (more and len(body) % 8) or len(datagram.pieces) >= _MAX_FRAGMENTS:
        return False
    if not more and (datagram.size is not None or any(at + len(p) > end for at, p in datagram.pieces.items())):
        return False
    return all(end <= at or at + len(piece) <= offset for at, piece in datagram.pieces.items())
