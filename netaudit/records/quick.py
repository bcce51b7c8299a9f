"""Past the packets that are of no interest: the quick first look at Ethernet frames that carry IPv4.

Most packets of a capture are video. They are passed here without becoming anything: many at once where packets like
them were seen before (`strides`), else one by one. Whatever is not plainly dull is left to `sift`, which looks at all
of it.
"""

from struct import Struct
from typing import Generic

from netaudit.records.interest import ENDS, TCP, UDP, Interest
from netaudit.records.links import IPV4
from netaudit.records.strides import BARE, STAY, Layout, Shape, Strides

# EtherType, version with header length, length, fragment, protocol, direction (addresses and ports), TCP's header length
# and flags
_FRAME = Struct(">12xHBxH2xHxB2x12s8xBB").unpack_from
_FRAGMENT = 0x3FFF
_HEADERS = 14 + 20  # bytes of Ethernet and IPv4

_MOST_MISSES = 64  # a packet that is not known counts two, one that is takes one off: beyond, knowing does not pay


class Quick(Generic[Shape]):
    """What goes past the dull packets of a capture with this layout."""

    def __init__(self, layout: Layout[Shape], interest: Interest) -> None:
        self._read, self._interest = layout.read, interest
        self._strides = Strides(layout, interest)

    def past_dull(self, buffer: bytes, at: int, limit: int) -> int:
        """The place of the first record from here on that is not dull, or not whole."""
        read, interest, note = self._read, self._interest, self._strides.note
        onward, misses = self._strides.onward(), 0
        toll = 0 if onward is STAY else 2
        while True:
            if pays := misses < _MOST_MISSES:
                begin, at = at, onward(buffer, at, limit).end()
                misses = misses + toll if at == begin else max(misses - 1, 0)
            record = read(buffer, at, limit)
            if not record:
                return at
            shape, start, kept, end = record
            mark = _mark(buffer, start, kept, interest)
            if not mark:
                return at
            if pays:
                note(shape, kept, mark)
            at = end


def _mark(buffer: bytes, at: int, kept: int, interest: Interest) -> bytes:
    """By what a frame is known to be dull: its protocol and direction, or that it is bare; empty where it is not dull."""
    direction: bytes
    kind, first, length, fragment, protocol, direction, words, flags = _FRAME(buffer, at)
    if kind != IPV4 or first != 0x45 or fragment & _FRAGMENT:
        return b""
    if protocol == UDP:
        return b"\x11" + direction if interest.passes_udp(direction) else b""
    if protocol != TCP or flags & ENDS:
        return b""
    if direction in interest.ignored:
        return b"\x06" + direction
    size = (words >> 4) * 4
    return BARE if length == 20 + size >= 40 and kept >= _HEADERS + size else b""
