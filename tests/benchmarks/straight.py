"""Series of measurements against a size, and the straight line nearest to each: whether something grows linearly is
then a figure.

A series is written as a table in Markdown, and read from it again: what a picture shows is what the page says.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

ROW = re.compile(r"^\| ([\d,]+) \| ([\d.,]+) \| ([\d.,]+) \| ([\d.,]+) \|", re.MULTILINE)
LEAST_GROWTH = 0.05  # of the largest figure: what grows less before the last step is noise
THOUSAND = 1000  # what the slope of a line is told for


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What one size cost."""

    size: int
    wall_s: float
    cpu_s: float
    peak_mib: float
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The straight line nearest to some figures (least squares), and how far the farthest of them is from it."""

    base: float  # at size 0
    slope: float  # for each unit of size
    off: float  # the largest distance of a figure from the line

    def at(self, size: float) -> float:
        """The line's figure for this size."""
        return self.base + self.slope * size


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Figures for several sizes of one thing."""

    title: str
    unit: str  # what the sizes count
    points: tuple[Point, ...]
    beyond: int = 0  # a size that was not measured, for which the line is told

    def line(self, figure: Callable[[Point], float]) -> Line:
        """The line nearest to one figure of the points."""
        return nearest([point.size for point in self.points], [figure(point) for point in self.points])

    def share_off(self, figure: Callable[[Point], float]) -> float:
        """How far the farthest point is from the line, as a share of the largest figure."""
        return self.line(figure).off / (max(map(figure, self.points)) or 1.0)

    def bend(self, figure: Callable[[Point], float]) -> float | None:
        """How many times as dear a unit is in the last step as in all before: 1 where it is linear, 4 where sizes grow
        fourfold and a figure with their square. None where hardly anything grows, or there are fewer than three sizes.
        """
        ordered = sorted(self.points, key=lambda point: point.size)
        if len(ordered) < 3:
            return None
        first, before, last = ordered[0], ordered[-2], ordered[-1]
        early = figure(before) - figure(first)
        if early < LEAST_GROWTH * figure(last):
            return None
        late = (figure(last) - figure(before)) / (last.size - before.size)
        return late / (early / (before.size - first.size))

    def foretold(self, figure: Callable[[Point], float]) -> str:
        """What the line says of the size that was not measured; empty where a figure hardly grows: that is noise."""
        figures = [figure(point) for point in self.points]
        if max(figures) - min(figures) < LEAST_GROWTH * max(figures):
            return ""
        return f"{self.line(figure).at(self.beyond):,.0f}"


def wall(point: Point) -> float:
    """Seconds from start to end."""
    return point.wall_s


def cpu(point: Point) -> float:
    """Seconds of a processor."""
    return point.cpu_s


def memory(point: Point) -> float:
    """MiB at the peak."""
    return point.peak_mib


FIGURES: Mapping[str, Callable[[Point], float]] = {"wall s": wall, "CPU s": cpu, "peak MiB": memory}


def nearest(sizes: Sequence[float], figures: Sequence[float]) -> Line:
    """The line with the least sum of squared distances. ValueError for fewer than two different sizes."""
    if len(set(sizes)) < 2:
        raise ValueError(f"a line needs two sizes, not {len(set(sizes))}")
    middle, level = sum(sizes) / len(sizes), sum(figures) / len(figures)
    spread = sum((size - middle) ** 2 for size in sizes)
    slope = sum((size - middle) * (figure - level) for size, figure in zip(sizes, figures, strict=True)) / spread
    base = level - slope * middle
    off = max(abs(figure - base - slope * size) for size, figure in zip(sizes, figures, strict=True))
    return Line(base=base, slope=slope, off=off)


def table(series: Series) -> str:
    """The series in Markdown: a row for each size, and the line nearest to each column."""
    lines = {name: series.line(figure) for name, figure in FIGURES.items()}
    shares = {name: series.share_off(figure) for name, figure in FIGURES.items()}
    rows = [
        f"| {point.size:,} | {point.wall_s:.2f} | {point.cpu_s:.2f} | {point.peak_mib:.1f} | {point.found} |"
        for point in series.points
    ]
    fits = {
        "the line begins at": [f"{line.base:.2f}" for line in lines.values()],
        f"each {THOUSAND:,} more": [f"{THOUSAND * line.slope:.4f}" for line in lines.values()],
        "farthest from the line": [f"{line.off:.2f}, {shares[name]:.0%}" for name, line in lines.items()],
        "the last step beside those before": [_times(series.bend(figure)) for figure in FIGURES.values()],
    }
    if series.beyond:
        name = f"{series.beyond:,}, not measured, as the line has it"
        fits[name] = [series.foretold(figure) for figure in FIGURES.values()]
    return "\n".join(
        [
            f"### {series.title}",
            "",
            f"| {series.unit} | {' | '.join(FIGURES)} | found |",
            "| ---: | ---: | ---: | ---: | --- |",
            *rows,
            *(f"| {name} | {' | '.join(values)} | |" for name, values in fits.items()),
            "",
        ]
    )


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f} times"


def read_table(text: str, title: str, unit: str) -> Series:
    """The series that a table tells; what was found is left out."""
    points = (
        Point(size=int(size), wall_s=float(wall_s), cpu_s=float(cpu_s), peak_mib=float(peak_mib))
        for size, wall_s, cpu_s, peak_mib in (
            [part.replace(",", "") for part in found.groups()] for found in ROW.finditer(text)
        )
    )
    return Series(title=title, unit=unit, points=tuple(points))
