"""The progress bar: on a terminal only, with an estimate of the time left; elsewhere long waits are told in a line."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from netaudit.cli.options import remark

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from netaudit.discovery.standing import Standing


class Progress:
    """Shows how far each stage is; does nothing where stderr is no terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self.bar: Bar | None = None
        self.stages: dict[str, TaskID] = {}
        self.quiet = quiet
        self.waiting = False  # and it was told
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

    def show(self, standing: "Standing") -> None:
        """Show how the run stands."""
        stage, done, total = standing.stage, standing.done, standing.total
        if self.bar and total:
            if stage not in self.stages:
                self.stages[stage] = self.bar.add_task(stage, total=total)
            self.bar.update(self.stages[stage], completed=done, total=total)
        elif stage.startswith("waiting") and not self.waiting:
            self.waiting = True
            remark(
                f"netaudit: {stage}: they are asked once more in {total} s; --once leaves that out", quiet=self.quiet
            )


def _bar() -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
