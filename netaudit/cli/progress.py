"""Progress: on a terminal a bar for the whole run, with the time left, and one for each stage; elsewhere long runs are told of in a line."""

import sys
import time
from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from netaudit.cli.options import remark

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from netaudit.discovery.forecast import Estimate, Forecast
    from netaudit.discovery.standing import Standing

FIRST_LINE_S = (
    300.0  # where there is no terminal a line tells how it stands after so long, and then after twice as long
)
SHOWN_FROM = 0.05  # of a run; before that too little is known
OPEN = 1.5  # times as long as the least: then both are told
_PHASES = {"find": "finding", "check_harm": "checking", "": "identifying"}


class Progress:
    """Shows how a run stands and how long it still takes, where there is somebody to look."""

    def __init__(self, *, quiet: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.bar: Bar | None = None
        self.stages: dict[str, TaskID] = {}
        self.quiet = quiet
        self._clock = clock
        self._began = clock()
        self._line_at_s = FIRST_LINE_S
        self._waiting = False  # and it was told
        if not quiet and sys.stderr.isatty():
            self.bar = _bar()

    def __enter__(self) -> Self:
        if self.bar:
            self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar:
            self.bar.stop()

    @cached_property
    def forecast(self) -> "Forecast":
        """How long the run still takes; it is reckoned with visits, whose files nobody needs who is told nothing."""
        from netaudit.discovery.forecast import Forecast

        return Forecast()

    def show(self, standing: "Standing") -> None:
        """Show how the run stands now."""
        at_s = self._clock() - self._began
        self.forecast.take(standing, at_s)
        if self.bar:
            self._draw(self.bar, standing, at_s)
        elif standing.stage.startswith("waiting") and not self._waiting:
            self._waiting = True
            wait = f"{standing.stage}: they are asked once more in {standing.total} s; --once leaves that out"
            remark(f"netaudit: {wait}", quiet=self.quiet)
        elif at_s >= self._line_at_s:
            self._line_at_s *= 2
            remark(f"netaudit: {self._line(standing, at_s)}", quiet=self.quiet)

    def _draw(self, bar: "Bar", standing: "Standing", at_s: float) -> None:
        estimate = self._estimate(at_s)
        total_s = at_s + estimate.left_s if estimate else None
        whole = self._row(bar, "")
        bar.update(whole, description=_stage(standing), completed=at_s, total=total_s, note=time_left(estimate))
        if standing.stage and standing.total:
            note = f"{standing.done:,}/{standing.total:,}"
            row = self._row(bar, standing.stage)
            bar.update(row, completed=standing.done, total=standing.total, note=note)

    def _row(self, bar: "Bar", stage: str) -> "TaskID":
        if stage not in self.stages:
            self.stages[stage] = bar.add_task(f"  {stage}", total=None, note="")
        return self.stages[stage]

    def _line(self, standing: "Standing", at_s: float) -> str:
        far = f", {standing.done:,} of {standing.total:,}" if standing.total else ""
        found = f"{standing.alive:,} devices answered so far"
        return f"{_stage(standing)}{far}; {found}; {time_left(self._estimate(at_s))}"

    def _estimate(self, at_s: float) -> "Estimate | None":
        estimate = self.forecast.estimate(at_s)
        return estimate if estimate and at_s >= SHOWN_FROM * (at_s + estimate.left_s) else None


def time_left(estimate: "Estimate | None") -> str:
    """The time left in words, no more exact than it is known: from least to most where a second look is open still."""
    if estimate is None:
        return "estimating the time left"
    if estimate.most_s > OPEN * estimate.least_s:
        return f"{_rounded(estimate.least_s)} to {_rounded(estimate.most_s)} left"
    return f"about {_rounded(estimate.left_s)} left"


def _rounded(seconds: float) -> str:
    if seconds < 57.5:
        return f"{max(5, 5 * round(seconds / 5))} s"
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(10 * round(minutes / 10), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _stage(standing: "Standing") -> str:
    return standing.stage or _PHASES.get(standing.phase, "asking")


def _bar() -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"))
    return Progress(*columns, console=Console(stderr=True), transient=True)
