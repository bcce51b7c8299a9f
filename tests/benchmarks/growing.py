"""What is measured while it grows: addresses, hosts, devices, packets, fingerprints; each size as a whole process.

The networks are emulated in namespaces, on this machine's own processors: what answers costs time there too. Many
devices stand behind a router, because the kernel has one table of 1,024 neighbours for all namespaces.
"""

import json
import re
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network
from itertools import cycle
from pathlib import Path
from statistics import median
from string import ascii_lowercase, ascii_uppercase

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import captures, sweeps, verbs
from benchmarks.processes import FINE, Cost, run
from benchmarks.straight import Point, Series
from support.fleet import build_fleet
from support.fleet_checks import UNSEEN_BEHIND_ROUTER
from support.namespaces import ip, make_namespace, remove_namespaces
from support.premises import FIRST_HOST, Estate, estate

from netaudit.identify.fingerprints import shipped_directory

ARP_RATE, RATE = 50_000, 5_000  # packets a second
LIMIT_S = 6000.0  # of one process: a /16 of nobody takes 5,000 s with gentle, where that size is asked for
DONE = FINE - {1}  # nothing is held against the law here
SCAN = (sys.executable, "-m", "netaudit", "scan", "--yes", "--once", "--listen", "0", "-q", "-o", "jsonl")
REPLAY = (sys.executable, "-m", "netaudit", "replay", "-q", "-o", "jsonl")
WITH_FINGERPRINTS = """
import sys
from pathlib import Path
from netaudit.cli import main
from netaudit.identify import fingerprints
folder = Path(sys.argv.pop(1))
fingerprints.shipped_directory = lambda: folder
main()
"""
WORD = re.compile(r"(?<![\\<A-Za-z])[A-Za-z]{4,}(?![A-Za-z>])")  # of a pattern: no escape, and no group's name
BLOCK = re.compile(r"^\[\[fingerprint\]\]$", re.MULTILINE)
PATTERN, IDENTITY = re.compile(r"^pattern = .*$", re.MULTILINE), re.compile(r"^id = (['\"])", re.MULTILINE)

Way = Callable[[], Cost]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """One thing that grows."""

    title: str
    unit: str
    sizes: tuple[int, ...]
    runs: int  # of each size; the median counts
    measure: Callable[[Sequence[int], int], Iterator[Point]]
    beyond: int = 0  # a size that takes too long, for which the line is told

    def series(self, sizes: Sequence[int] = (), runs: int = 0) -> Series:
        """Measure all sizes."""
        points = tuple(self.measure(sizes or self.sizes, runs or self.runs))
        return Series(title=self.title, unit=self.unit, points=points, beyond=self.beyond)


def attached(sizes: Sequence[int], runs: int, share: int = sweeps.FEW) -> Iterator[Point]:
    """An ARP sweep of so many addresses of one link, so many of a thousand of them alive."""
    with sweeps.link(share) as namespace:
        for size in sizes:
            network = next(IPv4Network("10.199.0.0/16").subnets(new_prefix=33 - size.bit_length()))
            command = [*SCAN, str(network), "--channels", "arp", "--rate", str(ARP_RATE)]
            yield point(size, [run(command, namespace=namespace) for _ in range(runs)])


def alive(sizes: Sequence[int], runs: int) -> Iterator[Point]:
    """The same with one address in five alive; the size is how many were found."""
    for found in attached(sizes, runs, sweeps.ONE_IN_FIVE):
        hosts = int(found.found.split()[0].replace(",", ""))
        yield Point(size=hosts, wall_s=found.wall_s, cpu_s=found.cpu_s, peak_mib=found.peak_mib, found=found.found)


def silent(sizes: Sequence[int], runs: int, profile: str = "standard") -> Iterator[Point]:
    """All channels, at so many addresses behind a router where nobody is, and nothing is refused: they are waited for."""
    with router() as namespace:
        for size in sizes:
            network = next(IPv4Network("10.197.0.0/16").subnets(new_prefix=33 - size.bit_length()))
            command = [*SCAN, str(network), "--profile", profile]
            yield point(size, [run(command, namespace=namespace, limit_s=LIMIT_S) for _ in range(runs)])


