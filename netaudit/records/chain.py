"""Lines of JSON in gzip (RFC 1952), hash-chained so that no byte changes unnoticed; what a bundle is made of.

Each line is `{"chain":"<64 hex>","line":<JSON>}`, where chain is the SHA-256 of the previous line's chain (64 zeros
before the first) and the bytes of <JSON>. The last line stands in a second gzip member, stored and not compressed, so
that it can be compared byte for byte; it is where the SHA-256 of the file before it belongs, for decompression alone
overlooks changes in the bits that fill up a byte. A file without that member was cut off: what there is of it is read.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO, Final

from netaudit.records.lasting import Forcing, force, force_names, open_alone

GZIP_HEADER: Final = bytes.fromhex("1f8b08000000000000ff")  # RFC 1952 section 2.3: deflate, no time, no name, no system
LAST_BLOCK: Final = b"\x03\x00"  # RFC 1951 section 3.2.6: a final block with fixed codes that holds nothing
STORED: Final = b"\x01"  # RFC 1951 section 3.2.4: a final block, not compressed
CHAIN_START: Final = "0" * 64
LINE_HEAD, LINE_MIDDLE, LINE_TAIL = b'{"chain":"', b'","line":', b"}\n"
BODY_AT = len(LINE_HEAD) + 64 + len(LINE_MIDDLE)

MAX_LINE_BYTES = 1 << 20
MAX_BODY_BYTES = MAX_LINE_BYTES - BODY_AT - len(LINE_TAIL)
MAX_TEXT_BYTES = 16 << 30  # decompressed: a /16 with 50 replies of 4 KiB from each address
MAX_END_BYTES = 4096
CHUNK_BYTES = 64 << 10
MOST_ZEROS = 8  # that a file of ours may end in: those of a gzip trailer


class ChainWriter:
    """Writes chained lines, replacing what the file held. Not for several threads at once.

    ValueError where another process writes this file.
    """

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = open_alone(path)
        self._forcing = Forcing(self._file)
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._seal = sha256()
        self._chain, self._crc, self._size = CHAIN_START, 0, 0
        self._write(GZIP_HEADER)
        force_names(path.parent)

    def add(self, body: bytes) -> None:
        """Append one line."""
        self._chain = _link(self._chain, body)
        line = _frame(self._chain, body)
        self._crc, self._size = zlib.crc32(line, self._crc), self._size + len(line)
        self._write(self._deflate.compress(line))

    def flush(self) -> None:
        """Bring all lines to the file, so that they are read even if nothing more is written."""
        self._write(self._deflate.flush(zlib.Z_SYNC_FLUSH))
        self._file.flush()
        self._forcing.grown()

    def force(self) -> None:
        """Return when all that was flushed is on the disk."""
        force(self._file.fileno())

    def seal(self) -> str:
        """Close the first member; the SHA-256 of the file so far."""
        self.flush()
        self._write(LAST_BLOCK + _trailer(self._crc, self._size))
        return self._seal.hexdigest()

    def end(self, body: bytes) -> None:
        """Write the last line behind the seal."""
        self._write(_stored_member(_frame(_link(self._chain, body), body)))

    def close(self) -> None:
        """Close the file when all of it is on the disk; without `end` it counts as cut off."""
        self._forcing.end()
        with self._file:
            self._file.flush()
            self.force()

    def _write(self, data: bytes) -> None:
        self._seal.update(data)
        self._file.write(data)


@dataclass(frozen=True, slots=True)
class Tail:
    """The second member of a file that was ended."""

    member: bytes
    line: bytes

    @property
    def body(self) -> bytes:
        """The JSON of the last line."""
        return self.line[BODY_AT : -len(LINE_TAIL)]


def is_chained(head: bytes) -> bool:
    """Whether a file that begins with these bytes holds chained lines."""
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, 64).startswith(LINE_HEAD)
    except zlib.error:
        return False


def read_tail(path: Path) -> Tail | None:
    """The end of the file, found from behind; None where there is no sound one."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - MAX_END_BYTES))
        data = stream.read(MAX_END_BYTES)
    member = data[data.rfind(GZIP_HEADER + STORED) :]
    line = member[len(GZIP_HEADER + STORED) + 4 : -8]
    return Tail(member, line) if member == _stored_member(line) and line.endswith(LINE_TAIL) else None


