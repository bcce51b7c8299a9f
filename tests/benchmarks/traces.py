"""Record how runs tell their progress, in networks of namespaces: what the forecast of the time left is held against.

    python tests/benchmarks/traces.py [NAME...]
    python tests/benchmarks/traces.py --table

Each run is written to tests/benchmarks/traces/NAME.json; without names all but the largest are run, one after the other.
It takes root. The table in docs/scanning.md tells what was foretold of each run; --table writes it anew.
"""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import traces
from support.fleet import build_fleet, build_whole
from support.premises import Estate, estate

from netaudit.identify.fingerprints import Library, load_library
from netaudit.resume import resume
from netaudit.runs import Request, prepare, scan

DOCS = Path(__file__).parents[2] / "docs" / "scanning.md"
BEGIN, END = "<!-- foretold: begin -->", "<!-- foretold: end -->"
LAN = "10.80.0.0/24"
LIMIT_S = 900


@dataclass(frozen=True, slots=True)
class Scene:
    """A network, and how it is scanned."""

    build: Callable[[Estate], None]
    targets: str = LAN
    profile: str = "standard"
    options: str = ""  # rate=5000,listen=0,once; stop=8: what is watched is the continuation of a run that was stopped
    loss: float = 0.0
    seed: int = 60


def lan(
    built: Estate, devices: int = 60, network: str = LAN, *, whole: bool = False, spread_s: float = 0.3, first: int = 1
) -> None:
    """Devices on one attached network: each with some channels, or `whole` with all of its own."""
    fleet = build_whole(devices) if whole else build_fleet(devices, first)
    built.populate(built.attached(network, spread_s=spread_s), fleet)


def routed(built: Estate, near: int = 20, far: int = 40, network: str = "10.80.7.0/24", *, whole: bool = False) -> None:
    """A few devices here, and more behind a router."""
    here = built.attached(LAN, spread_s=0.3)
    there = built.behind(here, network)
    fleet = (build_whole if whole else build_fleet)(near + far)
    built.populate(here, fleet[:near])
    built.populate(there, fleet[near:], routed=True)


