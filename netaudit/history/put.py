"""What goes into the tables of a history: parts and rows, but for those that are there already."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from netaudit.history.pack import (
    AT_ONCE,
    Packed,
    core_of,
    digest_of,
    manifest_of,
    sheet_of,
    squeeze,
    stretch,
    trace_of,
)
from netaudit.history.tables import ASSET, PIECE
from netaudit.inventory import AssetDocument, Surveyed, portions

Shape = TypeVar("Shape")


def put_parts(link: Connection, document: Surveyed, packed: Packed) -> dict[str, bytes]:
    """Store the parts that are not there yet; the columns of a row that refers to them."""
    cover, manifest = msgspec.json.encode(packed.cover), manifest_of(packed.groups)
    named = {digest_of(text): text for text in (cover, manifest)} | dict(packed.pieces)
    add(link, PIECE, {digest: {"data": squeeze(text)} for digest, text in missing(link, PIECE, named).items()})
    sheet = sheet_of(packed, _traced(link, document, packed.cores))
    return {
        "cover": digest_of(cover),
        "manifest": digest_of(manifest),
        "head": squeeze(msgspec.json.encode(packed.head)),
        "sheet": squeeze(msgspec.json.encode(sheet)),
    }


def _traced(
    link: Connection, document: Surveyed, cores: Iterable[bytes]
) -> Iterator[tuple[AssetDocument, bytes, bytes]]:
    """Store the assets that are not there yet; each with its trace, and the trace that is stored."""
    digests = iter(cores)
    for some in portions(document.assets):
        named = dict(zip(islice(digests, len(some)), some, strict=True))
        new = {digest: (core_of(asset), trace_of(asset)) for digest, asset in missing(link, ASSET, named).items()}
        add(link, ASSET, {d: {"core": squeeze(core), "trace": squeeze(trace)} for d, (core, trace) in new.items()})
        traces = _traces(link, named)
        yield from ((asset, trace_of(asset), traces[digest]) for digest, asset in named.items())


def missing(link: Connection, table: Table, wanted: Mapping[bytes, Shape]) -> dict[bytes, Shape]:
    """Those of these parts, by their digests, that the table has not."""
    known: set[bytes] = set()
    for some in some_at_once(wanted):
        known |= set(link.execute(select(table.c.digest).where(table.c.digest.in_(some))).scalars())
    return {digest: part for digest, part in wanted.items() if digest not in known}


def add(link: Connection, table: Table, rows: Mapping[bytes, Mapping[str, bytes]]) -> None:
    """Add rows, by their digests, some hundreds at a time."""
    for some in some_at_once(rows):
        link.execute(_new(link, table, [{"digest": digest, **rows[digest]} for digest in some]))


def _traces(link: Connection, wanted: Iterable[bytes]) -> dict[bytes, bytes]:
    """The traces that are stored: another process may have been first with a core."""
    found: dict[bytes, bytes] = {}
    for some in some_at_once(wanted):
        rows = link.execute(select(ASSET.c.digest, ASSET.c.trace).where(ASSET.c.digest.in_(some)))
        found |= {digest: stretch(trace) for digest, trace in rows}
    return found


def some_at_once(digests: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The digests, each once and in their order, as many as one question may name."""
    every = sorted(set(digests))
    yield from (every[at : at + AT_ONCE] for at in range(0, len(every), AT_ONCE))


def put(link: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Add a row; False where there is one with its key."""
    key = next(iter(table.primary_key.columns))
    return link.execute(_new(link, table, [row]).returning(key)).first() is not None


def _new(link: Connection, table: Table, rows: list[dict[str, Any]]) -> Any:
    """Add these rows, but for those that are there."""
    insert = postgresql.insert if link.dialect.name == "postgresql" else sqlite.insert
    return insert(table).values(rows).on_conflict_do_nothing()
