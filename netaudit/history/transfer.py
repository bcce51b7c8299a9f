"""Export and import: a history as a file of its own, and another history's runs taken over without doubles.

An import never touches the file that it reads: it works on a copy, which may be of an older version.
"""

import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from netaudit.history import bundles
from netaudit.history.store import History


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import or export came to."""

    runs: int
    known: int
    facts: int
    readings: int
    refused: tuple[str, ...]  # a sentence for each run that could not be taken


def export(history: History, path: Path, *, recordings: bool, runs: Collection[str] | None = None) -> Taken:
    """Write runs, all for None, with all facts and readings to a new file. ValueError where there is a file already."""
    if path.exists():
        raise ValueError(f"{path}: there is a file already: name a new one")
    with History(path) as target:
        taken = take(target, history, recordings=recordings, runs=runs)
        target.settle()
    return taken


def read_in(history: History, path: Path) -> Taken:
    """Take over what the history in this file has and ours has not; its recordings too, where they stand beside it."""
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file; name a history, as `netaudit history export` writes it")
    with tempfile.TemporaryDirectory(prefix="netaudit-") as folder:
        for suffix in ("", "-wal"):  # what was copied from a program that runs may have its last runs in the log
            given = path.with_name(path.name + suffix)
            if given.is_file():
                shutil.copyfile(given, Path(folder) / f"history.db{suffix}")
        with History(Path(folder) / "history.db", create=False, folder=Path(f"{path}.bundles")) as source:
            return take(history, source, recordings=True)


def take(target: History, source: History, *, recordings: bool, runs: Collection[str] | None = None) -> Taken:
    """Take runs, facts and readings over from another history; what is known is passed over."""
    known = {run.id for run in target.runs()}
    wanted = [run for run in source.runs() if runs is None or run.id in runs]
    new, refused = 0, []
    for run in wanted:
        try:
            path = bundles.path_of(source.folder, run.bundle) if recordings and run.bundle else None
            if run.pruned_at:
                new += target.add_pruned(source, run.id)
                continue
            bundle = bundles.sound(source.folder, run.bundle or "") if path and path.is_file() else None
            new += target.add(source.survey(run.id), bundle, stored_at=run.stored_at)
        except ValueError as error:
            refused.append(str(error))
    readings = sum(
        target.add_reading(document, read_at=at)
        for at, document in source.readings()
        if runs is None or document.run.id in runs
    )
    facts = target.note(source.facts())
    return Taken(new, len(known & {run.id for run in wanted}), facts, readings, tuple(refused))
