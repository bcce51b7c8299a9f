"""Progress: how far a phase-out has come, in devices and sites, each figure with its unit and its denominator. Pure.

A device counts as gone only when runs that covered its place did not find it (see `timeline`). What an operator says of
it, "planned" or "replaced", counts until the device is seen again. Counts are floors: what no run covered is in none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import msgspec

from netaudit.history.shape import MarkState, Timeline, Tracked

SCHEMA = "netaudit.progress/1"
STATES: Final = ("found", "confirmed", "planned", "replaced", "gone")  # in the order of the work
FAMILIES: Final = ("hikvision", "dahua")
PACE_DAYS: Final = 180  # over which the pace is measured


@dataclass(frozen=True, slots=True)
class Mark:
    """What an operator or a register says of a device, named by any id, key or address that it has."""

    device: str
    state: MarkState
    since: str = ""  # RFC 3339 date or time; empty: a register that gives none


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """How things stand against a day."""

    name: str
    day: str
    days_left: int  # negative once it has passed
    devices_left: int
    sites_left: int
    pace: float | None  # devices gone in 30 days, of late
    needed: float | None  # devices that have to go in 30 days; None once it has passed


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """One figure with its unit and its denominator."""

    unit: str
    of: str  # what is counted
    total: int
    states: dict[str, int]


class Point(msgspec.Struct, frozen=True):
    """Devices by state after the runs of a day."""

    date: str
    states: dict[str, int]


class SiteLine(msgspec.Struct, frozen=True, kw_only=True):
    """One site."""

    site: str | None
    state: str | None  # that of its device that is least far; None: never affected
    last_run: str
    states: dict[str, int]


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The phase-out, as of the last run."""

    schema: str = SCHEMA
    as_of: str
    families: tuple[str, ...]
    misses: int
    devices: Tally
    sites: Tally
    never_affected: int  # sites with runs in which none of these was found
    silent: int  # devices that did not answer of late, and are not proven gone
    deadlines: tuple[Deadline, ...]
    points: tuple[Point, ...]
    by_site: tuple[SiteLine, ...]
    remarks: tuple[str, ...]


def progress(
    timeline: Timeline,
    *,
    families: Sequence[str] = FAMILIES,
    marks: Iterable[Mark] = (),
    deadlines: Iterable[tuple[str, str]] = (),
    misses: int = 2,
    as_of: str = "",
) -> Progress:
    """The progress of a timeline. `deadlines` are (name, YYYY-MM-DD); `as_of` is the day to reckon them from."""
    told, remarks = _marked(timeline, marks)
    changes = {d.id: list(_states(d, frozenset(families), told.get(d.id, ()))) for d in timeline.devices}
    now = {name: state for name, steps in changes.items() for _, state in steps[-1:] if state}
    day = as_of or (timeline.runs[-1][1][:10] if timeline.runs else "")
    points = _points(timeline, changes)
    lines = _lines(timeline, now)
    affected = [line.state for line in lines if line.state]
    devices, sites = Counter(now.values()), Counter(affected)
    return Progress(
        as_of=day,
        families=tuple(families),
        misses=misses,
        devices=Tally(
            unit="device", of="devices of these makers found so far", total=len(now), states=_ordered(devices)
        ),
        sites=Tally(unit="site", of="sites where any was found", total=len(affected), states=_ordered(sites)),
        never_affected=len(lines) - len(affected),
        silent=_silent(timeline, now),
        deadlines=tuple(
            _deadline(*named, day, devices, sites, points) for named in sorted(deadlines, key=lambda d: d[1])
        ),
        points=points,
        by_site=lines,
        remarks=tuple(remarks),
    )


def _ordered(counts: Mapping[str, int]) -> dict[str, int]:
    return {state: counts.get(state, 0) for state in STATES}


def _marked(timeline: Timeline, marks: Iterable[Mark]) -> tuple[dict[str, list[Mark]], list[str]]:
    """Device id -> what is said of it, in the order of time; and what of it cannot be so."""
    names: dict[str, set[str]] = defaultdict(set)
    for device in timeline.devices:
        for name in (device.id, *device.aliases, *device.keys, *device.addresses):
            names[name.casefold()].add(device.id)
    by_id = {device.id: device for device in timeline.devices}
    last = {site: at for _, at, site in timeline.runs}
    told: dict[str, list[Mark]] = defaultdict(list)
    remarks = []
    for mark in sorted(marks, key=lambda m: (m.since, m.device, m.state)):
        found = sorted({mark.device} & by_id.keys() or names.get(mark.device.casefold(), set()))
        if len(found) != 1:
            what = f"{len(found)} devices answer to it" if found else "no device of the history answers to it"
            remarks.append(f"{mark.device}: {mark.state}: {what}")
            continue
        device = by_id[found[0]]
        dated = _dated(mark, device, last[device.site])
        if dated.state == "replaced" and device.last_seen[: len(dated.since)] > dated.since:
            remarks.append(f"{mark.device}: replaced on {dated.since}, but seen on {device.last_seen}")
        elif dated.state == "replaced" and not mark.since and device.last_seen == last[device.site]:
            remarks.append(f"{mark.device}: the register has it as replaced, and the last run saw it")
        else:
            told[device.id].append(dated)
    return told, remarks


