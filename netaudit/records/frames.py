"""The frames of a pcap file, in all dialects that are met: both byte orders, micro- and nanoseconds.

Follows draft-ietf-opsawg-pcap. What breaks off in the middle raises EOFError, after the last frame that was whole.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Any

from netaudit.records.interest import Interest
from netaudit.records.links import ETHERNET
from netaudit.records.quick import Quick
from netaudit.records.strides import EIGHT, literally
from netaudit.records.window import Window

MAX_FRAME_SIZE = 1 << 18  # bytes; libpcap's MAXIMUM_SNAPLEN

PCAP = {  # magic number: byte order, ticks per second, size of a record's header
    b"\xa1\xb2\xc3\xd4": (">", 10**6, 16),
    b"\xd4\xc3\xb2\xa1": ("<", 10**6, 16),
    b"\xa1\xb2\x3c\x4d": (">", 10**9, 16),
    b"\x4d\x3c\xb2\xa1": ("<", 10**9, 16),
    b"\xa1\xb2\xcd\x34": (">", 10**6, 24),  # Kuznetzov's: interface, protocol and packet type follow
    b"\x34\xcd\xb2\xa1": ("<", 10**6, 24),
}
_HEADER_SIZE = 24

_END_OF_TIME = 253_402_300_800  # the year 10000: no date of an inventory can be written after it

Unpack = Callable[[bytes, int], tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """Where frames were captured, and how their timestamps count."""

    link: int  # https://www.tcpdump.org/linktypes.html
    name: str | None = None
    ticks: int = 10**6  # per second
    weight: int = 10**6  # what the timestamp's first half counts, in ticks
    offset: int = 0  # seconds

    def heard_at(self, high: int, low: int) -> float:
        """Seconds since the epoch; 0.0, which means unknown, for a date that cannot be."""
        seconds = (high * self.weight + low) / self.ticks + self.offset
        return seconds if 0 <= seconds < _END_OF_TIME else 0.0


# A plain tuple, because one is made for each packet: the buffer, where the frame begins and ends in it, the two halves
# of its timestamp, its interface.
Frame = tuple[bytes, int, int, int, int, Interface]


def read_pcap(window: Window, interest: Interest | None = None) -> Iterator[Frame]:
    """The frames of a pcap file, from its header on; without some of those that are of no interest, where it is said."""
    window.demand(_HEADER_SIZE, "the header")
    order, ticks, size = PCAP[window.buffer[window.at : window.at + 4]]
    (link,) = Struct(f"{order}20xI").unpack_from(window.buffer, window.at)
    window.at += _HEADER_SIZE
    # The upper half of the field says how long a check sequence follows each frame: no length within counts it.
    interface = Interface(link=link & 0xFFFF, ticks=ticks, weight=ticks)
    unpack = Struct(f"{order}III{size - 12}x").unpack_from
    quick = Quick(_Layout(order, size), interest) if interest and interface.link == ETHERNET else None
    while window.need(size):
        yield from _records(window, unpack, size, interface, quick)
        if window.limit - window.at >= size:
            _await_record(window, size, unpack(window.buffer, window.at)[2])
    if window.limit > window.at:
        raise EOFError(f"the file ends in the middle of the packet at byte {window.offset}")


class _Layout:
    """A record: two halves of the timestamp, how much of the frame was kept, and how long it was; then the frame."""

    told = 12

    def __init__(self, order: str, size: int) -> None:
        self.order, self.lead = order, size
        self._unpack, self._pack = Struct(f"{order}8xI").unpack_from, Struct(f"{order}I").pack

    def read(self, buffer: bytes, at: int, limit: int) -> tuple[int, int, int, int] | None:
        (kept,) = self._unpack(buffer, at)
        start = at + self.lead
        return (kept, start, kept, start + kept) if start + kept <= limit and kept <= MAX_FRAME_SIZE else None

    def spell(self, shape: int) -> list[bytes]:
        return [EIGHT, *literally(self._pack(shape)), b".{%d}" % (self.lead - self.told + shape)]


def _records(
    window: Window, unpack: Unpack, size: int, interface: Interface, quick: Quick[int] | None
) -> Iterator[Frame]:
    """All whole records that are in memory."""
    buffer, at, limit = window.buffer, window.at, window.limit
    while at + size <= limit:
        high, low, kept = unpack(buffer, at)
        end = at + size + kept
        if end > limit or kept > MAX_FRAME_SIZE:
            break
        yield buffer, at + size, end, high, low, interface
        at = quick.past_dull(buffer, end, limit) if quick else end
    window.at = at


def _await_record(window: Window, size: int, kept: int) -> None:
    if kept > MAX_FRAME_SIZE:
        raise EOFError(f"the packet at byte {window.offset} claims {kept} bytes: the file is damaged there")
    window.demand(size + kept, "the packet")
