"""An estate of many devices: segments in user space, their crowds, and a scanner that a witness watches."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from support.crowd import Crowd
from support.fleet import Member
from support.namespaces import inside, ip, leftovers, make_namespace, remove_namespaces, write_setting
from support.wiring import Segment, Station

from netaudit.demo import PlayedDevice
from netaudit.demo.loop import Loop

SCANNER_HOST, ROUTER_HOST = 2, 1
FIRST_HOST = 10  # of a device
SCANNER_MAC, NEAR_MAC, FAR_MAC = "02:00:5e:00:54:{:02x}", "02:00:5e:00:55:{:02x}", "02:00:5e:00:56:{:02x}"


@dataclass(slots=True)
class Estate:
    """What was built, and what crossed the scanner's links."""

    stack: ExitStack
    loss: float
    seed: int
    loop: Loop
    scanner: str
    dice: random.Random
    segments: list[Segment] = field(default_factory=list)
    crowds: list[Crowd] = field(default_factory=list)
    links: list[Station] = field(default_factory=list)  # the scanner's
    members: dict[str, Member] = field(default_factory=dict)  # by address
    routed: set[str] = field(default_factory=set)  # addresses behind the router

    def segment(self, network: str, *, spread_s: float = 0.0, within: int | None = None) -> Crowd:
        """A segment that nobody is attached to yet; within: its devices are among so many first addresses."""
        number = len(self.segments)
        segment = Segment(
            loop=self.loop, namespace=self.namespace(f"crowd{number}"), network=IPv4Network(network),
            tun=f"tun{number}", dice=self.dice,
        )  # fmt: skip
        segment.open()
        self.stack.callback(segment.close)
        self.segments.append(segment)
        self.crowds.append(Crowd(segment, spread_s, within or segment.network.num_addresses - 1))
        return self.crowds[-1]

    def attached(self, network: str, *, spread_s: float = 0.0) -> Crowd:
        """A segment that the scanner is attached to."""
        crowd = self.segment(network, spread_s=spread_s)
        number, segment = len(self.links), crowd.segment
        address = str(segment.network[SCANNER_HOST])
        link = segment.attach(self.scanner, f"lan{number}", address, SCANNER_MAC.format(number), loss=self.loss)
        link.sent = []
        self.links.append(link)
        return crowd

    def behind(self, near: Crowd, network: str, *, within: int | None = None) -> Crowd:
        """A segment behind a router on another one: neither ARP nor multicast crosses."""
        crowd = self.segment(network, within=within)
        router, number = self.namespace("router"), len(self.segments)
        with inside(router):
            write_setting("ipv4/ip_forward", "1")
        entrance = str(near.segment.network[ROUTER_HOST])
        exit_ = str(crowd.segment.network[ROUTER_HOST])
        near.segment.attach(router, "near", entrance, NEAR_MAC.format(number))
        far = crowd.segment.attach(router, "far", exit_, FAR_MAC.format(number), routes=True)
        crowd.segment.gateway = far.mac
        ip(f"route add {network} via {entrance}", inside=self.scanner)
        return crowd

    def populate(self, crowd: Crowd, members: Sequence[Member], *, routed: bool = False) -> None:
        """Give the devices addresses of the segment, spread over all of it, and play them."""
        network = crowd.segment.network
        hosts = self.dice.sample(range(FIRST_HOST, crowd.within), len(members))
        placed = {str(network[host]): member for host, member in zip(hosts, members, strict=True)}
        self.members |= placed
        if routed:
            self.routed |= placed.keys()
        crowd.segment.settle({address: member.resident for address, member in placed.items()})
        crowd.play(((address, member.device) for address, member in placed.items()), self.stack)

    def namespace(self, label: str) -> str:
        name = make_namespace(label)
        self.stack.callback(remove_namespaces, [name])
        return name

    @property
    def played(self) -> dict[str, PlayedDevice]:
        """Every device while it is played, by address."""
        return {address: played for crowd in self.crowds for address, played in crowd.devices.items()}

    @contextmanager
    def alive(self) -> Iterator[None]:
        """The segments carry, and the devices answer, until the context ends."""
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="estate") as thread:
            ended = thread.submit(self.loop.run)
            try:
                yield
            finally:
                self.loop.stop()
                ended.result()


@contextmanager
def estate(*, loss: float = 0.0, seed: int = 1) -> Iterator[Estate]:
    """An estate without segments; loss: the share of frames that the scanner's links lose, in each direction."""
    with ExitStack() as stack:
        remove_namespaces(leftovers())
        loop = Loop()
        stack.callback(loop.close)
        built = Estate(stack, loss, seed, loop, "", random.Random(seed))
        built.scanner = built.namespace("scanner")
        yield built


@dataclass(frozen=True, slots=True)
class Scanned:
    """How a scan went."""

    code: int
    stderr: str
    inventory: dict[str, Any]
    seconds: float
    peak_mb: float


def scan(estate: Estate, folder: Path, *arguments: str) -> Scanned:
    """Run `netaudit scan` in the scanner's namespace. The witness is on the link: no journal slows the run down."""
    output = folder / "inventory.json"
    environment = {k: v for k, v in os.environ.items() if k not in {"NETAUDIT_TEST_JOURNAL", "PYTHONPATH"}}
    command = ["ip", "netns", "exec", estate.scanner, sys.executable, "-m", "netaudit", "scan", *arguments]
    started, peak_kb = time.monotonic(), 0
    with estate.alive(), (folder / "stderr").open("w+") as stderr:
        with subprocess.Popen([*command, "-q", "-o", f"json={output}"], stderr=stderr, env=environment) as process:
            while process.poll() is None:
                peak_kb = max(peak_kb, _peak_kb(process.pid))
                time.sleep(0.1)
        seconds = time.monotonic() - started
        stderr.seek(0)
        told = stderr.read()
    assert process.returncode in {0, 4}, told
    return Scanned(process.returncode, told, json.loads(output.read_text()), seconds, peak_kb / 1024)


def _peak_kb(pid: int) -> int:
    """The most memory that a process has held; its rusage would count what held it before exec (proc(5))."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