def _dated(mark: Mark, device: Tracked, last_run: str) -> Mark:
    """A mark with the time from which it counts: without a date, since the device was last seen, or since the last run."""
    undated = device.last_seen if mark.state == "replaced" else last_run
    return mark if mark.since else replace(mark, since=undated)


def _states(device: Tracked, families: frozenset[str], marks: Sequence[Mark]) -> Iterator[tuple[str, str | None]]:
    """(time, state from then on) of a device; None while it is none of those that are counted."""
    times = sorted({step.at for step in device.steps} | {mark.since for mark in marks})
    before: str | None = None
    for at in times:
        state = _state(device, families, marks, at)
        if state != before:
            yield at, state
        before = state


def _state(device: Tracked, families: frozenset[str], marks: Sequence[Mark], at: str) -> str | None:
    step = next((step for step in reversed(device.steps) if step.at <= at), None)
    if step is None or step.family not in families or step.verdict == "unknown":
        return None
    if not step.present:
        return "gone"
    said = [mark.state for mark in marks if mark.since <= at]
    if said:
        return said[-1]
    return "confirmed" if step.verdict == "confirmed" else "found"


def _points(timeline: Timeline, changes: Mapping[str, list[tuple[str, str | None]]]) -> tuple[Point, ...]:
    events = sorted(
        ((at, name, state) for name, steps in changes.items() for at, state in steps),
        key=lambda e: (_until(e[0]), e[1]),
    )
    counts: Counter[str] = Counter()
    current: dict[str, str | None] = {}
    points: dict[str, Point] = {}
    place = 0
    for _, at, _ in timeline.runs:
        while place < len(events) and _until(events[place][0]) <= at:
            _, name, state = events[place]
            counts.subtract(filter(None, [current.get(name)]))
            counts.update(filter(None, [state]))
            current[name], place = state, place + 1
        points[at[:10]] = Point(at[:10], _ordered(counts))
    return tuple(points.values())


def _until(at: str) -> str:
    """A day as the time at which it begins, a time as it is."""
    return at if "T" in at else f"{at}T00:00:00Z"


def _lines(timeline: Timeline, now: Mapping[str, str]) -> tuple[SiteLine, ...]:
    last = {site: at for _, at, site in timeline.runs}
    states: dict[str | None, Counter[str]] = {site: Counter() for site in last}
    for device in timeline.devices:
        if state := now.get(device.id):
            states[device.site][state] += 1
    return tuple(
        SiteLine(site=site, state=_least(counts), last_run=last[site], states=_ordered(counts))
        for site, counts in sorted(states.items(), key=lambda item: item[0] or "")
    )


def _least(counts: Mapping[str, int]) -> str | None:
    return next((state for state in STATES if counts.get(state)), None)


def _silent(timeline: Timeline, now: Mapping[str, str]) -> int:
    last = {site: at for _, at, site in timeline.runs}
    left = (device for device in timeline.devices if now.get(device.id) not in {None, "gone"})
    return sum(device.last_seen < last[device.site] for device in left)


def _deadline(
    name: str, day: str, today: str, devices: Counter[str], sites: Counter[str], points: Sequence[Point]
) -> Deadline:
    days = (date.fromisoformat(day) - date.fromisoformat(today)).days if today else 0
    left = devices.total() - devices["gone"]
    return Deadline(
        name=name,
        day=day,
        days_left=days,
        devices_left=left,
        sites_left=sites.total() - sites["gone"],
        pace=_pace(points),
        needed=round(left * 30 / days, 1) if days > 0 else None,
    )


def _pace(points: Sequence[Point]) -> float | None:
    """Devices gone in 30 days, over the last PACE_DAYS."""
    if len(points) < 2:
        return None
    last = date.fromisoformat(points[-1].date)
    late = [p for p in points if (last - date.fromisoformat(p.date)).days <= PACE_DAYS]
    days = (last - date.fromisoformat(late[0].date)).days
    return round((late[-1].states["gone"] - late[0].states["gone"]) * 30 / days, 1) if days else None
