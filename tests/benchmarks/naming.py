"""Finding and naming 60 mixed devices of a /24: netaudit beside nmap with its service detection and fitting scripts.

    python tests/benchmarks/naming.py [DEVICES [RUNS]] [--answering] [--limit SECONDS] [--loss SHARE]

The devices are the demo's, with all their channels; a switch in user space counts what the scanners send. nmap runs
once, and is stopped at the limit: to its end it takes a quarter of an hour (--limit 2400), because many of the devices
have ports that take a connection and say nothing; with --answering there is no such port. With --loss so many of all frames are lost in each direction, and nmap is left
out. Emulated devices say nothing about how many real ones are recognised.
"""

import argparse
import json
import shutil
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.processes import KILLED, Contest, Cost, compete, markdown, run, wall
from support.fleet import build_answering, build_whole
from support.premises import Estate, estate

DEVICES, RUNS, NETWORK = 60, 3, "10.198.7.0/24"
MAKERS = ("hikvision", "dahua")
PORTS = "80,443,554,8000,8080,8443,37777"
SCRIPTS = "http-title,http-server-header,rtsp-methods,ssl-cert,wsdd-discover,upnp-info"
NETAUDIT = (sys.executable, "-m", "netaudit", "scan", NETWORK, "--yes", "--once", "-q", "-o", "json")
LIMIT_S = 240.0
WAYS = {
    "netaudit, standard": (*NETAUDIT, "--profile", "standard"),
    "netaudit, standard, not listening": (*NETAUDIT, "--profile", "standard", "--listen", "0"),
    "nmap -sV with scripts": ("nmap", "-n", "-sV", "-T4", "-p", PORTS, "--script", SCRIPTS, "-oX", "-", NETWORK),
}
OURS = {name: command for name, command in WAYS.items() if name.startswith("netaudit")}
LOSS = 0.05  # of all frames


def main(words: list[str]) -> int:
    """Print the table, and how many times as much nmap took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("devices", nargs="?", type=int, default=DEVICES)
    parser.add_argument("runs", nargs="?", type=int, default=RUNS)
    parser.add_argument("--limit", type=float, default=LIMIT_S, metavar="SECONDS", help="when nmap is stopped")
    parser.add_argument("--answering", action="store_true", help="devices of which no port is mute")
    parser.add_argument("--loss", type=float, default=0.0, metavar="SHARE", help="of all frames; without nmap")
    given = parser.parse_args(words)
    ways = OURS if given.loss else WAYS
    contest = measure(given.devices, given.runs, ways, limit_s=given.limit, answering=given.answering, loss=given.loss)
    print(markdown(contest))
    print("\n".join(compared(contest)))
    return 0


def compared(contest: Contest) -> list[str]:
    """How many times as much each other scanner took as ours did, in a line each; of one that was stopped at least so much."""
    lines = []
    for name in contest.runs:
        if not name.startswith("netaudit"):
            least = "at least " if any(cost.code == KILLED for cost in contest.runs[name]) else ""
            times, packets = contest.ratio(name, wall), contest.ratio(name, lambda cost: cost.packets)
            lines.append(f"{name}: {least}{times:.1f} times as long, {least}{packets:.1f} times as many packets")
    return lines


def measure(
    devices: int,
    runs: int,
    ways: Mapping[str, tuple[str, ...]] = WAYS,
    *,
    limit_s: float = LIMIT_S,
    answering: bool = False,
    loss: float = 0.0,
) -> Contest:
    """Each way of naming so many devices, of which no port is mute where they are `answering`.

    loss: the share of frames that is lost, in each direction.

    A peer that takes longer than the limit is stopped.
    """
    build = build_answering if answering else build_whole
    manner = f"{', of which no port is mute' if answering else ''}{f', {loss:.0%} of all frames lost' if loss else ''}"
    with estate(loss=loss) as built:
        built.populate(built.attached(NETWORK), build(devices))
        with built.alive():
            contenders = {
                name: partial(scan, built, command, LIMIT_S if name.startswith("netaudit") else limit_s)
                for name, command in ways.items()
                if name.startswith("netaudit") or shutil.which(command[0])
            }
            return compete(
                f"{devices} mixed devices in a /24{manner}",
                contenders,
                runs=runs,
                found=lambda name, cost: found(built, name, cost),
                once=frozenset(name for name in contenders if name.startswith("nmap")),
            )


def scan(built: Estate, command: tuple[str, ...], limit_s: float) -> Cost:
    """Run a scanner; the switch counts."""
    sent = built.links[0].sent
    assert sent is not None
    return run(command, namespace=built.scanner, sent=lambda: len(sent), limit_s=limit_s)


def found(built: Estate, name: str, cost: Cost) -> str:
    """How many of the makers' devices are named, and with their model; and the packets that a device got."""
    if cost.code == KILLED:
        return f"not done after {cost.wall_s:.0f} s; {cost.packets / len(built.members):.0f} packets a device"
    truths = {address: member.device.truth for address, member in built.members.items()}
    ours = {address: truth for address, truth in truths.items() if truth.family in MAKERS}
    told = assets(cost.output) if name.startswith("netaudit") else services(cost.output)
    named = sum(truth.family in told.get(address, "").lower() for address, truth in ours.items())
    models = sum(bool(truth.model) and truth.model in told.get(address, "") for address, truth in ours.items())
    return f"{named} of {len(ours)} makers, {models} models; {cost.packets / len(truths):.0f} packets a device"


def assets(output: bytes) -> dict[str, str]:
    """address -> family and model, by netaudit's inventory."""
    document = json.loads(output)
    return {a: f"{asset['family']} {asset['model']}" for asset in document["assets"] for a in asset["addresses"]}


def services(output: bytes) -> dict[str, str]:
    """address -> all that nmap says of its services, without what the hardware address alone tells."""
    told: dict[str, str] = {}
    for host in ET.fromstring(output).iter("host"):
        for address in host.iter("address"):
            if address.get("addrtype") == "ipv4":
                parts = [
                    ET.tostring(part, encoding="unicode") for part in (*host.iter("port"), *host.iter("hostscript"))
                ]
                told[str(address.get("addr"))] = " ".join(parts)
    return told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
