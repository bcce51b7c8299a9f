"""Past many dull packets at once: a regular expression made of what the packets before looked like.

Most of a capture is video, whose packets have few lengths and belong to few connections. Once these are known, `re`
walks from record to record by itself, and stops at the first one that is not like them. So it passes nothing that
`quick` has not found dull before.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from operator import itemgetter
from struct import Struct
from typing import Generic, Protocol, TypeVar, cast

from netaudit.records.interest import TCP, UDP, Ignored, Interest

Onward = Callable[[bytes, int, int], re.Match[bytes]]  # of a buffer, from a place in it, to a limit
Shape = TypeVar("Shape", bound=Hashable)  # what of a record's header tells how long it is
BARE = b"\x06"  # a frame with nothing but headers of TCP: known by itself, others by their protocol and direction

_MOST_SHAPES, _MOST_MARKS = 2048, 256  # in one expression
_FIRST_DUE = 512  # frames that are looked at one by one until it is made
_DUE = 16  # and made again, for each word that it knows: to make it costs no more than they did
_FEW, _MANY = 8, 24  # literals that are tried in turn, each of which costs a little

# Patterns of a frame: Ethernet's type, IPv4 without options; its length; no fragment, up to the protocol; what follows.
_TYPE = rb"\x08\x00\x45."
_LENGTH, _LENGTH_WITH_TIMES = (rb"\x00", rb"\x28"), (rb"\x00", rb"\x34")  # of headers of TCP, and nothing else
_WHOLE = rb"..[\x00\x40\x80\xc0]\x00."
_NO_ENDS = b"[" + b"".join(re.escape(bytes([flags])) for flags in range(0, 256, 8)) + b"]"  # not SYN, FIN, RST
_BARE = _WHOLE + rb"\x06.{22}[\x50-\x5f]" + _NO_ENDS
_BARE_WITH_TIMES = _WHOLE + rb"\x06.{22}[\x80-\x8f]" + _NO_ENDS  # twelve bytes of options (RFC 7323)
_LEAST, _LEAST_WITH_TIMES = 54, 66  # bytes of a frame that hold all these headers, with the options or without
EIGHT = b"." * 8  # any eight bytes: a repeat of so few would cost more
STAY = cast("Onward", re.compile(b"").match)
_MACS = 12  # bytes of Ethernet before its type
_TO_LENGTH = 14 + 4  # bytes of a frame up to IPv4's length, and that
_PORT = Struct(">11xH").unpack


class Layout(Protocol[Shape]):
    """How records stand in a capture."""

    order: str  # of the bytes in a number, as Struct knows it
    lead: int  # bytes of a record before the frame
    told: int  # bytes of a record up to the end of the number, of four bytes, that tells how long the frame is

    def read(self, buffer: bytes, at: int, limit: int) -> tuple[Shape, int, int, int] | None:
        """The shape of the record here, where its frame begins and how long that is, where the record ends; if it is whole."""

    def spell(self, shape: Shape) -> list[bytes]:
        """The patterns, one after the other, of a record of this shape, from its first byte to its last."""


class Strides(Generic[Shape]):
    """The expression in force, and what was seen since it was made, which whoever goes step by step notes here."""

    def __init__(self, layout: Layout[Shape], interest: Interest) -> None:
        zeros, low = rb"\x00\x00\x00", b"[\\x00-\\x%02x]" % (_LEAST_WITH_TIMES - 1)
        short = low + zeros if layout.order == "<" else zeros + low
        self._is_whole = b"(?<!%b.{%d})" % (short, layout.lead - layout.told + _TO_LENGTH)
        self._interest, self._lead, self._spell = interest, b".{%d}" % (layout.lead + _MACS), layout.spell
        self._onward, self._steps, self._due, self._listening = STAY, 0, _FIRST_DUE, 0
        self._shapes: dict[Shape, int] = {}
        self._marks: dict[bytes, int] = {}
        self._relied_on, self._targets = Ignored.relied_on, frozenset[int]()

    def note(self, shape: Shape, kept: int, mark: bytes) -> None:
        """A dull frame was met, of so many bytes, in a record of this shape. Mark: what it is known by, as in `quick`."""
        self._steps += 1
        if kept >= _LEAST:
            self._shapes[shape] = self._shapes.get(shape, 0) + 1
        if mark != BARE:
            self._marks[mark] = self._marks.get(mark, 0) + 1

    def onward(self) -> Onward:
        """What goes past all that are dull, if only none; to be asked for again after each packet that was read."""
        if self._steps >= self._due:
            self._renew()
        elif self._is_out_of_date():
            self._onward = STAY
        return self._onward

    def _is_out_of_date(self) -> bool:
        listening = self._interest.listening
        if len(listening) != self._listening:
            self._listening = len(listening)
            if not self._targets.isdisjoint(listening):
                return True
        return self._interest.ignored.relied_on is not self._relied_on

    def _renew(self) -> None:
        interest = self._interest
        self._shapes = _most(self._shapes, _MOST_SHAPES)
        self._marks = _most(
            {m: n for m, n in self._marks.items() if n > 1 and interest.passes(m[0], m[1:])}, _MOST_MARKS
        )
        self._relied_on = frozenset(mark[1:] for mark in self._marks if mark[0] == TCP)
        self._targets = frozenset(_PORT(mark)[0] for mark in self._marks if mark[0] == UDP)
        self._listening, interest.ignored.relied_on = len(interest.listening), self._relied_on
        self._onward = cast("Onward", re.compile(self._pattern(), re.DOTALL).match) if self._shapes else STAY
        self._steps, self._due = 0, max(_FIRST_DUE, _DUE * (len(self._shapes) + len(self._marks)))

    def _pattern(self) -> bytes:
        with_times = self._is_whole + _BARE_WITH_TIMES
        kinds = [[*_LENGTH, _BARE], [*_LENGTH_WITH_TIMES, with_times], *_of_any_length(self._marks)]
        parts = self._lead, _TYPE, _one_of(kinds), _one_of(map(self._spell, self._shapes))
        return b"(?:(?=%b%b%b)%b)*" % parts


def _of_any_length(marks: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The words of frames with these marks, from IPv4's length on."""
    directions: dict[bytes, list[list[bytes]]] = {}
    for mark in marks:
        protocol, *direction = literally(mark)
        directions.setdefault(protocol, []).append(direction)
    for protocol, known in directions.items():
        ends = b".{9}" + _NO_ENDS if protocol[0] == TCP else b""
        yield [b"..", _WHOLE, protocol, b".." + _one_of(known) + ends]


