"""How time and memory grow, as SVG text: a field for each series, readable on light and on dark ground.

Both axes begin at zero and are not bent, so that what grows linearly is a straight line.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.straight import Point, Series, cpu, memory, wall

WIDTH, HEIGHT = 320, 120  # of a field, in pixels
LEFT, TOP, BETWEEN = 56, 64, 76  # before the first field, above it, and from one field to the next
COLOURS = {"wall s": "#2f81d7", "CPU s": "#d9661f", "peak MiB": "#3f9a55"}  # visible on white and on black ground
FIELDS: tuple[Mapping[str, Callable[[Point], float]], ...] = ({"wall s": wall, "CPU s": cpu}, {"peak MiB": memory})
STYLE = """
  text { font: 12px sans-serif; fill: #1f2328 }
  .title { font-weight: bold }
  .frame { fill: none; stroke: #6e7781 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .frame { stroke: #8b949e } }
"""


@dataclass(frozen=True, slots=True)
class Field:
    """Where a field stands, and what its corners mean."""

    left: int
    top: int
    widest: float  # the size at its right edge
    highest: float  # the figure at its upper edge

    def x(self, size: float) -> float:
        """Pixels from the left."""
        return round(self.left + size / self.widest * WIDTH, 1)

    def y(self, figure: float) -> float:
        """Pixels from the top; what is below zero is drawn at zero."""
        return round(self.top + HEIGHT - max(0.0, figure) / self.highest * HEIGHT, 1)


def draw(every: Sequence[Series]) -> str:
    """The picture: a row for each series, its times to the left and its memory to the right."""
    width, height = LEFT + 2 * WIDTH + BETWEEN + 16, TOP + len(every) * (HEIGHT + BETWEEN)
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
        '<title id="title">How time and memory grow</title>',
        f'<desc id="desc">{escape("; ".join(map(description, every)))}</desc>',
        f"<style>{STYLE}</style>",
        *_legend(),
    ]
    for row, series in enumerate(every):
        top = TOP + row * (HEIGHT + BETWEEN)
        lines.append(f'<text class="title" x="{LEFT}" y="{top - 10}">{escape(series.title)}</text>')
        for column, figures in enumerate(FIELDS):
            lines += _field(series, figures, LEFT + column * (WIDTH + BETWEEN), top)
    return "\n".join([*lines, "</svg>"]) + "\n"


def description(series: Series) -> str:
    """What a row shows, for those who do not see it."""
    last = max(series.points, key=lambda point: point.size)
    figures = f"{last.wall_s:.1f} s, {last.cpu_s:.1f} s of a processor and {last.peak_mib:.0f} MiB"
    off = f"{series.share_off(wall):.0%}, {series.share_off(cpu):.0%} and {series.share_off(memory):.0%}"
    return f"{series.title}: {last.size:,} {series.unit} take {figures}, at most {off} off a straight line"


def _legend() -> Iterator[str]:
    for place, (name, colour) in enumerate(COLOURS.items()):
        x = LEFT + place * 110
        yield f'<circle cx="{x + 6}" cy="20" r="4" fill="{colour}"/><text x="{x + 16}" y="24">{name}</text>'
    yield f'<text x="{LEFT + 340}" y="24">points: measured; lines: the straight line nearest to them</text>'


def _field(series: Series, figures: Mapping[str, Callable[[Point], float]], left: int, top: int) -> Iterator[str]:
    """The frame, its scale, and of each figure the points with their line."""
    highest = max(figure(point) for point in series.points for figure in figures.values())
    field = Field(left, top, max(point.size for point in series.points), 1.05 * highest or 1.0)
    yield f'<rect class="frame" x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}"/>'
    yield f'<text x="{left}" y="{top + HEIGHT + 16}">0</text>'
    most = f"{field.widest:,} {series.unit}"
    yield f'<text x="{left + WIDTH}" y="{top + HEIGHT + 16}" text-anchor="end">{escape(most)}</text>'
    unit = next(iter(figures)).rpartition(" ")[2]
    yield f'<text x="{left - 6}" y="{field.y(highest) + 8}" text-anchor="end">{highest:.{_digits(highest)}f}</text>'
    yield f'<text x="{left - 6}" y="{field.y(highest) + 22}" text-anchor="end">{unit}</text>'
    for name, figure in figures.items():
        line = series.line(figure)
        yield f'<g stroke="{COLOURS[name]}" fill="{COLOURS[name]}"><title>{name}</title>'
        yield f'<path stroke-width="1.5" d="M{left} {field.y(line.base)}L{left + WIDTH} {field.y(line.at(field.widest))}"/>'
        for point in series.points:
            yield f'<circle cx="{field.x(point.size)}" cy="{field.y(figure(point))}" r="4"/>'
        yield "</g>"


def _digits(figure: float) -> int:
    return 0 if figure >= 10 else 1
