"""Scans that are killed, as often as one likes, and continued; and whether their inventory, or a device, can tell."""

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netaudit.demo import PlayedDevice
from netaudit.identify.fingerprints import load_library
from netaudit.inventory import document, encode, read
from netaudit.records.bundle import read_bundle
from netaudit.runs import replay

UUID = re.compile(rb"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
UNLIKE = frozenset(
    {"first_seen", "last_seen", "seen_at", "reply"}
)  # times, and digests of answers that repeat our random numbers, or the time
LONGEST_S = 90.0
LATEST = 0.9  # of what remains: a kill that comes after the end is none
MANY_ASKED = re.compile(r"(?:^|: )(\w+): (?:the run was stopped when all|[\d,]+ questions? had just)")


NAMED_BY = {"upnp": "ssdp"}  # a description is found only by an answer to SSDP: where that is lost, so is this


def begin(arguments: Iterable[object], inside: str | None = None) -> subprocess.Popen[bytes]:
    """`netaudit scan`, in a namespace or here."""
    where = ("ip", "netns", "exec", inside) if inside else ()
    return subprocess.Popen([*where, sys.executable, "-m", "netaudit", "scan", "-q", *map(str, arguments)])


@dataclass(frozen=True)
class Scan:
    """A scan that has come to its end."""

    inventory: Path
    kills: int  # while it ran
    ran_s: float  # all its parts together, each from when it begins to write its bundle


def moments(dice: random.Random, kills: int, whole_s: float) -> list[float]:
    """How long after each beginning a scan is killed: somewhere in what remains of the time that it takes undisturbed.

    What a scan does once more when it is continued comes on top of that, so that it is still running then.
    """
    found: list[float] = []
    for _ in range(kills):
        found.append(dice.uniform(0.0, LATEST * (whole_s - sum(found))))
    return found


def killed(
    arguments: Iterable[object], bundle: Path, after_s: float, how: int = signal.SIGKILL, inside: str | None = None
) -> tuple[bool, float]:
    """Begin a scan and kill it so long after it has begun to write its bundle; whether it still ran, and how long it did."""
    before, scan = _inode(bundle), begin(arguments, inside)
    while _inode(bundle) == before and scan.poll() is None:
        time.sleep(0.005)
    began = time.monotonic()
    try:
        code = scan.wait(after_s)
    except subprocess.TimeoutExpired:
        scan.send_signal(how)
        scan.wait(30)
        return True, time.monotonic() - began
    assert code in {0, 4}
    return False, time.monotonic() - began


def _inode(path: Path) -> int:
    return path.stat().st_ino if path.exists() else 0


def scanned(
    folder: Path, targets: Sequence[object], moments: Iterable[float], how: int = signal.SIGKILL,
    inside: str | None = None,
) -> Scan:  # fmt: skip
    """Scan, killed at these moments and continued, until it has come to its end."""
    folder.mkdir()
    bundle, inventory = folder / "b", folder / "i.json"
    arguments: list[object] = [*targets, "--record", bundle, "-o", f"json={inventory}"]
    kills, ran_s = 0, 0.0
    for after_s in (*moments, LONGEST_S):
        was_running, part_s = killed(arguments, bundle, after_s, how, inside)
        kills, ran_s = kills + was_running, ran_s + part_s
        if was_running and how == signal.SIGKILL and read_bundle(bundle).complete:  # between its end and its outputs
            inventory.write_bytes(encode(document(replay([bundle], load_library()))))
            break
        if not was_running:
            break
        assert after_s < LONGEST_S
        arguments = ["--resume", bundle, "-o", f"json={inventory}"]
    assert encode(document(replay([bundle], load_library()))) == inventory.read_bytes()
    return Scan(inventory, kills, ran_s)


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


def lost_of(inventory: Path) -> set[str]:
    """The channels by which many were asked at once, and of which not every answer was heard."""
    gaps = (gap for gap in read(inventory).coverage.gaps if gap.kind == "answers_lost")
    return {found[1] for gap in gaps if (found := MANY_ASKED.search(gap.detail))}


def is_told(found: dict[str, Any], expected: dict[str, Any], channels: set[str]) -> bool:
    """Whether an asset is the expected one but for what these channels, of which answers were lost, would have said.

    What they would have named, and nothing else names, is missing with it.
    """
    silent = channels | {named for named, by in NAMED_BY.items() if by in channels}
    missing = {json.loads(evidence)["channel"] for evidence in expected["evidence"] - found["evidence"]}
    ports = {port["service"] for port in expected["ports"] if port not in found["ports"]}
    return found["evidence"] <= expected["evidence"] and missing | ports <= silent


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