def _most(seen: dict[Shape, int], most: int) -> dict[Shape, int]:
    """Those seen most often, which are tried first."""
    return dict(sorted(seen.items(), key=itemgetter(1), reverse=True)[:most])


def literally(raw: bytes) -> list[bytes]:
    """Patterns of these bytes, one for each."""
    return [re.escape(raw[at : at + 1]) for at in range(len(raw))]


def _one_of(words: Iterable[list[bytes]]) -> bytes:
    """A pattern of all these, each a list of patterns, which tries what they begin with only once."""
    branches: dict[bytes, list[list[bytes]]] = {}
    for first, *rest in filter(None, words):
        branches.setdefault(first, []).append(rest)
    return _first_of([(first, first + _one_of(rest)) for first, rest in branches.items()])


def _first_of(branches: list[tuple[bytes, bytes]]) -> bytes:
    """A pattern of these, each with what it begins with: after a few, a look at that spares to try half of the others."""
    tried = [pattern for _, pattern in branches]
    if len(branches) > _MANY:
        half = (_FEW + len(branches)) // 2
        begins = b"".join(first for first, _ in branches[_FEW:half])
        tried[_FEW:] = b"(?=[%b])%b" % (begins, _first_of(branches[_FEW:half])), _first_of(branches[half:])
    return b"(?:" + b"|".join(tried) + b")" if len(tried) > 1 else b"".join(tried)
