"""The input of a capture: read in pieces, unpacked if it is packed with gzip (RFC 1952), seen through a window.

The memory needed does not depend on the size of the file. Where the input ends or breaks in the middle, EOFError says so.
"""

import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import BinaryIO

GZIP = b"\x1f\x8b"

_PIECE_SIZE = 256 << 10  # bytes; what the fastest memory of a processor holds
_PACKED_SIZE = 64 << 10  # bytes; small, because each member of a gzip file copies what is left of its piece
_PADDING = bytes(128)  # lets a header be unpacked before it is known whether the frame is as long as that

# A deflate stream grows 1,032 times at most; a capture of a mere ARP sweep grows about 20 times.
_MAX_EXPANSION = 200
_EXPANSION_IS_FREE = 256 << 20  # bytes


class Window:
    """The part of the input that is in memory, and the place in it: `buffer` holds it from `at` to `limit`."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._passed = 0  # bytes of the input before the buffer
        self.buffer = _PADDING
        self.at = 0
        self.limit = 0

    @property
    def offset(self) -> int:
        """The place in the file; in the unpacked one, if it is packed."""
        return self._passed + self.at

    def need(self, size: int) -> bool:
        """Whether there are so many bytes from here on; reads on where they are not in memory."""
        if self.limit - self.at >= size:
            return True
        parts = [self.buffer[self.at : self.limit]]
        have = len(parts[0])
        while have < size and (chunk := next(self._chunks, b"")):
            parts.append(chunk)
            have += len(chunk)
        self._passed += self.at
        self.buffer, self.at, self.limit = b"".join((*parts, _PADDING)), 0, have
        return have >= size

    def demand(self, size: int, what: str) -> None:
        """So many bytes from here on, or EOFError."""
        if not self.need(size):
            raise EOFError(f"the file ends in the middle of {what} at byte {self.offset}")


class FileWindow(Window):
    """The same of a file that is not packed: what is left of a piece is read again with the next, and not copied."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(iter(()))
        self._descriptor = descriptor

    def need(self, size: int) -> bool:
        """Whether there are so many bytes from here on; reads on where they are not in memory."""
        if self.limit - self.at >= size:
            return True
        self._passed += self.at
        most = max(size, _PIECE_SIZE)
        self.buffer = os.pread(self._descriptor, most + len(_PADDING), self._passed)
        self.at, self.limit = 0, min(len(self.buffer), most)
        if len(self.buffer) < most + len(_PADDING):
            self.buffer += _PADDING
        return self.limit >= size


def open_window(stream: BinaryIO) -> Window:
    """The window on a file that was opened, from its beginning."""
    is_file = hasattr(os, "pread") and stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    if is_file and os.pread(stream.fileno(), len(GZIP), 0) != GZIP:
        return FileWindow(stream.fileno())
    return Window(read_chunks(stream))


def unpack_head(head: bytes) -> bytes:
    """The first bytes of the file itself, as far as these tell; empty where it is packed and damaged."""
    if not head.startswith(GZIP):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 64)
    except zlib.error:
        return b""


def read_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of the file in pieces, none of them empty, unpacked if it is packed."""
    head = stream.read(len(GZIP))
    if head == GZIP:
        yield from _unpack(stream)
    elif head:
        yield head
        yield from iter(lambda: stream.read(_PIECE_SIZE), b"")


def _unpack(stream: BinaryIO) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=31)
    packed = unpacked = 0
    for chunk in chain([GZIP], iter(lambda: stream.read(_PACKED_SIZE), b"")):
        packed += len(chunk)
        rest = _unpadded(chunk) if member.eof else chunk
        while rest:
            member = zlib.decompressobj(wbits=31) if member.eof else member
            before, given = member.copy(), rest
            try:
                piece = member.decompress(given, _PIECE_SIZE)
            except zlib.error as error:
                if piece := _salvage(before, given):
                    yield piece
                raise EOFError(f"its gzip stream is damaged ({error})") from None
            rest = _unpadded(member.unused_data) if member.eof else member.unconsumed_tail
            unpacked += len(piece)
            if unpacked > max(_EXPANSION_IS_FREE, packed * _MAX_EXPANSION):
                raise EOFError(f"its gzip stream grows more than {_MAX_EXPANSION} times; unpack it to read all of it")
            if piece:
                yield piece
    if not member.eof:
        raise EOFError("its gzip stream is cut off")


def _unpadded(packed: bytes) -> bytes:
    """Devices that write whole blocks leave zeros behind the last member."""
    return packed.lstrip(b"\0")


def _salvage(member: "zlib._Decompress", packed: bytes) -> bytes:
    """What is before the damage: byte for byte, because zlib keeps nothing of a piece that has an error in it."""
    pieces: list[bytes] = []
    with suppress(zlib.error):
        pieces.extend(member.decompress(packed[at : at + 1]) for at in range(len(packed)))
    return b"".join(pieces)