def read_seal(path: Path, tail: Tail) -> str:
    """The SHA-256 of the file before its tail."""
    with path.open("rb") as stream:
        left, seal = path.stat().st_size - len(tail.member), sha256()
        while left > 0 and (data := stream.read(min(left, CHUNK_BYTES))):
            left -= len(data)
            seal.update(data)
    return seal.hexdigest()


def read_lines(path: Path, tail: Tail | None) -> Iterator[tuple[int, bytes]]:
    """(number, JSON) of every line before the tail, each verified. Without a tail it stops where the file was cut.

    ValueError, naming the line, on what was not written so.
    """
    chain, number, rest = CHAIN_START, 1, b""
    try:
        for data in _unpack(path, tail):
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                chain, body = _verified(line + b"\n", chain)
                yield number, body
                number += 1
            if len(rest) > MAX_LINE_BYTES:
                _verified(rest, chain)
        if tail:
            _verified(rest + tail.line, chain)
    except (ValueError, zlib.error) as error:
        raise ValueError(f"{path.name}, line {number}: {error}") from None


def _verified(line: bytes, chain: str) -> tuple[str, bytes]:
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(f"longer than {MAX_LINE_BYTES} bytes")
    body = line[BODY_AT : -len(LINE_TAIL)]
    chain = _link(chain, body)
    if line != _frame(chain, body):
        raise ValueError("changed, missing or out of order: it does not follow from the line before it")
    return chain, body


def _unpack(path: Path, tail: Tail | None) -> Iterator[bytes]:
    """The text of the first member in chunks; what stands around it is checked byte for byte."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    crc = size = 0
    with path.open("rb") as stream:
        end = path.stat().st_size if tail else _end_of_data(stream)
        if stream.read(len(GZIP_HEADER)) != GZIP_HEADER:
            raise ValueError("the gzip header is not the one that netaudit writes")
        for data in _inflated(inflate, stream, end):
            crc, size = zlib.crc32(data, crc), size + len(data)
            if size > MAX_TEXT_BYTES:
                raise ValueError(f"more than {MAX_TEXT_BYTES} bytes when decompressed")
            yield data
        rest = inflate.unused_data + stream.read(max(0, min(MAX_END_BYTES, end - stream.tell())))
    trailer = _trailer(crc, size)
    if tail and not (inflate.eof and rest == trailer + tail.member):
        raise ValueError("damaged")
    if not tail and not _is_cut(rest, trailer):
        raise ValueError("what stands behind the lines is not the end of a bundle")


def _end_of_data(stream: BinaryIO) -> int:
    """Where the zeros begin that a file system leaves after a power failure: it knew the size, and not yet the bytes."""
    size = end = stream.seek(0, SEEK_END)
    while end:
        start = max(0, end - CHUNK_BYTES)
        stream.seek(start)
        data = stream.read(end - start).rstrip(b"\0")
        end = start + len(data)
        if data:
            break
    stream.seek(0)
    return end if size - end > MOST_ZEROS else size


def _inflated(inflate: "zlib._Decompress", stream: BinaryIO, end: int) -> Iterator[bytes]:
    data = b""
    while not inflate.eof:
        packed = inflate.unconsumed_tail
        if not packed and len(data) < CHUNK_BYTES:  # else zlib still holds some of what it was given
            packed = stream.read(max(0, min(CHUNK_BYTES, end - stream.tell())))
            if not packed:
                return
        data = inflate.decompress(packed, CHUNK_BYTES)
        yield data


def _is_cut(rest: bytes, trailer: bytes) -> bool:
    """Whether these bytes after the first member are the beginning of what belongs there, and not all of it."""
    head = trailer + GZIP_HEADER + STORED
    sizes = rest[len(head) : len(head) + 4]
    if len(sizes) < 4:
        return head.startswith(rest[: len(head)])
    length, complement = struct.unpack("<HH", sizes)
    whole = len(head) + 4 + length + 8
    return rest.startswith(head) and length ^ complement == 0xFFFF and len(rest) < whole


def _link(chain: str, body: bytes) -> str:
    return sha256(chain.encode() + body).hexdigest()


def _frame(chain: str, body: bytes) -> bytes:
    return LINE_HEAD + chain.encode() + LINE_MIDDLE + body + LINE_TAIL


def _trailer(crc: int, size: int) -> bytes:
    return struct.pack("<II", crc, size & 0xFFFFFFFF)


def _stored_member(data: bytes) -> bytes:
    sizes = struct.pack("<HH", len(data), len(data) ^ 0xFFFF)
    return GZIP_HEADER + STORED + sizes + data + _trailer(zlib.crc32(data), len(data))