@contextmanager
def router() -> Iterator[str]:
    """A namespace from which 10.197.0.0/16 is reached by a router that drops everything."""
    names = [make_namespace("scanner"), make_namespace("router")]
    scanner, beyond = names
    try:
        ip(f"link add scanner netns {scanner} type veth peer name near netns {beyond}")
        for name, interface, host, route in (
            (scanner, "scanner", 2, "10.197.0.0/16 via 10.196.0.1"),
            (beyond, "near", 1, "blackhole 10.197.0.0/16"),
        ):
            up = ("link set lo up", f"link set {interface} up", f"address add 10.196.0.{host}/24 dev {interface}")
            ip(*up, f"route add {route}", inside=name)
        yield scanner
    finally:
        remove_namespaces(names)


def devices(
    sizes: Sequence[int], runs: int, settle: Callable[[Estate, int], tuple[str, ...]] | None = None
) -> Iterator[Point]:
    """All channels and the standard profile, at so many mixed devices, wherever they are settled."""
    for size in sizes:
        with estate(seed=size) as built:
            command = [*SCAN, *(settle or behind_a_router)(built, size), "--profile", "standard", "--rate", str(RATE)]
            with built.alive():
                costs = [run(command, namespace=built.scanner, limit_s=LIMIT_S) for _ in range(runs)]
            yield point(size, costs, lambda cost, built=built: seen(built, cost.output))


def seen(built: Estate, output: bytes) -> str:
    """How many of the devices were found that can be seen from here: ARP does not cross a router."""
    found = {address for line in output.splitlines() for address in json.loads(line)["addresses"]}
    hidden = {address for address in built.routed if built.members[address].kind in UNSEEN_BEHIND_ROUTER}
    visible = built.members.keys() - hidden
    return f"{len(found & visible):,} of {len(visible):,} that can be seen"


def behind_a_router(built: Estate, size: int) -> tuple[str, ...]:
    """A tenth on two attached links, the others behind a router, where 3 % of the addresses that are asked are nobody's.

    The networks to be scanned.
    """
    fleet = build_fleet(size)
    one, two = size // 16, size // 10
    routed = FIRST_HOST + (size - two) * 103 // 100
    first, second = built.attached("10.80.0.0/21", spread_s=0.4), built.attached("10.80.64.0/22", spread_s=0.4)
    third = built.behind(second, "10.80.192.0/20", within=routed)
    built.populate(first, fleet[:one])
    built.populate(second, fleet[one:two])
    built.populate(third, fleet[two:], routed=True)
    return "10.80.0.0/21", "10.80.64.0/22", f"10.80.192.0-{third.segment.network[routed - 1]}"


def on_one_link(built: Estate, size: int) -> tuple[str, ...]:
    """All of them on one attached network, of which they have one address in sixteen; the network to be scanned."""
    network = f"10.80.0.0/{32 - (16 * size - 1).bit_length()}"
    built.populate(built.attached(network, spread_s=0.4), build_fleet(size))
    return (network,)


def packets(
    sizes: Sequence[int], runs: int, write: Callable[[Path, int], None] = captures.write_capture
) -> Iterator[Point]:
    """Replay a capture of so many packets, one in a hundred of which tells something of a camera."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "growing.pcap")
        for size in sizes:
            write(path, size)
            yield point(size, [run([*REPLAY, str(path)]) for _ in range(runs)])


def replies(sizes: Sequence[int], runs: int) -> Iterator[Point]:
    """Replay a capture of so many packets, all of which tell something, of the same devices over and over."""
    return packets(sizes, runs, write_told)


def write_told(path: Path, size: int) -> None:
    """Write a recording again and again, until there are so many packets."""
    frames = list(captures.recorded_frames())
    with path.open("wb", buffering=1 << 20) as stream:
        stream.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        for number, frame in zip(range(size), cycle(frames)):
            at = (1_700_000_000 + number // 5000, number % 5000 * 200)
            stream.write(captures.RECORD_HEAD.pack(*at, len(frame), len(frame)) + frame)


def fingerprints(sizes: Sequence[int], runs: int, site: int = verbs.DEVICES) -> Iterator[Point]:
    """Identify 10,000 devices by about so many fingerprints: some of those there are, or copies with other words."""
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder, "site.jsonl")
        verbs.write_site(lines, site)
        for size in sizes:
            library = Path(folder, str(size))
            count = write_library(library, size)
            command = [sys.executable, "-c", WITH_FINGERPRINTS, str(library), "identify", str(lines)]
            yield point(count, [run(command) for _ in range(runs)])


def write_library(folder: Path, size: int) -> int:
    """Write about so many fingerprints, and all names; how many they are.

    A copy has another id, and other words in its pattern; where there is nothing to change, there is no copy.
    """
    folder.mkdir()
    every = {path: BLOCK.split(path.read_text(encoding="utf-8")) for path in sorted(shipped_directory().glob("*.toml"))}
    total, left = sum(len(blocks) - 1 for blocks in every.values()), size
    written: dict[Path, list[str]] = {}
    for turn in range(len(ascii_lowercase)):
        for path, (_, *blocks) in every.items():
            share = blocks if size >= total else blocks[: -(-len(blocks) * size // total)]
            made = [block for block in (changed(block, turn) for block in share) if block][:left]
            written.setdefault(path, []).extend(made)
            left -= len(made)
    for path, (head, *_) in every.items():
        blocks = "".join(f"[[fingerprint]]{block}" for block in written[path])
        (folder / path.name).write_text(head + blocks, encoding="utf-8")
    return sum(map(len, written.values()))


def changed(block: str, turn: int) -> str:
    """A fingerprint as it would be of another maker's; empty where nothing in it can be changed."""
    pattern = PATTERN.search(block)
    if not turn:
        return block
    if not pattern or not WORD.search(pattern[0].removeprefix("pattern")):
        return ""
    letters = str.maketrans(
        ascii_lowercase + ascii_uppercase, _turned(ascii_lowercase, turn) + _turned(ascii_uppercase, turn)
    )
    line = "pattern" + WORD.sub(lambda word: word[0].translate(letters), pattern[0].removeprefix("pattern"))
    return IDENTITY.sub(rf"id = \g<1>copy-{turn}-", block.replace(pattern[0], line))


