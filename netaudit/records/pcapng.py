"""The frames of a pcapng file: several sections, interfaces and byte orders in one file.

Follows draft-ietf-opsawg-pcapng, sections 4.1 to 4.4, and its appendix A for the obsolete packet block. Blocks that
hold no packet are passed over. What breaks off in the middle raises EOFError, after the last frame that was whole.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from struct import Struct

from netaudit.records.frames import Frame, Interface, Unpack
from netaudit.records.interest import Interest
from netaudit.records.links import ETHERNET
from netaudit.records.quick import Quick
from netaudit.records.strides import EIGHT, literally
from netaudit.records.window import Window

PCAPNG = b"\n\r\r\n"
BYTE_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}

_INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET = 1, 2, 3, 6
_LEAST_SIZES = {_INTERFACE: 20, _OLD_PACKET: 32, _SIMPLE_PACKET: 16, _PACKET: 32}  # bytes, of a whole block
_MAX_BLOCK_SIZE = 16 << 20  # bytes, as in Wireshark
_MAX_INTERFACES = 4096  # in one section

_IF_NAME, _IF_TSRESOL, _IF_TSOFFSET = 2, 9, 14
_MAX_NAME = 64  # characters


class _Section:
    """One section: its byte order, and its interfaces in the order of their description."""

    def __init__(self, order: str, interest: Interest | None) -> None:
        self.order = order
        self.interfaces: list[Interface] = []
        self.quick = Quick(_Layout(order, self.interfaces), interest) if interest else None
        self.snap_length = 0  # of the first interface, for blocks that do not say what was kept; 0: all was
        self.head = self.unpack("II")
        self.packet = self.unpack("IIIIII")

    def unpack(self, layout: str) -> Unpack:
        return Struct(self.order + layout).unpack_from


class _Layout:
    """An enhanced packet block: type, size, interface, timestamp, how much of the frame was kept; then the frame."""

    lead, told = 28, 24

    def __init__(self, order: str, interfaces: Sequence[Interface]) -> None:
        self.order, self._interfaces = order, interfaces
        self._unpack, self._pack = Struct(f"{order}III8xI").unpack_from, Struct(f"{order}I").pack

    def read(self, buffer: bytes, at: int, limit: int) -> tuple[tuple[int, int, int], int, int, int] | None:
        kind, size, number, kept = self._unpack(buffer, at)
        if (
            kind != _PACKET
            or kept + _LEAST_SIZES[_PACKET] > size
            or number >= len(self._interfaces)
            or at + size > limit
        ):
            return None
        return (size, number, kept), at + self.lead, kept, at + size

    def spell(self, shape: tuple[int, int, int]) -> list[bytes]:
        size, number, kept = shape
        head = b"".join(map(self._pack, (_PACKET, size, number)))
        return [*literally(head), EIGHT, *literally(self._pack(kept)), b".{%d}" % (size - self.told)]


def read_pcapng(window: Window, skipped: Counter[str], interest: Interest | None = None) -> Iterator[Frame]:
    """The frames of a pcapng file; without some of those that are of no interest, where it is said.

    What contradicts itself within a block is counted as skipped.
    """
    section = _Section("<", interest)
    while window.need(12):
        if window.buffer.startswith(PCAPNG, window.at):
            section = _begin_section(window, interest)
        kind, size = section.head(window.buffer, window.at)
        _await_block(window, size)
        if size < _LEAST_SIZES.get(kind, 12):
            skipped["in blocks that are too short"] += 1
            window.at += size
        elif kind == _PACKET:
            yield from _packets(window, section, skipped)
        else:
            yield from _block(window, section, skipped)
            window.at += size
    if window.limit > window.at:
        raise EOFError(f"the file ends in the middle of the block at byte {window.offset}")


def _begin_section(window: Window, interest: Interest | None) -> _Section:
    mark = window.buffer[window.at + 8 : window.at + 12]
    if mark not in BYTE_ORDERS:
        raise EOFError(f"the section at byte {window.offset} has no byte order: the file is damaged there")
    return _Section(BYTE_ORDERS[mark], interest)


def _await_block(window: Window, size: int) -> None:
    if not 12 <= size <= _MAX_BLOCK_SIZE:
        raise EOFError(f"the block at byte {window.offset} claims {size} bytes: the file is damaged there")
    window.demand(size, "the block")


def _packets(window: Window, section: _Section, skipped: Counter[str]) -> Iterator[Frame]:
    """All whole enhanced packet blocks from here to the first other block, or to the end of what is in memory."""
    buffer, at, limit, unpack, interfaces = window.buffer, window.at, window.limit, section.packet, section.interfaces
    known, least = len(interfaces), _LEAST_SIZES[_PACKET]
    quick = section.quick if all(interface.link == ETHERNET for interface in interfaces) else None
    while at + least <= limit:
        kind, size, number, high, low, kept = unpack(buffer, at)
        if kind != _PACKET or size < least or at + size > limit:
            break
        if number < known and kept + least <= size:
            yield buffer, at + 28, at + 28 + kept, high, low, interfaces[number]
        else:
            skipped["in blocks that contradict themselves"] += 1
        at = quick.past_dull(buffer, at + size, limit) if quick else at + size
    window.at = at


def _block(window: Window, section: _Section, skipped: Counter[str]) -> Iterator[Frame]:
    """The frame of a block of another kind, if it holds one."""
    buffer, at = window.buffer, window.at
    kind, size = section.head(buffer, at)
    if kind == _INTERFACE and len(section.interfaces) < _MAX_INTERFACES:
        _describe(section, buffer[at + 8 : at + size - 4])
    if kind not in {_SIMPLE_PACKET, _OLD_PACKET}:
        return
    if kind == _OLD_PACKET:
        number, high, low, kept = section.unpack("8xH2xIII")(buffer, at)
        start, room = at + 28, size - 32
    else:
        number, high, low, kept = 0, 0, 0, section.unpack("I")(buffer, at + 8)[0]
        start, room = at + 12, size - 16
        kept = min(kept, section.snap_length or kept, room)
    if number < len(section.interfaces) and kept <= room:
        yield buffer, start, start + kept, high, low, section.interfaces[number]
    else:
        skipped["in blocks that contradict themselves"] += 1


def _describe(section: _Section, body: bytes) -> None:
    """Note an interface."""
    link, snap_length = section.unpack("H2xI")(body, 0)
    options = _options(section, body)
    resolution = options.get(_IF_TSRESOL, b"\x06")[0]
    offset = options.get(_IF_TSOFFSET, bytes(8))
    ticks = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    section.snap_length = section.snap_length if section.interfaces else snap_length
    section.interfaces.append(
        Interface(
            link=link,
            name=_name(options.get(_IF_NAME, b"")),
            ticks=ticks,
            weight=2**32,
            offset=section.unpack("q")(offset, 0)[0] if len(offset) == 8 else 0,
        )
    )


def _options(section: _Section, body: bytes) -> dict[int, bytes]:
    """The options of an interface, the first of each kind; empty ones, and those that are cut off, are left out."""
    found: dict[int, bytes] = {}
    unpack, at = section.unpack("HH"), 8
    while at + 4 <= len(body):
        code, size = unpack(body, at)
        value = body[at + 4 : at + 4 + size]
        if code == 0 or len(value) < size:
            break
        if value:
            found.setdefault(code, value)
        at += 4 + size + -size % 4
    return found


def _name(text: bytes) -> str | None:
    name = text[: 4 * _MAX_NAME].decode(errors="replace")
    return "".join(c for c in name if c.isprintable())[:_MAX_NAME].strip() or None