def large(built: Estate, devices: int = 4000, first: int = 1) -> None:
    """Two attached networks and a larger one behind a router."""
    fleet, shares = build_fleet(devices, first), (devices // 16, devices // 10)
    here = built.attached("10.80.0.0/21", spread_s=0.4)
    beside = built.attached("10.80.64.0/22", spread_s=0.4)
    far = built.behind(beside, "10.80.192.0/20", within=3712)
    built.populate(here, fleet[: shares[0]])
    built.populate(beside, fleet[shares[0] : shares[1]])
    built.populate(far, fleet[shares[1] :], routed=True)


BOTH = f"{LAN} 10.80.7.0/24"
LARGE = "10.80.0.0/21 10.80.64.0/22 10.80.192.0-10.80.206.127"
SCENES: Mapping[str, Scene] = {
    "lan": Scene(lan),
    "lan-lossy": Scene(lan, loss=0.05),
    "lan-gentle": Scene(lan, profile="gentle"),
    "lan-gentle-lossy": Scene(lan, profile="gentle", loss=0.05, seed=61),
    "lan-once": Scene(lan, options="once,listen=0", seed=62),
    "whole": Scene(lambda built: lan(built, whole=True)),
    "whole-gentle": Scene(lambda built: lan(built, 40, whole=True), profile="gentle", seed=63),
    "whole-lossy": Scene(lambda built: lan(built, 30, whole=True), loss=0.05, seed=64),
    "few": Scene(lambda built: lan(built, 6, whole=True), seed=65),
    "few-gentle": Scene(lambda built: lan(built, 6, whole=True), profile="gentle", seed=65),
    "busy": Scene(lambda built: lan(built, 200), seed=66),
    "busy-gentle": Scene(lambda built: lan(built, 200), profile="gentle", seed=67),
    "nobody": Scene(lambda built: lan(built, 1), targets="10.80.0.100-200", seed=68),
    "routed": Scene(routed, targets=BOTH),
    "routed-gentle": Scene(routed, targets=BOTH, profile="gentle", seed=69),
    "routed-lossy": Scene(lambda built: routed(built, 10, 20), targets=BOTH, loss=0.05, seed=70),
    "routed-whole": Scene(
        lambda built: routed(built, 20, 150, "10.80.8.0/23", whole=True), targets=f"{LAN} 10.80.8.0/23", seed=74
    ),
    "sparse": Scene(lambda built: lan(built, 65, "10.80.0.0/16"), targets="10.80.0.0/16"),
    "sparse-fast": Scene(lambda built: lan(built, 90, "10.80.0.0/16", whole=True), targets="10.80.0.0/16", options="rate=8000", seed=71),
    "crowded": Scene(
        lambda built: lan(built, 1500, "10.80.0.0/20"), targets="10.80.0.0/20", options="rate=3000,once", seed=75
    ),
    "resumed": Scene(lan, options="stop=5", seed=72),
    "resumed-gentle": Scene(lambda built: lan(built, 150), profile="gentle", options="stop=9", seed=73),
    "large": Scene(large, targets=LARGE, options="rate=5000,listen=0,once", seed=4000),
    "large-lossy": Scene(large, targets=LARGE, options="rate=5000", loss=0.05, seed=4001),
}  # fmt: skip
# The figures of netaudit/discovery/reckoning.py were chosen with the runs above before one's eyes, and without those below.
HELD_BACK: Mapping[str, Scene] = {
    "held-lan": Scene(lambda built: lan(built, 45, "10.81.0.0/23", first=500), targets="10.81.0.0/23", seed=90),
    "held-lan-gentle": Scene(
        lambda built: lan(built, 100, "10.81.0.0/24", first=700), targets="10.81.0.0/24", profile="gentle", seed=91
    ),
    "held-lossy": Scene(
        lambda built: lan(built, 90, "10.81.0.0/23", spread_s=0.5, first=900),
        targets="10.81.0.0/23",
        loss=0.03,
        seed=92,
    ),
    "held-whole": Scene(
        lambda built: lan(built, 110, "10.81.0.0/22", whole=True), targets="10.81.0.0/22", options="rate=600", seed=93
    ),
    "held-routed": Scene(lambda built: routed(built, 15, 90, "10.80.8.0/23"), targets=f"{LAN} 10.80.8.0/23", seed=94),
    "held-sparse": Scene(
        lambda built: lan(built, 35, "10.81.0.0/18", first=300), targets="10.81.0.0/18", options="rate=500", seed=95
    ),
    "held-crowded": Scene(
        lambda built: lan(built, 1900, "10.81.0.0/19", first=7000), targets="10.81.0.0/19", options="rate=2000", seed=97
    ),
    "held-large": Scene(
        lambda built: large(built, 2500, first=5000), targets=LARGE, options="rate=3000", loss=0.01, seed=96
    ),
}
LARGEST = ("crowded", "held-crowded", "large", "large-lossy", "held-large")


def main(words: list[str]) -> int:
    """Record the scenes of these names; "--scan" is how a recording starts its own scan."""
    if words[:1] == ["--scan"]:
        follow(*words[1:])
        return 0
    if words == ["--table"]:
        text = DOCS.read_text()
        before, after = text.partition(BEGIN)[0], text.partition(END)[2]
        DOCS.write_text(f"{before}{BEGIN}\n\n{traces.table(traces.all_traces())}\n{END}{after}")
        return 0
    for name in words or [name for name in (*SCENES, *HELD_BACK) if name not in LARGEST]:
        record(name)
    return 0


def record(name: str) -> None:
    """Build the network of this scene, scan it, keep the trace."""
    scene = {**SCENES, **HELD_BACK}[name]
    path = traces.FOLDER / f"{name}.json"
    with estate(loss=scene.loss, seed=scene.seed) as built:
        scene.build(built)
        command = (sys.executable, __file__, "--scan", str(path), scene.targets, scene.profile, scene.options)
        with built.alive():
            subprocess.run(["ip", "netns", "exec", built.scanner, *command], check=True, timeout=LIMIT_S)
    print(f"{name}: {traces.read(path).total_s:.1f} s", flush=True)


def follow(path: str, targets: str, profile: str, options: str) -> None:
    """Scan, and write down what progress tells."""
    told: list[traces.Told] = []
    given = dict(option.partition("=")[::2] for option in options.split(",") if option)
    request = Request(
        targets=tuple(targets.split()),
        profile=profile,
        rate_pps=float(given["rate"]) if "rate" in given else None,
        listen_s=float(given["listen"]) if "listen" in given else None,
        again="once" not in given,
        confirmed=True,
    )
    library = load_library(())
    bundle = stopped_run(request, library, float(given["stop"])) if "stop" in given else None
    began = time.monotonic()
    prepared = prepare(request, progress=lambda s: told.append((time.monotonic() - began, s)))
    scan(resume(prepared, bundle) if bundle else prepared, library)
    traces.write(Path(path), told, time.monotonic() - began)


def stopped_run(request: Request, library: Library, after_s: float) -> Path:
    """The bundle of a run that was interrupted after so long."""
    bundle, stopped = Path(tempfile.mkdtemp(), "run.bundle"), threading.Event()
    timer = threading.Timer(after_s, stopped.set)
    timer.start()
    scan(prepare(request, stopped=stopped), library, record=bundle)
    timer.join()
    return bundle


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
