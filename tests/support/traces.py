"""Traces of live runs: what progress told and when, kept small, so that a forecast can be held against what came."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from math import ceil
from pathlib import Path
from typing import Any

from netaudit.discovery.forecast import Forecast
from netaudit.discovery.standing import Prospect, Standing

FOLDER = Path(__file__).parents[1] / "benchmarks" / "traces"
FIRST, WITHIN = 0.1, 0.25  # from so much of its time on a run's end is to be foretold so well
MOST_ROWS = 150  # that are kept of a run, beside the beginnings and ends of its stages
_FIELDS = tuple(field.name for field in fields(Standing) if field.name != "prospect")

Told = tuple[float, Standing]  # seconds from the beginning of the run


@dataclass(frozen=True, slots=True)
class Trace:
    """What a run told of its progress, and how long it took."""

    name: str
    told: tuple[Told, ...]
    total_s: float


def thinned(told: Sequence[Told], total_s: float) -> list[Told]:
    """The first and last of each stage, and as many between as a run's length allows."""
    kept: list[Told] = []
    for number, (at, standing) in enumerate(told):
        neighbours = [told[n][1] for n in (number - 1, number + 1) if 0 <= n < len(told)]
        edge = len(neighbours) < 2 or any(_stage(n) != _stage(standing) for n in neighbours)
        if edge or at >= kept[-1][0] + total_s / MOST_ROWS:
            kept.append((at, standing))
    return kept


def write(path: Path, told: Sequence[Told], total_s: float) -> None:
    """Keep a trace: the prospect once, the rest a row each."""
    rows = [[round(at, 3), *(getattr(standing, name) for name in _FIELDS)] for at, standing in thinned(told, total_s)]
    prospect = {**asdict(told[-1][1].prospect), "ended": sorted(told[-1][1].prospect.ended)}
    head = {"total_s": round(total_s, 3), "prospect": prospect, "fields": ["at", *_FIELDS]}
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    path.write_text(f'{json.dumps(head)[:-1]}, "rows": [\n{lines}\n]}}\n')


def read(path: Path) -> Trace:
    """A trace that was kept."""
    kept: dict[str, Any] = json.loads(path.read_text())
    prospect = Prospect(**{**kept["prospect"], "ended": frozenset(kept["prospect"]["ended"])})
    return Trace(path.stem, tuple(_told(kept["fields"], kept["rows"], prospect)), kept["total_s"])


def all_traces() -> list[Trace]:
    """Every trace that is kept, by name."""
    return [read(path) for path in sorted(FOLDER.glob("*.json"), key=lambda path: path.stem)]


def errors(trace: Trace, steps: int = 400) -> Iterator[tuple[float, float | None]]:
    """How far off the forecast is of the time at which the run ends, at so many moments: both as shares of its time.

    None where it says nothing. What progress had told by a moment is all that it knows then.
    """
    forecast, told = Forecast(), list(reversed(trace.told))
    for step in range(steps):
        now_s = trace.total_s * step / steps
        while told and told[-1][0] <= now_s:
            at, standing = told.pop()
            forecast.take(standing, at)
        estimate = forecast.estimate(now_s)
        yield step / steps, (now_s + estimate.left_s) / trace.total_s - 1 if estimate else None


def table(traces: Iterable[Trace], shares: Sequence[float] = (0.1, 0.25, 0.5, 0.75)) -> str:
    """What was foretold of each run at these shares of its time, in Markdown."""
    columns = (*(f"foretold at {share:.0%}" for share in shares), "furthest off after 10 %", "within a quarter from")
    lines = [f"| run | took, s | {' | '.join(columns)} |", f"| --- | ---: |{' ---: |' * len(columns)}"]
    for trace in traces:
        found = dict(errors(trace))
        ends = (f"{trace.total_s * (1 + (found[share] or 0.0)):,.0f}" for share in shares)
        after = {share: 1.0 if error is None else error for share, error in found.items() if share >= FIRST}
        holds = max((share for share, error in after.items() if abs(error) > WITHIN), default=FIRST)
        furthest = max(after.values(), key=abs)
        lines.append(
            f"| {trace.name} | {trace.total_s:,.0f} | {' | '.join(ends)} | {furthest:+.0%} | {ceil(100 * holds)}% |"
        )
    return "\n".join(lines) + "\n"


def _told(names: Sequence[str], rows: Sequence[Sequence[Any]], prospect: Prospect) -> Iterable[Told]:
    for row in rows:
        given = dict(zip(names, row, strict=True))
        at = given.pop("at")
        yield at, Standing(prospect=prospect, **given)


def _stage(standing: Standing) -> tuple[str, str]:
    return standing.phase, standing.stage
