"""An inventory in a file, its assets read one by one, so that memory does not follow the size of the file (RFC 8259).

Only a file that is laid out as `jsonfile` writes it can be cut between two assets without reading all of it: there, a
line ends the one and a line begins the other, and no string of JSON holds a line's end. Whatever is cut off is decoded:
where a cut was wrong it is no JSON, and a ValueError says so before anybody relies on it.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from netaudit.inventory.jsonfile import read
from netaudit.inventory.shape import (
    SCHEMA,
    AssetDocument,
    CoverageDocument,
    ProblemDocument,
    RunDocument,
    Surveyed,
)

BLOCK_BYTES = 1024 * 1024
BEGINNING, FIRST = b'{\n  "assets": [', b"\n    {\n"
LAST, END = b"\n    }", b'\n  ],\n  "coverage": {'
BETWEEN = LAST + b"," + FIRST

Result = TypeVar("Result")

_ASSETS = msgspec.json.Decoder(list[AssetDocument])


class _Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around the assets."""

    schema: str
    run: RunDocument
    coverage: CoverageDocument
    problems: tuple[ProblemDocument, ...]
    assets: msgspec.Raw | UnsetType = UNSET  # JSON may say a thing twice: then this is none of our files


@dataclass(frozen=True, slots=True)
class Stored:
    """An inventory in a file, which is read anew each time that somebody goes through its assets."""

    path: Path
    run: RunDocument
    coverage: CoverageDocument
    problems: tuple[ProblemDocument, ...]
    size_bytes: int  # of what stands between the brackets of `assets`
    mark: tuple[int, ...]  # what changes with the file

    @property
    def assets(self) -> Iterator[AssetDocument]:
        """The devices. ValueError where the file is not laid out as ours are, or was changed meanwhile."""
        with self.path.open("rb") as stream:
            _check(self.mark == _mark(stream.fileno()), self.path)
            stream.seek(len(BEGINNING))
            rest, left = b"", self.size_bytes
            while left:
                block = stream.read(min(left, BLOCK_BYTES))
                _check(bool(block), self.path)
                left -= len(block)
                whole, rest = _cut(rest + block) if left else (rest + block, b"")
                yield from _decoded(whole, self.path)
            _check(self.mark == _mark(stream.fileno()), self.path)


def survey(path: Path) -> Surveyed:
    """The inventory in this file, whose devices are read one by one where it is laid out as ours are, else in one piece.

    Each was read once when this returns, so that no mistake is met half-way. ValueError where it holds no inventory.
    """
    with suppress(ValueError):  # whatever is wrong with it, reading it in one piece tells it better
        found = open_stored(path)
        deque(found.assets, maxlen=0)
        return found
    return read(path)


def surveyed(paths: Iterable[Path], work: Callable[..., Result]) -> Result:
    """What this work makes of the inventories in these files, read device by device, or in one piece where one cannot be.

    For work that leaves nothing behind before its end: it may be begun again.
    """
    every = tuple(paths)
    with suppress(ValueError):  # as in `survey`
        return work(*map(open_stored, every))
    return work(*map(read, every))


def open_stored(path: Path) -> Stored:
    """The inventory in this file. ValueError where it is not laid out as ours are: `read` takes it, or says why not."""
    if not path.is_file():
        raise ValueError(f"{path}: no file that can be read twice")
    with path.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
        begin, end = len(BEGINNING), content.rfind(LAST + END) + len(LAST)
        if content[: begin + len(FIRST)] != BEGINNING + FIRST or end <= begin:
            raise ValueError(f"{path}: not laid out as netaudit writes it")
        frame = _framed(b"{" + content[end + len(b"\n  ],") :])
        return Stored(path, frame.run, frame.coverage, frame.problems, end - begin, _mark(stream.fileno()))


def _framed(text: bytes) -> _Frame:
    try:
        frame = msgspec.json.decode(text, type=_Frame)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if frame.schema != SCHEMA or frame.assets is not UNSET:
        raise ValueError("no inventory of ours")
    return frame


def _cut(text: bytes) -> tuple[bytes, bytes]:
    """The whole assets at the beginning of this text, and what follows the comma after them."""
    at = text.rfind(BETWEEN)
    return (text[: at + len(LAST)], text[at + len(LAST) + 1 :]) if at >= 0 else (b"", text)


def _decoded(text: bytes, path: Path) -> list[AssetDocument]:
    try:
        return _ASSETS.decode(b"[" + text + b"]")
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"{path}: no device stands where one should, or it was changed while it was read: {error}"
        ) from None


def _mark(descriptor: int) -> tuple[int, ...]:
    found = os.fstat(descriptor)
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _check(is_same: bool, path: Path) -> None:
    if not is_same:
        raise ValueError(f"{path}: it was changed while it was read: try again")
