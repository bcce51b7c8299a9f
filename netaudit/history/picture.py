"""The burn-down as a picture: SVG 1.1 with a title and a description, readable on light and on dark ground.

Devices by state over time, one above the other, in steps: nothing is known between two runs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Final, TextIO

from netaudit.history.progress import STATES, Deadline, Point, Progress
from netaudit.plain import counted, visible

WIDTH, HEIGHT, EDGE = 720, 300, 56  # of the field, and around it, in pixels
COLOURS: Final = {  # far apart in hue and in lightness, so that they differ without colour too
    "found": "#d9a441", "confirmed": "#b5402f", "planned": "#7b6bb0", "replaced": "#2f81d7", "gone": "#8fbf8f",
}  # fmt: skip
STEPS: Final = 4  # of the scale
STYLE: Final = """
  text { font: 12px sans-serif; fill: #1f2328 }
  .frame { fill: none; stroke: #6e7781 }
  .deadline { stroke: #1f2328; stroke-dasharray: 5 4 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .frame { stroke: #8b949e } .deadline { stroke: #e6edf3 } }
"""


@dataclass(frozen=True, slots=True)
class Scale:
    """From days and devices to pixels."""

    first: int  # ordinal days
    last: int
    most: int

    def x(self, day: str) -> float:
        """Pixels from the left."""
        share = (date.fromisoformat(day).toordinal() - self.first) / max(1, self.last - self.first)
        return round(EDGE + share * WIDTH, 1)

    def y(self, devices: float) -> float:
        """Pixels from the top."""
        return round(EDGE + (1 - devices / max(1, self.most)) * HEIGHT, 1)


def draw(progress: Progress, stream: TextIO) -> None:
    """Write the picture of a progress."""
    stream.write("\n".join(_lines(progress)) + "\n")


def _lines(progress: Progress) -> Iterator[str]:
    width, height = WIDTH + 2 * EDGE, HEIGHT + 2 * EDGE + 24
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">'
    yield f'<title id="title">Phase-out of {_text(", ".join(progress.families))} as of {_text(progress.as_of)}</title>'
    yield f'<desc id="desc">{_text(description(progress))}</desc>'
    yield f"<style>{STYLE}</style>"
    if progress.points:
        points = _until_now(progress)
        scale = _scale(points, progress.deadlines)
        yield from (_area(points, state, scale) for state in STATES)
        yield from _ticks(scale)
        yield from (part for deadline in progress.deadlines for part in _deadline(deadline, scale))
    yield f'<rect class="frame" x="{EDGE}" y="{EDGE}" width="{WIDTH}" height="{HEIGHT}"/>'
    yield from _legend(progress)
    yield "</svg>"


def description(progress: Progress) -> str:
    """What the picture shows, for those who do not see it."""
    counts = ", ".join(f"{number} {state}" for state, number in progress.devices.states.items())
    gone, total = progress.sites.states["gone"], progress.sites.total
    return f"Of {counted(progress.devices.total, 'device')}: {counts}. Of {counted(total, 'affected site')}, {gone} cleared."


def _until_now(progress: Progress) -> tuple[Point, ...]:
    """The points, the last one also on the day of the picture: it holds until then."""
    last = progress.points[-1]
    return (*progress.points, Point(progress.as_of, last.states)) if progress.as_of > last.date else progress.points


def _scale(points: Sequence[Point], deadlines: Sequence[Deadline]) -> Scale:
    days = [date.fromisoformat(point.date).toordinal() for point in points]
    ends = [date.fromisoformat(deadline.day).toordinal() for deadline in deadlines]
    return Scale(min(days), max(days + ends), max(sum(point.states.values()) for point in points))


def _area(points: Sequence[Point], state: str, scale: Scale) -> str:
    """The area of one state: those that are done below, so that what is left burns down from above."""
    below = STATES[STATES.index(state) + 1 :]
    upper, lower = [], []
    for number, point in enumerate(points):
        until = points[min(number + 1, len(points) - 1)].date
        base = sum(point.states[name] for name in below)
        top = base + point.states[state]
        upper += [(scale.x(point.date), scale.y(top)), (scale.x(until), scale.y(top))]
        lower += [(scale.x(point.date), scale.y(base)), (scale.x(until), scale.y(base))]
    path = "L".join(f"{x} {y}" for x, y in (*upper, *lower[::-1]))
    return f'<path fill="{COLOURS[state]}" d="M{path}z"><title>{state}</title></path>'


def _ticks(scale: Scale) -> Iterator[str]:
    for step in range(STEPS + 1):
        devices = round(scale.most * step / STEPS)
        yield f'<text x="{EDGE - 6}" y="{scale.y(devices) + 4}" text-anchor="end">{devices:,}</text>'
        day = date.fromordinal(scale.first + (scale.last - scale.first) * step // STEPS).isoformat()
        yield f'<text x="{scale.x(day)}" y="{EDGE + HEIGHT + 18}" text-anchor="middle">{day}</text>'
    yield f'<text x="{EDGE}" y="{EDGE - 24}">devices</text>'


def _deadline(deadline: Deadline, scale: Scale) -> Iterator[str]:
    x = scale.x(deadline.day)
    if EDGE <= x <= EDGE + WIDTH:
        yield f'<path class="deadline" d="M{x} {EDGE - 10}V{EDGE + HEIGHT}"/>'
        yield f'<text x="{x}" y="{EDGE - 14}" text-anchor="end">{_text(deadline.name[:40])}</text>'


def _legend(progress: Progress) -> Iterator[str]:
    y = EDGE + HEIGHT + 44
    for place, state in enumerate(STATES):
        x = EDGE + place * WIDTH // len(STATES)
        yield f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{COLOURS[state]}"/>'
        yield f'<text x="{x + 18}" y="{y}">{state}: {progress.devices.states[state]:,}</text>'


def _text(text: str) -> str:
    return escape(visible(text))
