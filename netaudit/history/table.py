"""History on a terminal: runs, changes and devices over time as tables. What devices said goes in as plain text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, TextIO

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from netaudit import page
from netaudit.history.drift import Drift
from netaudit.history.progress import STATES, Deadline, Progress, SiteLine, Tally
from netaudit.history.shape import CHANGE_KINDS, Change, StoredRun, Tracked
from netaudit.history.words import TITLES, device_words, what_changed
from netaudit.plain import counted, shorten, visible

LISTED: Final = 200  # of one kind; -o json has them all
STYLES: Final = {"gone": "bold", "appeared": "bold yellow", "conflicting": "yellow", "unseen": "dim"}


def write_drift(drift: Drift, stream: TextIO) -> None:
    """Write the changes between two runs."""
    page.write(_drift(drift), stream)


def _drift(drift: Drift) -> Iterator[RenderableType]:
    counts = ", ".join(f"{number:,} {kind}" for kind, number in drift.counts.items())
    old, new = drift.old, drift.new
    yield Text(f"From {visible(old.started_at)} to {visible(new.started_at)}: {counts or 'the same'}.", style="bold")
    yield Text(f"{counted(old.devices, 'device')} in {visible(old.run)}, {new.devices:,} in {visible(new.run)}.")
    yield from _changes(drift.changes)


def _changes(changes: Iterable[Change]) -> Iterator[RenderableType]:
    ranked = sorted(changes, key=lambda change: CHANGE_KINDS.index(change.kind))
    for kind, group in groupby(ranked, key=lambda change: change.kind):
        found = list(group)
        yield Text(f"\n{TITLES[kind]}", style=STYLES.get(kind, "bold"))
        yield _table(("Address", "Device", "Id", "What"), [_change(change) for change in found[:LISTED]])
        yield from _more(len(found) - LISTED)


def _change(change: Change) -> tuple[str, ...]:
    return (change.address, device_words(change), change.device, what_changed(change))


def _more(hidden: int) -> Iterator[Text]:
    if hidden > 0:
        yield Text(f"and {hidden:,} more; -o json lists them all")


def write_runs(runs: Sequence[StoredRun], stream: TextIO) -> None:
    """Write the list of stored runs."""
    rows = [(r.started_at, r.site or "", r.feed, f"{r.assets:,}", _kept(r), r.id) for r in runs]
    page.write([_table(("Started", "Site", "Feed", "Devices", "Evidence", "Run"), rows)], stream)


def _kept(run: StoredRun) -> str:
    if run.pruned_at:
        return f"pruned {run.pruned_at[:10]}"
    return "with recording" if run.bundle else "in the inventory"


def write_device(device: Tracked, changes: Iterable[Change], stream: TextIO) -> None:
    """Write what became of one device."""
    page.write(_device(device, changes), stream)


def _device(device: Tracked, changes: Iterable[Change]) -> Iterator[RenderableType]:
    gone = f", gone since {device.gone_since}" if device.gone_since else ""
    yield Text(f"{device.id}: {shorten(device.name, 100)}, {visible(device.family)} {device.verdict}", style="bold")
    yield Text(f"First seen {device.first_seen}, last seen {device.last_seen}{gone}.")
    yield Text(visible(f"Known by {', '.join((*device.keys, *device.addresses))}."))
    if others := [name for name in device.aliases if name != device.id]:
        yield Text(visible(f"Was {', '.join(others)} in some runs."))
    rows = [(change.at, change.kind, change.address, what_changed(change)) for change in changes]
    if rows:
        yield _table(("When", "What", "Address", "How"), rows)


def write_progress(progress: Progress, stream: TextIO) -> None:
    """Write how far the phase-out has come."""
    page.write(_progress(progress), stream)


def _progress(progress: Progress) -> Iterator[RenderableType]:
    names = visible(", ".join(progress.families))
    yield Text(f"Phase-out of {names}, as of {visible(progress.as_of) or 'no run'}", style="bold")
    rows = [_tally(tally) for tally in (progress.devices, progress.sites)]
    yield _table(("Unit", "Of", *STATES, "gone, share"), rows)
    yield Text(
        f"Gone: {counted(progress.misses, 'run')} in a row covered the place, and it did not answer.", style="dim"
    )
    if progress.never_affected:
        yield Text(f"{counted(progress.never_affected, 'site')} more with runs, where none of these was found.")
    if progress.silent:
        yield Text(
            f"{counted(progress.silent, 'device')} did not answer of late, and nothing proves that they are gone."
        )
    if progress.deadlines:
        yield Text("\nDeadlines", style="bold")
        columns = ("Day", "What", "Days left", "Devices left", "Sites left", "Gone in 30 days", "Needed in 30 days")
        yield _table(columns, [_deadline(deadline) for deadline in progress.deadlines])
    yield Text("\nSites", style="bold")
    yield _table(("Site", "State", "Last run", *STATES), [_site(line) for line in progress.by_site[:LISTED]])
    yield from _more(len(progress.by_site) - LISTED)
    yield from (Text(visible(remark), style="yellow") for remark in progress.remarks[:LISTED])


def _tally(tally: Tally) -> tuple[str, ...]:
    gone = tally.states["gone"]
    share = f"{gone:,} of {tally.total:,}{f' ({100 * gone // tally.total} %)' if tally.total else ''}"
    return (f"{tally.unit}s", f"{tally.total:,} {tally.of}", *_counts(tally.states), share)


def _counts(states: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(f"{states[state]:,}" for state in STATES)


def _deadline(deadline: Deadline) -> tuple[str, ...]:
    left = f"{deadline.days_left:,}" if deadline.days_left >= 0 else f"{-deadline.days_left:,} ago"
    counts = (f"{deadline.devices_left:,}", f"{deadline.sites_left:,}")
    rates = ("" if rate is None else f"{rate:,}" for rate in (deadline.pace, deadline.needed))
    return (deadline.day, shorten(deadline.name, 60), left, *counts, *rates)


def _site(line: SiteLine) -> tuple[str, ...]:
    state = {None: "never affected", "gone": "cleared"}.get(line.state, line.state or "")
    return (shorten(line.site or "(no name)", 60), state, line.last_run, *_counts(line.states))


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    return table
