"""An inventory's document as bytes and as a file: UTF-8 JSON, keys sorted, two-space indent (RFC 8259)."""

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from netaudit.inventory.shape import SCHEMA, AssetDocument, Document, Surveyed, schema
from netaudit.plain import ACTING

AT_ONCE = 512  # assets that are written in one piece
_FIRST, _LAST = b'{\n  "assets": [', b"\n  ]\n}"


def encode(doc: Document) -> bytes:
    """The JSON of a document: UTF-8, keys sorted, two-space indent, a newline at the end."""
    return escape(msgspec.json.format(msgspec.json.encode(doc, order="sorted"), indent=2)) + b"\n"


def encode_parts(around: Surveyed, assets: Iterable[AssetDocument]) -> Iterator[bytes]:
    """The JSON of a document with these assets, the same bytes as `encode`, some hundreds of assets at a time."""
    frame = encode(Document(run=around.run, coverage=around.coverage, assets=(), problems=around.problems))
    yield _FIRST
    separator = b""
    for some in portions(assets):
        text = msgspec.json.format(msgspec.json.encode({"assets": some}, order="sorted"), indent=2)
        yield separator + escape(text[len(_FIRST) : -len(_LAST)])
        separator = b","
    yield (b"\n  " if separator else b"") + frame[len(_FIRST) :]


def encode_lines(assets: Iterable[AssetDocument]) -> Iterator[bytes]:
    """The JSON of assets, each on one line with its newline, some hundreds of lines at a time."""
    encoder = msgspec.json.Encoder(order="sorted")
    for some in portions(assets):
        yield escape(encoder.encode_lines(some))


def portions(assets: Iterable[AssetDocument]) -> Iterator[list[AssetDocument]]:
    """The assets, some hundreds at a time."""
    left = iter(assets)
    while some := list(islice(left, AT_ONCE)):
        yield some


def escape(json: bytes) -> bytes:
    r"""The same JSON with what would act on a terminal or break a line as \u escapes: they can stand in strings only."""
    if json.isascii() and b"\x7f" not in json:
        return json
    return _ACTING.sub(_escaped, json.decode()).encode()


_ACTING = re.compile(f"[{ACTING}]")  # of C0, newlines are layout here, and msgspec escapes what stands in strings


def _escaped(hit: re.Match[str]) -> str:
    units = hit[0].encode("utf-16-be")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


def decode(data: bytes) -> Document:
    """The document in these bytes; keys that are not known are ignored. ValueError on what is not an inventory."""
    try:
        found = msgspec.json.decode(data, type=_Head).schema
        if found == SCHEMA:
            return msgspec.json.decode(data, type=Document)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not an inventory: {error}") from None
    raise ValueError(f"not an inventory of schema {SCHEMA}: schema is {found[:80]!r}")


class _Head(msgspec.Struct):
    schema: str = ""


def encode_schema() -> bytes:
    """The JSON Schema as it is shipped and printed."""
    return msgspec.json.format(msgspec.json.encode(schema(), order="sorted"), indent=2) + b"\n"


def read(path: str | os.PathLike[str]) -> Document:
    """The document in a file. ValueError, with the file's name, where it holds no inventory."""
    try:
        return decode(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def write(doc: Surveyed, path: str | os.PathLike[str]) -> None:
    """Write the JSON of a document to a file, whole or not at all."""
    with replacing(path) as stream:
        stream.writelines(encode_parts(doc, doc.assets))


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A stream whose bytes replace the file when all are written; on an error the file stays as it was."""
    given = Path(path)
    if given.exists() and not given.is_file():  # /dev/stdout, a pipe: nothing to keep, and never to be replaced
        with given.open("wb") as stream:
            yield stream
        return
    goal = given.resolve()
    part = goal.with_name(f".{goal.name[:200]}.{secrets.token_hex(4)}.part")
    try:
        with _open_part(part, goal) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(goal)
    finally:
        part.unlink(missing_ok=True)


def _open_part(part: Path, goal: Path) -> BinaryIO:
    try:
        stream = part.open("xb")
    except OSError as error:  # the user knows the file that he named, not ours
        raise type(error)(error.errno, error.strerror, str(goal)) from None
    if goal.exists():
        part.chmod(goal.stat().st_mode)
    return stream
