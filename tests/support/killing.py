"""Scans that are killed, as often as one likes, and continued; and whether their inventory, or a device, can tell."""

import json
import math
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from netaudit.demo import PlayedDevice
from netaudit.identify.fingerprints import load_library
from netaudit.inventory import document, encode, read
from netaudit.records.bundle import read_bundle, read_items
from netaudit.records.chain import read_lines, read_tail
from netaudit.records.marks import Answered, Asked, Ended, Resumed
from netaudit.runs import replay

Due = Callable[[Path], bool]  # whether a scan that writes this bundle is to be killed now

UUID = re.compile(rb"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
UNLIKE = frozenset(
    {"first_seen", "last_seen", "seen_at", "reply"}
)  # times, and digests of answers that repeat our random numbers, or the time
NUMBER = re.compile(r"\d{1,5}")
LONGEST_S = 120.0
LATEST = 0.75  # of the lines of a whole run: a kill that comes after the end, on a busy machine, is none
SOON_S = 0.3  # after a line, at most
LOOK_S = 0.005
MANY_ASKED = re.compile(r"(?:^|: )(\w+): (?:the run was stopped when all|[\d,]+ questions? had just)")


NAMED_BY = {  # a description, or a service, is found only by the answer that names it: where that is lost, so is this
    "upnp": "ssdp",
    "onvif": "wsd",
}


def begin(arguments: Iterable[object], inside: str | None = None) -> subprocess.Popen[bytes]:
    """`netaudit scan`, in a namespace or here."""
    where = ("ip", "netns", "exec", inside) if inside else ()
    return subprocess.Popen([*where, sys.executable, "-m", "netaudit", "scan", "-q", *map(str, arguments)])


@dataclass(frozen=True)
class Scan:
    """A scan that has come to its end."""

    inventory: Path
    bundle: Path
    kills: int  # while it ran


def moments(dice: random.Random, kills: int, lines: int) -> list[Due]:
    """When a scan is killed, each time further on in what takes it so many lines undisturbed: soon after one of them.

    They count what it has done, and no seconds: it is still running then, however quick it is.
    """
    latest = int(LATEST * lines)
    return [
        _soon_after(line, dice.uniform(0.0, SOON_S), latest) for line in sorted(dice.sample(range(2, latest), kills))
    ]


def _soon_after(line: int, pause_s: float, latest: int) -> Due:
    reached_at = math.inf

    def is_due(bundle: Path) -> bool:
        nonlocal reached_at
        lines = lines_of(bundle)
        if lines >= line:
            reached_at = min(reached_at, time.monotonic())
        return lines >= latest or time.monotonic() >= reached_at + pause_s

    return is_due


def lines_of(bundle: Path) -> int:
    """How many lines a bundle has by now."""
    status = bundle.stat()
    return _lines_of(bundle, status.st_ino, status.st_size)


@lru_cache(maxsize=16)
def _lines_of(bundle: Path, _inode: int, _size: int) -> int:
    return sum(1 for _ in read_lines(bundle, read_tail(bundle)))


def killed(
    arguments: Iterable[object], bundle: Path, due: Due, how: int = signal.SIGKILL, inside: str | None = None
) -> bool:
    """Begin a scan, and kill it when its bundle is written and this is due; whether it still ran then."""
    before, scan = _inode(bundle), begin(arguments, inside)
    until = time.monotonic() + LONGEST_S
    while scan.poll() is None:
        if _inode(bundle) != before and due(bundle):
            scan.send_signal(how)
            scan.wait(LONGEST_S)
            return True
        assert time.monotonic() < until
        time.sleep(LOOK_S)
    assert scan.returncode in {0, 4}
    return False


def _inode(path: Path) -> int:
    return path.stat().st_ino if path.exists() and path.stat().st_size else 0


def never(_: Path) -> bool:
    """A scan that is not killed."""
    return False


def scanned(
    folder: Path, targets: Sequence[object], dues: Iterable[Due], how: int = signal.SIGKILL, inside: str | None = None
) -> Scan:
    """Scan, killed each time when it is due and continued, until it has come to its end."""
    folder.mkdir()
    bundle, inventory = folder / "b", folder / "i.json"
    arguments: list[object] = [*targets, "--record", bundle, "-o", f"json={inventory}"]
    kills = 0
    for due in (*dues, never):
        was_running = killed(arguments, bundle, due, how, inside)
        kills += was_running
        if was_running and how == signal.SIGKILL and read_bundle(bundle).complete:  # between its end and its outputs
            inventory.write_bytes(encode(document(replay([bundle], load_library()))))
            break
        if not was_running:
            break
        arguments = ["--resume", bundle, "-o", f"json={inventory}"]
    assert encode(document(replay([bundle], load_library()))) == inventory.read_bytes()
    return Scan(inventory, bundle, kills)


def _alike(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _alike(value) for name, value in part.items() if name not in UNLIKE}
    return [_alike(value) for value in part] if isinstance(part, list) else part


def assets(inventory: Path) -> dict[str, Any]:
    """Address, or hardware address -> all that the inventory says of a device, but times and digests; evidence that is told twice, once."""
    found = [_alike(asset) for asset in json.loads(inventory.read_bytes())["assets"]]
    for asset in found:
        asset["evidence"] = {json.dumps(evidence, sort_keys=True) for evidence in asset["evidence"]}
    return {(asset["addresses"] or asset["macs"])[0]: asset for asset in found}


def lost_by(inventory: Path) -> set[str]:
    """Who was asked something of which the answer is not known."""
    return {gap.address for gap in read(inventory).coverage.gaps if gap.kind == "answers_lost" and gap.address}


def cut_short(bundle: Path) -> set[str]:
    """Who had been asked something when the run was killed, and it had not noted the answer: by its marks."""
    pending: set[tuple[str, str]] = set()
    found: set[str] = set()
    for mark in read_items(bundle):
        if isinstance(mark, Asked) and not mark.channel:
            pending.add((mark.stage, mark.address))
        elif isinstance(mark, Answered) and mark.step == "exchange":
            pending.discard((mark.stage, mark.address))
        elif isinstance(mark, Resumed):
            found |= {address for _, address in pending}
    return found


def unended(bundle: Path) -> set[str]:
    """The channels of which a datagram had been sent when the run was killed, and that had not ended: by its marks."""
    under_way: set[tuple[str, str]] = set()
    found: set[str] = set()
    for mark in read_items(bundle):
        if isinstance(mark, Asked) and mark.channel:
            under_way.add((mark.stage, mark.channel))
        elif isinstance(mark, Ended):
            under_way -= {(part, channel) for part, channel in under_way if mark.part.startswith(f"{part} {channel} ")}
        elif isinstance(mark, Resumed):
            found |= {channel for _, channel in under_way}
    return found


def lost_of(inventory: Path) -> set[str]:
    """The channels by which many were asked at once, and of which not every answer was heard."""
    gaps = (gap for gap in read(inventory).coverage.gaps if gap.kind == "answers_lost")
    return {found[1] for gap in gaps if (found := MANY_ASKED.search(gap.detail))}


def is_told(found: dict[str, Any], expected: dict[str, Any], channels: set[str], named: set[int]) -> bool:
    """Whether an asset is the expected one but for what these channels, of which answers were lost, would have said.

    What they would have named, documents and these ports, is missing with it. What stands as evidence in its place, or
    was asked because nobody knew the device by then, says the same of it.
    """
    silent = channels | {document for document, by in NAMED_BY.items() if by in channels}
    missing = {json.loads(evidence)["channel"] for evidence in expected["evidence"] - found["evidence"]}
    ports = [port for port in expected["ports"] if port not in found["ports"] and port["service"] not in silent]
    more = [json.loads(evidence)["supports"] for evidence in found["evidence"] - expected["evidence"]]
    agrees = all(str(expected[name]) == value for supports in more for name, value in supports.items())
    return agrees and missing <= silent and {port["port"] for port in ports} <= named


def untold(scan: Scan, whole: Scan) -> dict[str, Any]:
    """What the inventory says of devices otherwise than that of a run left alone, where no gap tells why; by address."""
    found, expected, channels = assets(scan.inventory), assets(whole.inventory), lost_of(scan.inventory)
    compared = (found.keys() & expected.keys()) - lost_by(scan.inventory)
    differ = {address for address in compared if found[address] != expected[address]}
    named = _ports_named(whole.bundle, channels) if differ else {}
    wrong = {address for address in differ if not is_told(found[address], expected[address], channels, named[address])}
    missing = dict.fromkeys(found.keys() ^ expected.keys(), "is in one of them only")
    return {address: unlike(found[address], expected[address]) for address in wrong} | missing


def _ports_named(bundle: Path, channels: set[str]) -> dict[str, set[int]]:
    """By the first address, or hardware address, of each device: the numbers that it told by these channels."""
    devices = (asset.device for asset in replay([bundle], load_library()).assets)
    told = {(d.addresses or d.macs)[0]: [o.value for o in d.observations if o.channel in channels] for d in devices}
    return {device: {int(n) for value in values for n in NUMBER.findall(value)} for device, values in told.items()}


def excuses(scan: Scan) -> set[str]:
    """The addresses and channels of gaps that tell of lost answers where, by the marks, none was under way."""
    told, ours = (
        lost_by(scan.inventory),
        {gap.address for gap in read(scan.inventory).coverage.gaps if MANY_ASKED.search(gap.detail)},
    )
    return (told - ours - cut_short(scan.bundle)) | (lost_of(scan.inventory) - unended(scan.bundle))


def unlike(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """What is another: of evidence what is missing, and what there is more."""
    differ = {name: (found[name], value) for name, value in expected.items() if found[name] != value}
    return differ | {"evidence": (expected["evidence"] - found["evidence"], found["evidence"] - expected["evidence"])}


def asked(devices: Iterable[PlayedDevice]) -> Counter[tuple[Any, ...]]:
    """How often each device was asked each question, random numbers in them left out of account."""
    return Counter(
        (played.device.name, seen.transport, seen.port, UUID.sub(b"", seen.payload))
        for played in devices
        for seen in played.seen
        if seen.payload
    )


def more_often(found: Counter[tuple[Any, ...]], allowed: Counter[tuple[Any, ...]]) -> dict[tuple[Any, ...], int]:
    """What was asked more often than in a run that was left alone; of what that did not ask, more than once."""
    return {question: times for question, times in found.items() if times > max(1, allowed[question])}
