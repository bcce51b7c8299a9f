"""Web banners of 4,000 devices, plain and behind TLS: netaudit beside a bare epoll client and requests in threads.

    python tests/benchmarks/banners.py [DEVICES [RUNS]]

The devices are addresses of loopback, and answer GET / with a page of 1,500 bytes: a program in C (webd.c) for all of
them, and behind TLS one in Python (tlsd.py), where some speak TLS 1.0 only. Each client is a process of its own
(banner_clients.py). requests runs once: it takes longer than all others together.
"""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.banner_clients import BODY_BYTES
from benchmarks.processes import Contest, Cost, compete, markdown, run

DEVICES, RUNS = 4000, 5
ENGINE, BARE, THREADS = "netaudit, its engine", "bare epoll client", "requests in 32 threads"
NAMES = {
    ENGINE: "engine",
    "netaudit, a visit of the port": "visit",
    BARE: "epoll",
    THREADS: "requests",
}
HERE = Path(__file__).parent


def main(words: list[str]) -> int:
    """Print the tables."""
    devices, runs = (*map(int, words), *(DEVICES, RUNS)[len(words) :])
    print("\n".join(markdown(contest) for contest in measure(runs, devices)))
    return 0


def measure(runs: int, devices: int = DEVICES, names: Mapping[str, str] = NAMES) -> list[Contest]:
    """These clients, without and with TLS."""
    return [_contest(runs, devices, names, secured) for secured in (False, True)]


def _contest(runs: int, devices: int, names: Mapping[str, str], secured: bool) -> Contest:
    with tempfile.TemporaryDirectory() as folder, serving(server(Path(folder), secured)) as port:
        contenders = {name: client(word, port, devices, secured) for name, word in names.items()}
        title = f"{'HTTPS' if secured else 'HTTP'} banners of {devices:,} devices"
        contest = compete(title, contenders, runs=runs, once={THREADS})
    bare = rate(contest.runs[BARE])
    notes = {name: told(costs, devices, bare) for name, costs in contest.runs.items()}
    return replace(contest, notes=notes)


def client(name: str, port: int, devices: int, secured: bool) -> Callable[[], Cost]:
    """What runs one client."""
    command = [sys.executable, "-W", "ignore", str(HERE / "banner_clients.py"), name, str(port), str(devices)]
    return lambda: run([*command, "--secured"] if secured else command)


def told(costs: tuple[Cost, ...], devices: int, bare: float) -> str:
    """How many answered in every run, and how fast a client was within its process, beside the bare one."""
    answered, mine = min(outcome(cost)["answered"] for cost in costs), rate(costs)
    processor_us = 1e6 * median(outcome(cost)["processor"] for cost in costs) / devices
    return (
        f"{answered:,} of {devices:,} pages, {processor_us:,.0f} us of a processor each; "
        f"{mine:,.0f} a second, {mine / bare:.2f} of the bare client's rate"
    )


def rate(costs: tuple[Cost, ...]) -> float:
    """Pages a second, within the process, in its middle run."""
    return median(outcome(cost)["answered"] / outcome(cost)["seconds"] for cost in costs)


def outcome(cost: Cost) -> dict[str, float]:
    """What a client says of itself."""
    return json.loads(cost.output)


def server(folder: Path, secured: bool) -> list[str]:
    """The command of a server, without its listener."""
    if secured:
        return [sys.executable, str(HERE / "tlsd.py")]
    program = folder / "webd"
    subprocess.run(["cc", "-O2", "-o", str(program), str(HERE / "webd.c")], check=True)
    return [str(program)]


@contextmanager
def serving(command: list[str]) -> Iterator[int]:
    """A server on one port of every address of this machine."""
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen(1024)
        listener.setblocking(False)
        descriptor = listener.fileno()
        process = subprocess.Popen([*command, str(descriptor), str(BODY_BYTES)], pass_fds=[descriptor])
        try:
            yield listener.getsockname()[1]
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
