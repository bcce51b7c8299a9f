"""Runs as the timeline reads them: what each covered, and references to what it found; from the store or from memory."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from netaudit.history.cover import Cover, cover_of
from netaudit.history.outline import outline
from netaudit.history.pack import core_of, digest_of, groups_of, members_of, read_core, refer
from netaudit.history.store import History, Parts
from netaudit.inventory import AssetDocument, Surveyed


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
    assets = Parts({digest: outline(read_core(core)) for digest, core in cores})
    covers = {row["cover"] for row in rows}
    read = {digest: msgspec.json.decode(pieces[digest], type=Cover) for digest in covers}
    snapshots = [
        Snapshot(r["id"], r["site"], r["started_at"], read[r["cover"]], groups_of(pieces[r["manifest"]])) for r in rows
    ]
    return snapshots, Shelf(lambda digest: members_of(pieces[digest]), assets.__getitem__)


def _needed(rows: Iterable[Mapping[str, Any]]) -> set[bytes]:
    return {row[name] for row in rows for name in ("cover", "manifest")}


def _cores(rows: Iterable[Mapping[str, Any]], pieces: Mapping[bytes, bytes]) -> set[bytes]:
    groups = {group for row in rows for group in groups_of(pieces[row["manifest"]]) if group}
    return {core for group in groups for core in members_of(pieces[group])}


def readings_of(history: History) -> list[Reading]:
    """All readings of a history, in the order of their times."""
    return [Reading(document.run.id, at, document.assets) for at, document in history.readings()]


def given(documents: Iterable[Surveyed]) -> tuple[list[Snapshot], Shelf]:
    """Runs that stand in no history, in the order given. ValueError where the ids of one are not unique."""
    pieces: dict[bytes, bytes] = {}
    assets: dict[bytes, AssetDocument] = {}
    snapshots = []
    for document in documents:
        run = document.run
        groups, texts = refer(run.id, _outlined(document, assets))
        pieces |= texts
        snapshots.append(Snapshot(run.id, run.site, run.started_at, cover_of(document), groups))
    return snapshots, Shelf(lambda digest: members_of(pieces[digest]), assets.__getitem__)


def _outlined(document: Surveyed, assets: dict[bytes, AssetDocument]) -> Iterator[tuple[str, bytes]]:
    """The (id, digest) of each asset, of which those that are new are kept."""
    for asset in document.assets:
        core = digest_of(core_of(asset))
        if core not in assets:
            assets[core] = outline(asset)
        yield asset.id, core
