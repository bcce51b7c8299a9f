"""History: runs stored whole, and what became of each device over time.

    from netaudit.history import History, compare_stored, follow, progress

    with History("estate.db") as history:       # None: the default file; a file; postgresql://USER@HOST/DATABASE
        history.add(document, bundle=path)      # one transaction; False where the run is there already
        before, last = history.runs("site-a")[-2:]
        drift = compare_stored(history, before.id, last.id)     # or compare(old, new) of two documents
        timeline = follow(history)              # devices over time, and every change
        found = progress(timeline, deadlines=[("own target", "2027-06-30")])

What is returned is frozen, and `encode` makes JSON of it. ValueError is an error of one line for the user.

`store` keeps, `pack` takes inventories apart, `cover` says what silence proves, `timeline` follows devices, `drift` sets
two runs side by side, `progress` counts. Everything but `store`, `connect`, `bundles`, `marks` and `transfer` is pure.
"""

from netaudit.history.drift import Drift, compare, compare_stored, encode
from netaudit.history.progress import Mark, Progress, progress
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
from netaudit.naming import serial_name


def follow(history: History, misses: int = MISSES) -> Timeline:
    """What became of each device: all runs, readings and facts of a history. See `timeline`."""
    snapshots, shelf = stored(history)
    return reckon(snapshots, shelf, history.facts(), readings_of(history), misses)


def find_device(timeline: Timeline, name: str) -> Tracked:
    """The device that is meant: by any id, key, hardware or network address, or serial number that it had.

    Of several that had an address, the one that was there last. ValueError where none, or more than one, is meant.
    """
    plain = name.strip().casefold()
    keys = {plain, f"mac:{plain.replace('-', ':')}", f"serial:{serial_name(name).casefold()}"}
    for known in (lambda d: (d.id,), lambda d: (*d.aliases, *d.keys), lambda d: d.addresses):
        found = [device for device in timeline.devices if keys & {text.casefold() for text in known(device)}]
        last = [device for device in found if device.last_seen == max(d.last_seen for d in found)]
        if len(last) == 1:
            return last[0]
        if found:
            raise ValueError(
                f"{name}: {len(found)} devices had it: {', '.join(d.id for d in found)}: name one by its id"
            )
    raise ValueError(f"{name}: no device of the history: give an id, a serial number, a MAC or an address")


__all__ = [
    "CHANGE_KINDS",
    "MARKS",
    "Change",
    "Difference",
    "Drift",
    "Fact",
    "History",
    "Mark",
    "Progress",
    "StoredRun",
    "Timeline",
    "Tracked",
    "compare",
    "compare_stored",
    "encode",
    "find_device",
    "follow",
    "progress",
]
