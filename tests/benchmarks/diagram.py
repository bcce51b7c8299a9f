"""A reliability diagram as SVG text: how sure against how often right, readable on light and dark ground."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from benchmarks.scores import Bin

SIDE, EDGE = 320, 52  # of the square, and around it, in pixels
STEPS = 5  # of the scale
COLOURS = ("#2f81d7", "#d9661f", "#3f9a55")  # of the curves: dark enough for white ground, light enough for black
STYLE = """
  text { font: 12px sans-serif; fill: #1f2328 }
  .frame, .ideal { fill: none; stroke: #6e7781 }
  .ideal { stroke-dasharray: 4 4 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .frame, .ideal { stroke: #8b949e } }
"""


@dataclass(frozen=True, slots=True)
class Scale:
    """From a share to pixels; both axes begin at the same share and end at 1."""

    low: float

    def x(self, share: float) -> float:
        """Pixels from the left."""
        return round(EDGE + (share - self.low) / (1 - self.low) * SIDE, 1)

    def y(self, share: float) -> float:
        """Pixels from the top."""
        return round(EDGE + (1 - share) / (1 - self.low) * SIDE, 1)


def draw(curves: Mapping[str, list[Bin]]) -> str:
    """The diagram of as many curves as there are colours, each bin with its 95 % interval."""
    least = min((min(part.certainty, part.interval[0]) for bins in curves.values() for part in bins), default=0.0)
    scale = Scale(int(least * 4) / 4)
    width, height = SIDE + 2 * EDGE, SIDE + 2 * EDGE + 20 * len(curves)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        "<title>Reliability: how often a claim of this certainty is right</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="frame" x="{EDGE}" y="{EDGE}" width="{SIDE}" height="{SIDE}"/>',
        f'<path class="ideal" d="M{EDGE} {EDGE + SIDE}L{EDGE + SIDE} {EDGE}"/>',
        *_ticks(scale),
    ]
    for row, (name, bins) in enumerate(curves.items()):
        parts += [_mark(part, scale, row) for part in bins]
        parts += _legend(f"{name}: {sum(part.count for part in bins)} claims", row)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _ticks(scale: Scale) -> list[str]:
    marks = [scale.low + (1 - scale.low) * n / STEPS for n in range(STEPS + 1)]
    below = (f'<text x="{scale.x(m)}" y="{EDGE + SIDE + 18}" text-anchor="middle">{m:.2f}</text>' for m in marks)
    beside = (f'<text x="{EDGE - 6}" y="{scale.y(m) + 4}" text-anchor="end">{m:.2f}</text>' for m in marks)
    middle = EDGE + SIDE / 2
    return [
        *below,
        *beside,
        f'<text x="{middle}" y="{EDGE + SIDE + 36}" text-anchor="middle">certainty</text>',
        f'<text x="12" y="{middle}" text-anchor="middle" transform="rotate(-90 12 {middle})">right</text>',
    ]


def _mark(part: Bin, scale: Scale, row: int) -> str:
    """A disc at what was seen, a line over what may be true; each curve a little aside, where they would cover."""
    x, (low, high) = scale.x(part.certainty) + 5 * row, part.interval
    return (
        f'<g stroke="{COLOURS[row]}" fill="{COLOURS[row]}"><title>{part.count} claims</title>'
        f'<path stroke-width="2" d="M{x} {scale.y(low)}V{scale.y(high)}"/>'
        f'<circle cx="{x}" cy="{scale.y(part.right)}" r="5"/></g>'
    )


def _legend(text: str, row: int) -> list[str]:
    y = SIDE + 2 * EDGE + 20 * row
    return [
        f'<circle cx="{EDGE + 6}" cy="{y}" r="5" fill="{COLOURS[row]}"/>',
        f'<text x="{EDGE + 18}" y="{y + 4}">{escape(text)}</text>',
    ]
