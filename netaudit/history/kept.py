"""A stored run as it was stored, its assets put together some hundreds at a time, in the order of its inventory."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from netaudit.history.pack import AT_ONCE, Head, Sheet, place_order, read_core, read_trace, seconds, sha256_of, whole
from netaudit.inventory import AssetDocument, CoverageDocument, ProblemDocument, RunDocument, Surveyed, encode_parts

Fetch = Callable[[Iterable[bytes]], Iterable[tuple[bytes, bytes, bytes]]]  # digests -> (digest, core, trace), as JSON


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored run, which is read anew each time that somebody goes through its assets."""

    head: Head
    sheet: Sheet
    cores: tuple[bytes, ...]  # digests, in the order of the inventory
    fetch: Fetch

    @property
    def run(self) -> RunDocument:
        """What made it."""
        return self.head.run

    @property
    def coverage(self) -> CoverageDocument:
        """What it could not see."""
        return self.head.coverage

    @property
    def problems(self) -> tuple[ProblemDocument, ...]:
        """What failed."""
        return self.head.problems

    @property
    def assets(self) -> Iterator[AssetDocument]:
        """Its devices. ValueError where parts of one are missing, or do not fit together."""
        start = seconds(self.run.started_at)
        for first in range(0, len(self.cores), AT_ONCE):
            some = self.cores[first : first + AT_ONCE]
            found = {digest: (core, trace) for digest, core, trace in self.fetch(some)}
            for number, digest in enumerate(some, first):
                try:
                    core, trace = found[digest]
                    asset = whole(number, read_core(core), read_trace(trace), self.sheet, start)
                except (IndexError, KeyError, ValueError):
                    raise _was_changed(self) from None
                yield asset


def put_together(head: Head, sheet: Sheet, members: Iterable[bytes], fetch: Fetch) -> Kept:
    """The run of which these are the parts, its members in the order of the inventory."""
    placed = []
    for digest, core, _ in fetch(members):
        asset = read_core(core)
        placed.append((place_order(asset), asset.id, digest))
    by_id = {name: digest for _, name, digest in sorted(placed)}
    order = sheet.order or by_id
    return Kept(head, sheet, tuple(by_id[name] for name in order if name in by_id), fetch)


def check(run: Surveyed, assets: Iterable[AssetDocument], digest: str) -> None:
    """ValueError where a run is not the one that was stored, with these assets, under this digest."""
    if sha256_of(encode_parts(run, assets)) != digest:
        raise _was_changed(run)


def _was_changed(run: Surveyed) -> ValueError:
    return ValueError(f"run {run.run.id}: what is stored of it was changed: take it from a copy of the history")
