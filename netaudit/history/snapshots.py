"""Runs as the timeline reads them: what each covered, and references to what it found; from the store or from memory."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from netaudit.history.cover import Cover
from netaudit.history.pack import Packed, groups_of, members_of, pack, read_core
from netaudit.history.store import History
from netaudit.inventory import AssetDocument, Document


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One run. Two runs with the same digest of a group found the same there."""

    run: str
    site: str | None
    at: str
    cover: Cover
    groups: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where what the digests stand for is found."""

    members: Callable[[bytes], Sequence[bytes]]
    asset: Callable[[bytes], AssetDocument]


@dataclass(frozen=True, slots=True)
class Reading:
    """A run's recording read again: its assets as they are seen since."""

    run: str
    at: str
    assets: tuple[AssetDocument, ...]


def stored(history: History, runs: Collection[str] | None = None) -> tuple[list[Snapshot], Shelf]:
    """The runs of a history with these ids, all for None, in the order of their starts."""
    rows = [row for row in history.rows() if runs is None or row["id"] in runs]
    pieces = history.pieces(None if runs is None else _needed(rows))
    if runs is not None:
        pieces.update(history.pieces(d for row in rows for d in groups_of(pieces[row["manifest"]]) if d))
    cores = history.cores(None if runs is None else _cores(rows, pieces))
    covers = {row["cover"] for row in rows}
    read = {digest: msgspec.json.decode(pieces[digest], type=Cover) for digest in covers}
    snapshots = [
        Snapshot(r["id"], r["site"], r["started_at"], read[r["cover"]], groups_of(pieces[r["manifest"]])) for r in rows
    ]
    assets = lru_cache(maxsize=None)(lambda digest: read_core(cores[digest]))
    return snapshots, Shelf(lambda digest: members_of(pieces[digest]), assets)


def _needed(rows: Iterable[Mapping[str, Any]]) -> set[bytes]:
    return {row[name] for row in rows for name in ("cover", "manifest")}


def _cores(rows: Iterable[Mapping[str, Any]], pieces: Mapping[bytes, bytes]) -> set[bytes]:
    groups = {group for row in rows for group in groups_of(pieces[row["manifest"]]) if group}
    return {core for group in groups for core in members_of(pieces[group])}


def readings_of(history: History) -> list[Reading]:
    """All readings of a history, in the order of their times."""
    return [Reading(document.run.id, at, document.assets) for at, document in history.readings()]


def given(documents: Iterable[Document]) -> tuple[list[Snapshot], Shelf]:
    """Runs that stand in no history, in the order given."""
    packs = [pack(document) for document in documents]
    pieces = {digest: piece for packed in packs for digest, piece in packed.pieces.items()}
    assets = {core: a for packed in packs for a, core in zip(packed.assets, packed.cores, strict=True)}
    return [_snapshot(packed) for packed in packs], Shelf(lambda digest: members_of(pieces[digest]), assets.__getitem__)


def _snapshot(packed: Packed) -> Snapshot:
    run = packed.head.run
    return Snapshot(run.id, run.site, run.started_at, packed.cover, packed.groups)
