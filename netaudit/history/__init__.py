"""History: runs stored whole, and what became of each device over time.

    from netaudit.history import History, compare

    with History("estate.db") as history:       # None: the default file; a file; postgresql://USER@HOST/DATABASE
        history.add(document, bundle=path)      # one transaction; False where the run is there already
        last, this = history.runs("site-a")[-2:]
        drift = compare(history.load(last.id), document)

`store` keeps, `pack` takes inventories apart, `cover` says what silence proves, `timeline` follows devices, `compare`
sets two runs side by side, `progress` counts. Everything but `store`, `connect`, `bundles` and `transfer` is pure.
"""

from netaudit.history.drift import Drift, compare, compare_stored, encode
from netaudit.history.shape import (
    CHANGE_KINDS,
    MARKS,
    Change,
    Difference,
    Fact,
    StoredRun,
    Timeline,
    Tracked,
)
from netaudit.history.snapshots import readings_of, stored
from netaudit.history.store import History
from netaudit.history.timeline import MISSES, reckon


def follow(history: History, misses: int = MISSES) -> Timeline:
    """What became of each device: all runs, readings and facts of a history. See `timeline`."""
    snapshots, shelf = stored(history)
    return reckon(snapshots, shelf, history.facts(), readings_of(history), misses)


__all__ = [
    "CHANGE_KINDS",
    "MARKS",
    "Change",
    "Difference",
    "Drift",
    "Fact",
    "History",
    "StoredRun",
    "Timeline",
    "Tracked",
    "compare",
    "compare_stored",
    "encode",
    "follow",
]