def _turned(letters: str, by: int) -> str:
    return letters[by:] + letters[:by]


def counted(cost: Cost) -> str:
    """How many devices were found, a line each."""
    return f"{len(cost.output.splitlines()):,} devices"


def point(size: int, costs: Sequence[Cost], found: Callable[[Cost], str] = counted) -> Point:
    """The medians of some runs. ValueError where one of them failed."""
    if failed := [cost for cost in costs if cost.code not in DONE]:
        raise ValueError(f"{size}: ended with {failed[0].code}: {failed[0].output[-300:]!r}")
    return Point(
        size=size,
        wall_s=median(cost.wall_s for cost in costs),
        cpu_s=median(cost.cpu_s for cost in costs),
        peak_mib=median(cost.peak_mib for cost in costs),
        found=found(costs[-1]),
    )


GROWING: Mapping[str, Growth] = {
    "attached": Growth(
        title=f"Addresses of an attached network, one in a thousand alive: ARP at {ARP_RATE:,} packets a second",
        unit="addresses", sizes=(256, 1024, 4096, 16_384, 65_536), runs=3, measure=attached,
    ),
    "alive": Growth(
        title=f"Hosts that answer ARP, one address in five: ARP at {ARP_RATE:,} packets a second",
        unit="hosts", sizes=(1024, 4096, 16_384, 65_536), runs=3, measure=alive,
    ),
    "silent": Growth(
        title="Addresses behind a router where nobody is, twelve connections tried at each: profile standard",
        unit="addresses", sizes=(256, 1024, 4096), runs=1, measure=silent, beyond=65_536,
    ),
    "silent-gentle": Growth(
        title="Addresses behind a router where nobody is, twelve connections tried at each: profile gentle",
        unit="addresses", sizes=(128, 256, 512), runs=1, measure=partial(silent, profile="gentle"), beyond=65_536,
    ),
    "devices": Growth(
        title=f"Mixed devices, most of them behind a router: all channels, {RATE:,} packets a second at most",
        unit="devices", sizes=(60, 250, 1000, 4000), runs=1, measure=devices,
    ),
    "crowded": Growth(
        title=f"Mixed devices on one attached network, one address in sixteen: all channels, {RATE:,} packets a second",
        unit="devices", sizes=(250, 500, 1000), runs=1, measure=partial(devices, settle=on_one_link),
    ),
    "packets": Growth(
        title="Packets of a capture, one in a hundred of which tells something",
        unit="packets", sizes=(15_000, 150_000, 500_000, 1_500_000), runs=3, measure=packets,
    ),
    "replies": Growth(
        title="Packets of a capture, all of which tell something of the same devices",
        unit="packets",
        sizes=(60_000, 120_000, 240_000),
        runs=1,
        measure=replies,
    ),
    "fingerprints": Growth(
        title=f"Fingerprints by which {verbs.DEVICES:,} devices are identified",
        unit="fingerprints", sizes=(100, 542, 1084, 2710, 5420), runs=3, measure=fingerprints,
    ),
}  # fmt: skip
