"""How much of a router's table of neighbours a scan takes up, where nobody is behind it; and whom it cannot reach then.

    python tests/benchmarks/router_table.py [--write docs/benchmarks.md]

The router is Linux in a namespace of its own. Four times a second is counted for how many addresses it is looking, and
something is sent through it to a device that it has not met before. Beside each scan as it is runs one whose datagrams
leave as fast as its rate allows. It takes two minutes, and root. All namespaces of a machine share one table: what else
runs in some takes up its places too.
"""

import argparse
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.beside_peers import machine, put
from benchmarks.growing import SCAN
from benchmarks.processes import FINE, run
from support.namespaces import inside, ip, make_namespace, remove_namespaces, write_setting

AREA, NETWORK = "router-table", "10.195.0.0/22"  # of the router's /21; the devices that it meets have the last quarter
ROUTER, DEVICES, PORT = "10.195.4.1", IPv4Address("10.195.6.2"), 9
PLACES = Path("/proc/sys/net/ipv4/neigh/default/gc_thresh3")  # arp(7)
LOOK_S, FOUND_S, LIMIT_S = 0.25, 2.0, 110.0
UNPACED = "from netaudit.cli import main; from netaudit.discovery import find; find.PROBE_PACE_S *= 0.0; main()"
AT_FULL_RATE = (sys.executable, "-c", UNPACED, *SCAN[3:])
STANDARD, QUICK = ("--profile", "standard"), ("--profile", "standard", "--rate", "5000")
WAYS = {
    "standard": (*SCAN, *STANDARD),
    "standard, datagrams at the full rate": (*AT_FULL_RATE, *STANDARD),
    "standard with --rate 5000": (*SCAN, *QUICK),
    "the same, datagrams at the full rate": (*AT_FULL_RATE, *QUICK),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """Namespaces in a row, and a socket in the first and in the last."""

    scanner: str
    router: str
    sender: socket.socket
    receiver: socket.socket


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was counted at one moment."""

    sought: int  # addresses for which the router is looking
    connections: int  # that the scanner has begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One scan."""

    wall_s: float
    by_datagrams: int  # the most for which the router looked at once, before the first connection
    by_connections: int  # and after
    met: int
    reached: int


def main(words: list[str]) -> int:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", type=Path)
    given = parser.parse_args(words)
    section = f"{machine()}\n\n{table({name: measure(command) for name, command in WAYS.items()})}"
    if given.write:
        given.write.write_text(put(given.write.read_text(encoding="utf-8"), AREA, section), encoding="utf-8")
    else:
        print(section)
    return 0


def table(every: dict[str, Watched], network: str = NETWORK) -> str:
    """A row for each scan."""
    places = f"of {int(PLACES.read_text(encoding='ascii')):,} places " if PLACES.exists() else ""
    rows = [
        f"| {name} | {one.wall_s:.1f} | {one.by_datagrams:,} | {one.by_connections:,} | {one.reached:,} of {one.met:,} |"
        for name, one in every.items()
    ]
    title = f"### For how many addresses of {network} a router {places}looked at once, at most"
    heads = "| | wall s | for datagrams | for connections | new devices that it reached meanwhile |"
    return "\n".join([title, "", heads, "| --- | ---: | ---: | ---: | ---: |", *rows, ""])


def measure(command: Sequence[str], network: str = NETWORK) -> Watched:
    """Scan, and look at the router meanwhile. ValueError where the scan failed."""
    with row() as premises, ThreadPoolExecutor(max_workers=1) as scanning:
        scan = scanning.submit(run, [*command, network], namespace=premises.scanner, limit_s=LIMIT_S)
        looks = list(watch(premises, lambda: not scan.done()))
        cost, reached = scan.result(), received(premises.receiver)
    if cost.code not in FINE:
        raise ValueError(f"ended with {cost.code}: {cost.output[-300:]!r}")
    return Watched(
        wall_s=cost.wall_s,
        by_datagrams=max((look.sought for look in looks if not look.connections), default=0),
        by_connections=max((look.sought for look in looks if look.connections), default=0),
        met=len(looks),
        reached=len(reached),
    )


@contextmanager
def row() -> Iterator[Premises]:
    """A scanner, a router, and behind it a link with devices at the last quarter of its addresses, and nobody else."""
    names = [make_namespace(label) for label in ("scanner", "router", "devices")]
    scanner, router, devices = names
    try:
        ip(f"link add near netns {scanner} type veth peer name near netns {router}")
        ip(f"link add far netns {router} type veth peer name far netns {devices}")
        up, default = ("link set lo up", "link set near up"), f"route add default via {ROUTER}"
        ip(*up, "address add 10.194.0.2/24 dev near", "route add 10.195.0.0/21 via 10.194.0.1", inside=scanner)
        ip(
            *up,
            "link set far up",
            "address add 10.194.0.1/24 dev near",
            f"address add {ROUTER}/21 dev far",
            inside=router,
        )
        ip("link set lo up", "link set far up", f"address add {DEVICES}/21 dev far", default, inside=devices)
        ip("route add local 10.195.6.0/23 dev lo", inside=devices)
        with inside(router):
            write_setting("ipv4/ip_forward", "1")
        with open_socket(scanner) as sender, open_socket(devices, PORT) as receiver:
            yield Premises(scanner=scanner, router=router, sender=sender, receiver=receiver)
    finally:
        remove_namespaces(names)


def open_socket(namespace: str, port: int = 0) -> socket.socket:
    """A socket for datagrams of this namespace."""
    with inside(namespace):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("0.0.0.0", port))
    opened.setblocking(False)
    return opened


def watch(premises: Premises, lasts: Callable[[], bool]) -> Iterator[Look]:
    """Look at the router, and send something through it to one device more, again and again while it lasts."""
    number = 0
    while lasts():
        premises.sender.sendto(number.to_bytes(2), (str(DEVICES + number), PORT))
        yield Look(connections=begun(premises.scanner), sought=sought(premises.router))
        number += 1
        time.sleep(LOOK_S)
    time.sleep(FOUND_S)  # what the router holds until it has found the last device


def sought(router: str) -> int:
    """For how many addresses the router is looking now."""
    command = ["ip", "-n", router, "-4", "neighbour", "show", "nud", "incomplete"]
    return len(subprocess.run(command, capture_output=True, check=True).stdout.splitlines())


def begun(namespace: str) -> int:
    """How many TCP connections were begun in a namespace so far (RFC 4022: tcpActiveOpens)."""
    with inside(namespace):
        lines = Path("/proc/thread-self/net/snmp").read_text(encoding="ascii").splitlines()
    names, values = (line.split() for line in lines if line.startswith("Tcp:"))
    return int(values[names.index("ActiveOpens")])


def received(receiver: socket.socket) -> set[bytes]:
    """What has come, each once."""
    every = set()
    while True:
        try:
            every.add(receiver.recv(64))
        except BlockingIOError:
            return every


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
