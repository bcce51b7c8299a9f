"""Speed beside the peers: every area, in one run, as one page.

    python tests/benchmarks/beside_peers.py [AREA ...] [--runs N] [--write docs/benchmarks.md]

The areas are captures, sweeps, naming, losses, banners, verbs and stored. Needs root for namespaces; a peer that is not installed is left out.
With --write, the areas that were measured take the place of their sections in the page, and the others stay.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import banners, captures, naming, sweeps, verbs
from benchmarks.processes import Contest, markdown

AREAS: dict[str, Callable[[int], Sequence[Contest]]] = {
    "captures": lambda runs: [captures.measure(captures.PACKETS, runs), captures.measure(captures.FEWER, runs)],
    "sweeps": sweeps.measure,
    "naming": lambda runs: [naming.measure(naming.DEVICES, runs, answering=mode) for mode in (False, True)],
    "losses": lambda runs: [naming.measure(naming.DEVICES, runs, naming.OURS, loss=naming.LOSS)],
    "banners": banners.measure,
    "verbs": lambda runs: [verbs.measure(runs)],
    "stored": lambda runs: [verbs.measure_stored(runs)],
}
PEERS = ("arp-scan", "masscan", "nmap", "tcpdump", "tshark")
MARK = "<!-- {}: {} -->"


def main(words: list[str]) -> int:
    """Print the sections, or write them into the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("areas", nargs="*", default=[])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args(words)
    for area in given.areas or AREAS:
        section = "\n".join([f"{machine()}\n", *(markdown(contest) for contest in AREAS[area](given.runs))])
        if given.write:
            page = given.write.read_text(encoding="utf-8")
            given.write.write_text(put(page, area, section), encoding="utf-8")
        else:
            print(section)
    return 0


def put(page: str, area: str, section: str) -> str:
    """The page with an area's section in its place. ValueError where it has none."""
    begin, end = MARK.format(area, "begin"), MARK.format(area, "end")
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"{area}: the page has no place for it")
    return pattern.sub(lambda _: f"{begin}\n{section}\n{end}", page)


def machine() -> str:
    """What was measured on, and with which peers."""
    today, load = datetime.now(UTC).date(), os.getloadavg()[0]
    versions = filter(None, map(version, PEERS))
    return (
        f"Measured on {today}: {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, load {load:.1f} at the start. {'; '.join(versions)}."
    )


def version(name: str) -> str:
    """A peer's name and version; empty where it is not installed."""
    try:
        done = subprocess.run([name, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    found = re.search(r"\d+\.\d+(\.\d+)?", done.stdout + done.stderr)
    return f"{name} {found[0]}" if found else name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
