"""What whole processes cost, side by side: each in turn, several times, the median counts (getrusage(2)).

A ratio of two medians of one run is what may be quoted: this machine's load, and whatever else it does, is in both.
"""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

LIMIT_S = 170.0  # of one run of one process
LOOK_S = 0.1  # after which it is looked for processes that it has begun
KILLED = -9  # the code of one that reached the limit
FINE = frozenset({0, 1, 4})  # netaudit is done: and something stands against the organisation, or could not be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run of a process cost."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    code: int
    packets: int = 0  # that it sent, where they were counted
    output: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Several runs of several processes, by name; the first name is ours."""

    title: str
    runs: Mapping[str, tuple[Cost, ...]]
    notes: Mapping[str, str]  # what each found

    def median(self, name: str, figure: Callable[[Cost], float]) -> float:
        """The middle figure of a process's runs."""
        return median(figure(cost) for cost in self.runs[name])

    def ratio(self, name: str, figure: Callable[[Cost], float]) -> float:
        """How many times as much as ours a process took."""
        ours = next(iter(self.runs))
        return self.median(name, figure) / (self.median(ours, figure) or 1.0)


def wall(cost: Cost) -> float:
    """Seconds from its start to its end."""
    return cost.wall_s


def cpu(cost: Cost) -> float:
    """Seconds of a processor: less moved by what else the machine does."""
    return cost.cpu_s


def run(
    command: Sequence[str],
    *,
    namespace: str | None = None,
    sent: Callable[[], int] = lambda: 0,
    limit_s: float = LIMIT_S,
    given: Path = Path(os.devnull),
) -> Cost:
    """Run a command to its end, in a network namespace where one is named; its output is kept.

    After the limit it is killed, which its exit code then says.
    """
    words = ["ip", "netns", "exec", namespace, *command] if namespace else list(command)
    before, started = sent(), time.perf_counter()
    with given.open("rb") as stream:
        process = subprocess.Popen(
            words, stdin=stream, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=installed()
        )
    limit = threading.Timer(limit_s, process.kill)
    limit.start()
    peaks = [0.0]
    watch = threading.Thread(target=_watch, args=(process.pid, peaks), daemon=True)
    watch.start()
    assert process.stdout is not None
    output = process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    limit.cancel()
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(
        wall_s=wall_s,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mib=peaks[-1],
        code=process.returncode,
        packets=sent() - before,
        output=output,
    )


def installed() -> dict[str, str]:
    """The environment in which Python finds its modules compiled, as those of an installed program are."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir(), "netaudit-benchmarks"))}


def _watch(pid: int, peaks: list[float]) -> None:
    """Note the most memory that a process and those that it began have held, each at its own worst moment, until the
    first one ends; its rusage counts what held it before exec (proc(5)).
    """
    held: dict[int, float] = {}
    kin, due = [pid], 0.0
    while True:
        if time.monotonic() >= due:
            kin, due = [pid, *_begun_by(pid)], time.monotonic() + LOOK_S
        held |= {one: peak for one in kin if (peak := _peak_mib(one)) is not None}
        if _peak_mib(pid) is None:  # it has ended, and nobody has asked for its code yet
            return
        peaks.append(sum(held.values()))
        time.sleep(0.02)


def _begun_by(pid: int) -> list[int]:
    with suppress(psutil.Error):
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    return []


def _peak_mib(pid: int) -> float | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), None)


def compete(
    title: str,
    contenders: Mapping[str, Callable[[], Cost]],
    *,
    runs: int,
    found: Callable[[str, Cost], str] = lambda _name, _cost: "",
    once: Collection[str] = (),
) -> Contest:
    """Let all run in turn, so many times, but for those that run once, and may reach the limit.

    ValueError where one of them fails.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for turn in range(runs):
        for name, contender in contenders.items():
            if turn and name in once:
                continue
            cost = contender()
            if cost.code not in FINE and not (name in once and cost.code == KILLED):
                raise ValueError(f"{title}: {name} ended with {cost.code}: {cost.output[-300:]!r}")
            costs[name].append(cost)
    notes = {name: found(name, costs[name][-1]) for name in costs}
    return Contest(title=title, runs={name: tuple(given) for name, given in costs.items()}, notes=notes)


def markdown(contest: Contest) -> str:
    """A table of medians, with each process's time as a multiple of ours."""
    lines = [
        f"### {contest.title}",
        "",
        "| | wall s | CPU s | peak MiB | packets sent | found | wall / ours | CPU / ours |",
    ]
    lines.append("| --- | ---: | ---: | ---: | ---: | --- | ---: | ---: |")
    for name in contest.runs:
        figures = (
            f"{contest.median(name, wall):.2f}",
            f"{contest.median(name, cpu):.2f}",
            f"{contest.median(name, lambda cost: cost.peak_mib):.0f}",
            f"{contest.median(name, lambda cost: cost.packets):,.0f}",
            contest.notes[name],
            f"{contest.ratio(name, wall):.2f}",
            f"{contest.ratio(name, cpu):.2f}",
        )
        turns = len(contest.runs[name])
        lines.append(f"| {name}{'' if turns > 1 else ', one run'} | {' | '.join(figures)} |")
    return "\n".join([*lines, ""])
