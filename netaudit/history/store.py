"""The store: runs whole, facts and readings, in one database. Nothing is overwritten.

A run lands in one transaction. What is the same as in an earlier run is stored once (see `pack`), so that the database
grows with what changes.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import msgspec
from platformdirs import user_data_path
from sqlalchemy import Select, Table, select, update

from netaudit.history import bundles
from netaudit.history.connect import connect, place_of, told, writing
from netaudit.history.kept import Kept, check, put_together
from netaudit.history.pack import (
    AT_ONCE,
    Head,
    Packed,
    Sheet,
    digest_of,
    groups_of,
    members_of,
    pack,
    squeeze,
    stretch,
)
from netaudit.history.put import add, missing, put, put_parts, some_at_once
from netaudit.history.shape import Fact, StoredRun
from netaudit.history.tables import ASSET, FACT, PIECE, READING, RUN
from netaudit.inventory import Document, Surveyed

Shape = TypeVar("Shape")
Where = str | os.PathLike[str] | None

LINE: Final = [RUN.c[name] for name in StoredRun.__struct_fields__]


class Parts(dict[bytes, Shape]):
    """Parts by their digests; one that is missing is an error of one line."""

    def __missing__(self, digest: bytes) -> Shape:
        raise ValueError(f"the history is damaged: part {digest.hex()[:16]} is missing: take it from a copy")


class History:
    """An open history. Close it, or use it as a context."""

    def __init__(self, where: Where = None, *, create: bool = True, folder: Path | None = None) -> None:
        """Open the history at `where` (None: the default file; a file; a URL); ValueError tells why it cannot be.

        `folder` is where recordings stand: beside the file, or in the platform's data folder for a server's history.
        """
        self.url = place_of(where)
        beside = Path(f"{self.url.database}.bundles")
        server = user_data_path("netaudit", appauthor=False) / "bundles"
        self.folder = folder or (beside if self.url.get_backend_name() == "sqlite" else server)
        self.engine = connect(self.url, create=create)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the database go."""
        self.engine.dispose()

    def add(self, document: Surveyed, bundle: Path | None = None, *, stored_at: str = "") -> bool:
        """Store a run, and the recording of it. False where it is there already.

        ValueError where another inventory is stored under its id: runs are never overwritten.
        """
        packed = pack(document)
        kept = bundles.keep(self.folder, bundle) if bundle else None
        with told(self.url), writing(self.engine) as link:
            known = link.execute(select(RUN.c.sha256, RUN.c.bundle).where(RUN.c.id == document.run.id)).one_or_none()
            if known is not None:
                _check_same(document.run.id, known.sha256, packed.sha256)
                if kept and known.bundle is None:
                    link.execute(update(RUN).where(RUN.c.id == document.run.id).values(bundle=kept))
                return False
            row = {**_row(packed), **put_parts(link, document, packed), "bundle": kept, "stored_at": stored_at or now()}
            return put(link, RUN, row)

    def add_reading(self, document: Surveyed, *, read_at: str = "") -> bool:
        """Store what today's fingerprints make of a stored run's recording, beside the run. False where it is known."""
        packed = pack(document)
        with told(self.url), writing(self.engine) as link:
            parts = put_parts(link, document, packed)
            row = {
                "sha256": packed.sha256, "run": document.run.id, "read_at": read_at or now(),
                "manifest": parts["manifest"], "head": parts["head"], "sheet": parts["sheet"],
            }  # fmt: skip
            return put(link, READING, row)

    def add_pruned(self, source: "History", run: str) -> bool:
        """Take over what another history still knows of a run that was pruned there. False where it is known."""
        (row,) = source._rows(select(RUN).where(RUN.c.id == run))  # noqa: SLF001  of its own class
        pieces = source.pieces([row["cover"], row["manifest"]])
        pieces.update(source.pieces(group for group in groups_of(pieces[row["manifest"]]) if group))
        groups = (pieces[group] for group in groups_of(pieces[row["manifest"]]) if group)
        members = [core for group in groups for core in members_of(group)]
        cores = list(source._by_digest(ASSET, [ASSET.c.core, ASSET.c.trace], members))  # noqa: SLF001
        _check_digests({**pieces, **{core["digest"]: stretch(core["core"]) for core in cores}})
        with told(self.url), writing(self.engine) as link:
            squeezed = {digest: {"data": squeeze(text)} for digest, text in pieces.items()}
            add(link, PIECE, missing(link, PIECE, squeezed))
            add(link, ASSET, missing(link, ASSET, {core["digest"]: core for core in cores}))
            return put(link, RUN, {**row, "bundle": None})

    def note(self, facts: Iterable[Fact]) -> int:
        """Keep what an operator said; the number of those that are new."""
        rows = [msgspec.structs.asdict(fact) for fact in facts]
        with told(self.url), writing(self.engine) as link:
            return sum(put(link, FACT, row) for row in rows)

    def facts(self) -> tuple[Fact, ...]:
        """All that operators said, in the order in which they said it."""
        return tuple(Fact(**row) for row in self._rows(select(FACT).order_by(FACT.c.at, FACT.c.id)))

    def runs(self, site: str | None = None) -> tuple[StoredRun, ...]:
        """The stored runs in the order of their starts; those of a site, where one is named."""
        query = select(*LINE).order_by(RUN.c.started_at, RUN.c.id)
        rows = self._rows(query.where(RUN.c.site == site) if site is not None else query)
        return tuple(StoredRun(**row) for row in rows)

    def find(self, name: str) -> StoredRun:
        """The run that is meant: an id, the beginning of one, "latest", or "latest:SITE". ValueError if none, or many."""
        latest, _, site = name.partition(":")
        runs = self.runs(site or None)
        found = runs[-1:] if latest == "latest" else [run for run in runs if name and run.id.startswith(name)]
        exact = [run for run in found if run.id == name] or found
        if len(exact) != 1:
            how = f"{len(exact)} runs begin so" if exact else "no such run is stored"
            raise ValueError(f"{name}: {how}: see `netaudit history list`")
        return exact[0]

    def load(self, run: str) -> Document:
        """The inventory of a run, byte for byte as it was stored. ValueError where it was pruned, or is unknown."""
        row = self._found(run)
        return _document(self._kept(row), row["sha256"])

    def survey(self, run: str) -> Kept:
        """The same, its devices read some hundreds at a time."""
        row = self._found(run)
        found = self._kept(row)
        check(found, found.assets, row["sha256"])
        return found

    def readings(self) -> Iterator[tuple[str, Document]]:
        """(time, inventory) of each reading, in the order of their times."""
        for row in self._rows(select(READING).order_by(READING.c.read_at, READING.c.sha256)):
            yield row["read_at"], _document(self._kept(row), row["sha256"])

    def bundle(self, run: str) -> Path | None:
        """The recording of a run, checked; None where none is kept."""
        digest = self.find(run).bundle
        return bundles.sound(self.folder, digest) if digest else None

    def prune(self, before: str, *, recordings_only: bool = False) -> tuple[int, int]:
        """Drop the evidence of runs that started before this time, and recordings that nothing refers to any more.

        What was found and what changed stays. Returns the runs concerned, and the bytes of recordings that are free.
        """
        values: dict[str, object] = {"bundle": None}
        old = (RUN.c.started_at < before) & RUN.c.bundle.is_not(None)
        if not recordings_only:
            values |= {"head": None, "sheet": None, "pruned_at": now()}
            old = (RUN.c.started_at < before) & (RUN.c.bundle.is_not(None) | RUN.c.head.is_not(None))
        with told(self.url), writing(self.engine) as link:
            count = link.execute(update(RUN).where(old).values(values)).rowcount
            wanted = set(link.execute(select(RUN.c.bundle).where(RUN.c.bundle.is_not(None))).scalars())
        self.settle()
        return count, bundles.drop_all_but(self.folder, wanted)

    def settle(self) -> None:
        """Bring all to one file, which then can be copied alone."""
        if self.url.get_backend_name() == "sqlite":
            with told(self.url), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
                cursor = link.connection.cursor()
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each run with the digests of its cover and manifest, for `shelf`."""
        columns = (RUN.c.id, RUN.c.site, RUN.c.started_at, RUN.c.cover, RUN.c.manifest)
        yield from self._rows(select(*columns).order_by(RUN.c.started_at, RUN.c.id))

    def pieces(self, digests: Iterable[bytes] | None = None) -> Parts[bytes]:
        """The pieces with these digests; all of them for None."""
        return Parts({r["digest"]: stretch(r["data"]) for r in self._by_digest(PIECE, [PIECE.c.data], digests)})

    def cores(self, digests: Iterable[bytes] | None = None) -> Iterator[tuple[bytes, bytes]]:
        """(digest, core as JSON) of the assets with these digests, read some hundreds at a time; all for None."""
        return ((r["digest"], stretch(r["core"])) for r in self._by_digest(ASSET, [ASSET.c.core], digests))

    def _found(self, run: str) -> dict[str, Any]:
        query = select(RUN.c.manifest, RUN.c.head, RUN.c.sheet, RUN.c.sha256, RUN.c.pruned_at).where(RUN.c.id == run)
        row = next(iter(self._rows(query)), None)
        if row is None:
            raise ValueError(f"{run}: no such run is stored: see `netaudit history list`")
        if row["head"] is None:
            raise ValueError(
                f"{run}: its evidence was pruned on {row['pruned_at']}: changes and progress still know it"
            )
        return row

    def _kept(self, row: Mapping[str, Any]) -> Kept:
        manifest = self.pieces([row["manifest"]])[row["manifest"]]
        groups = self.pieces(digest for digest in groups_of(manifest) if digest)
        head = msgspec.json.decode(stretch(row["head"]), type=Head)
        sheet = msgspec.json.decode(stretch(row["sheet"]), type=Sheet)
        members = [core for piece in groups.values() for core in members_of(piece)]
        return put_together(head, sheet, members, self._encoded)

    def _encoded(self, digests: Iterable[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
        for row in self._by_digest(ASSET, [ASSET.c.core, ASSET.c.trace], digests):
            yield row["digest"], stretch(row["core"]), stretch(row["trace"])

    def _by_digest(self, table: Table, columns: list[Any], digests: Iterable[bytes] | None) -> Iterator[dict[str, Any]]:
        query = select(table.c.digest, *columns)
        if digests is not None:
            for some in some_at_once(digests):
                yield from self._rows(query.where(table.c.digest.in_(some)))
            return
        last = b""
        while rows := self._rows(query.where(table.c.digest > last).order_by(table.c.digest).limit(AT_ONCE)):
            yield from rows
            last = rows[-1]["digest"]

    def _rows(self, query: Select[Any]) -> list[dict[str, Any]]:
        with told(self.url), self.engine.connect() as link:
            return [dict(row._mapping) for row in link.execute(query)]  # noqa: SLF001  its public name


def now() -> str:
    """The time now, RFC 3339 in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _document(run: Kept, sha256: str) -> Document:
    assets = tuple(run.assets)
    check(run, assets, sha256)
    return Document(run=run.run, coverage=run.coverage, assets=assets, problems=run.problems)


def _check_digests(parts: Mapping[bytes, bytes]) -> None:
    """What came from elsewhere must be what it is called by: our own runs would refer to it."""
    if any(digest != digest_of(part) for digest, part in parts.items()):
        raise ValueError("the other history is damaged: a part is not what it is called by")


def _check_same(run: str, known: str, given: str) -> None:
    if known != given:
        raise ValueError(
            f"run {run} is stored with another content: runs are never overwritten; "
            "to read a recording with new fingerprints use `netaudit history reread`"
        )


def _row(packed: Packed) -> dict[str, object]:
    run = packed.head.run
    return {
        "id": run.id, "site": run.site, "feed": run.feed, "started_at": run.started_at,
        "finished_at": run.finished_at, "assets": len(packed.cores), "sha256": packed.sha256,
        "pruned_at": None,
    }  # fmt: skip
