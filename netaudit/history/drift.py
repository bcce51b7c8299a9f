"""Drift: all changes between two runs. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import msgspec

from netaudit.history.facts import word_of
from netaudit.history.match import Index
from netaudit.history.shape import CHANGE_KINDS, Change, Fact
from netaudit.history.snapshots import Shelf, Snapshot, given, stored
from netaudit.history.store import History
from netaudit.history.timeline import Fold
from netaudit.inventory import Surveyed, escape

SCHEMA = "netaudit.drift/1"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two runs."""

    run: str
    site: str | None
    started_at: str
    devices: int


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """The changes from one run to another; none where they found the same."""

    schema: str = SCHEMA
    old: Side
    new: Side
    counts: dict[str, int]
    changes: tuple[Change, ...]


def compare(old: Surveyed, new: Surveyed, facts: Iterable[Fact] = ()) -> Drift:
    """The changes from one inventory to another. ValueError where the ids of one are not unique."""
    (before, after), shelf = given((old, new))
    return compare_runs(before, after, shelf, facts)


def compare_runs(old: Snapshot, new: Snapshot, shelf: Shelf, facts: Iterable[Fact] = ()) -> Drift:
    """The changes between two runs of a history."""
    if new.site is None or old.site is None:
        new, old = (replace(run, site=old.site or new.site) for run in (new, old))
    if new.run == old.run:  # one run, read twice
        old = replace(old, run=f"{old.run} before")
    fold = Fold(shelf, Index(word_of(facts)), misses=1, every_miss=True)
    fold.take(old)
    fold.changes.clear()
    fold.take(new)
    fold.changes += _elsewhere(fold, old, new) if new.site != old.site else ()
    counts = Counter(change.kind for change in fold.changes)
    return Drift(
        old=_side(old, shelf),
        new=_side(new, shelf),
        counts={kind: counts[kind] for kind in CHANGE_KINDS if counts[kind]},
        changes=tuple(fold.changes),
    )


def _elsewhere(fold: Fold, old: Snapshot, new: Snapshot) -> Iterator[Change]:
    """The devices of a site that a run of another site did not ask."""
    for track in fold.sites[old.site].tracks.values():
        if track.site == old.site:
            yield fold.change("unseen", track, new, because="the run was of another site")


def _side(run: Snapshot, shelf: Shelf) -> Side:
    devices = sum(len(shelf.members(group)) for group in run.groups if group)
    return Side(run=run.run.removesuffix(" before"), site=run.site, started_at=run.at, devices=devices)


def compare_stored(history: History, old: str, new: str) -> Drift:
    """The changes between two runs of a history, by their ids; pruned ones too."""
    runs, shelf = stored(history, {old, new})
    by_id = {run.run: run for run in runs}
    return compare_runs(by_id[old], by_id[new], shelf, history.facts())


def encode(document: object) -> bytes:
    """The JSON of a drift, a timeline or a progress: UTF-8, keys sorted, two-space indent, a newline at the end."""
    return escape(msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2)) + b"\n"
