"""The burn-down: how many devices there were at each date, by state, as `netaudit history progress -o json` tells it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from netaudit.report.htmldoc.labels import STATE_WORDS

SCHEMA: Final = "netaudit.progress/1"
WIDTH: Final = 900
HEIGHT: Final = 240
POINTS_MOST: Final = 2000


class PointRead(msgspec.Struct, frozen=True):
    """How many devices were in each state on one day."""

    date: str
    states: dict[str, int]


class TallyRead(msgspec.Struct, frozen=True):
    """One figure by state, with its denominator."""

    total: int
    states: dict[str, int]


class DeadlineRead(msgspec.Struct, frozen=True):
    """How things stand against a day."""

    name: str
    day: str
    days_left: int
    devices_left: int
    sites_left: int
    pace: float | None = None  # devices gone in 30 days, of late
    needed: float | None = None  # devices that have to go in 30 days


class ProgressRead(msgspec.Struct, frozen=True):
    """The phase-out over time, as far as the page shows it."""

    schema: str
    as_of: str
    devices: TallyRead
    sites: TallyRead
    points: tuple[PointRead, ...]
    silent: int = 0
    deadlines: tuple[DeadlineRead, ...] = ()


@dataclass(frozen=True, slots=True)
class Burning:
    """The picture of a burn-down: one area for each state, stacked, and the numbers that it is drawn from."""

    progress: ProgressRead
    states: tuple[str, ...]  # the lowest first: what is done lies below, so that what is left burns down from above
    areas: tuple[str, ...]  # path data, in the order of the states
    rows: tuple[tuple[str, tuple[int, ...]], ...]  # (day, devices in each state)
    most: int


def read_progress(data: bytes) -> ProgressRead:
    """The progress in these bytes. ValueError on anything else."""
    try:
        found = msgspec.json.decode(data, type=ProgressRead)
        for day in (*(point.date for point in found.points), *(deadline.day for deadline in found.deadlines)):
            date.fromisoformat(day)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no progress of `netaudit history progress -o json`: {error}") from None
    if found.schema != SCHEMA:
        raise ValueError(f"no progress of schema {SCHEMA}: schema is {found.schema[:80]!r}")
    return found


def burn_down(progress: ProgressRead) -> Burning | None:
    """The picture of a progress; none where it has no day."""
    points = sorted(progress.points, key=lambda point: point.date)[-POINTS_MOST:]
    known = set(STATE_WORDS) & {state for point in points for state in point.states}
    states = tuple(state for state in reversed(STATE_WORDS) if state in known)
    rows = tuple((point.date, tuple(max(0, point.states.get(s, 0)) for s in states)) for point in points)
    most = max((sum(numbers) for _, numbers in rows), default=0)
    if not most:
        return None
    return Burning(
        progress=progress,
        states=states,
        areas=tuple(_area(rows, number, most) for number in range(len(states))),
        rows=rows,
        most=most,
    )


def _area(rows: tuple[tuple[str, tuple[int, ...]], ...], state: int, most: int) -> str:
    """The area of one state, above those before it: steps, because nothing is known between two runs."""
    first = date.fromisoformat(rows[0][0]).toordinal()
    span = max(1, date.fromisoformat(rows[-1][0]).toordinal() - first)
    upper, lower = [], []
    for number, (day, counts) in enumerate(rows):
        x = (date.fromisoformat(day).toordinal() - first) * WIDTH / span
        following = rows[min(number + 1, len(rows) - 1)][0]
        until = WIDTH if len(rows) == 1 else (date.fromisoformat(following).toordinal() - first) * WIDTH / span
        below, above = (HEIGHT * (1 - sum(counts[:end]) / most) for end in (state, state + 1))
        upper += [f"{x:.1f} {above:.1f}", f"{until:.1f} {above:.1f}"]
        lower += [f"{x:.1f} {below:.1f}", f"{until:.1f} {below:.1f}"]
    return f"M{'L'.join(upper + lower[::-1])}z"
