"""Finding and naming 60 mixed devices of a /24: netaudit beside nmap with its service detection and fitting scripts.

    python tests/benchmarks/naming.py [DEVICES [RUNS]]

The devices are the demo's, with all their channels; a switch in user space counts what the scanners send. nmap runs
once: it takes minutes. Emulated devices say nothing about how many real ones are recognised.
"""

import json
import shutil
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.processes import KILLED, Contest, Cost, compete, markdown, run
from support.fleet import build_whole
from support.premises import Estate, estate

DEVICES, RUNS, NETWORK = 60, 3, "10.198.7.0/24"
MAKERS = ("hikvision", "dahua")
PORTS = "80,443,554,8000,8080,8443,37777"
SCRIPTS = "http-title,http-server-header,rtsp-methods,ssl-cert,wsdd-discover,upnp-info"
NETAUDIT = (sys.executable, "-m", "netaudit", "scan", NETWORK, "--yes", "--once", "-q", "-o", "json")
LIMIT_S = 150.0
WAYS = {
    "netaudit, standard": (*NETAUDIT, "--profile", "standard"),
    "netaudit, standard, not listening": (*NETAUDIT, "--profile", "standard", "--listen", "0"),
    "nmap -sV with scripts": ("nmap", "-n", "-sV", "-T4", "-p", PORTS, "--script", SCRIPTS, "-oX", "-", NETWORK),
}


def main(words: list[str]) -> int:
    """Print the table."""
    devices, runs = (*map(int, words), *(DEVICES, RUNS)[len(words) :])
    print(markdown(measure(devices, runs)))
    return 0


def measure(devices: int, runs: int, ways: Mapping[str, tuple[str, ...]] = WAYS) -> Contest:
    """Each way of naming so many devices."""
    with estate() as built:
        built.populate(built.attached(NETWORK), build_whole(devices))
        with built.alive():
            contenders = {
                name: lambda command=command: scan(built, command)
                for name, command in ways.items()
                if name.startswith("netaudit") or shutil.which(command[0])
            }
            return compete(
                f"{devices} mixed devices in a /24",
                contenders,
                runs=runs,
                found=lambda name, cost: found(built, name, cost),
                once=frozenset(name for name in contenders if name.startswith("nmap")),
            )


def scan(built: Estate, command: tuple[str, ...]) -> Cost:
    """Run a scanner; the switch counts."""
    sent = built.links[0].sent
    assert sent is not None
    return run(command, namespace=built.scanner, sent=lambda: len(sent), limit_s=LIMIT_S)


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
