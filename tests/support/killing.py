"""Scans that are killed, as often as one likes, and continued; and whether their inventory, or a device, can tell."""

import json
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
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
MANY_ASKED = re.compile(r"(?:^|: )(\w+): (?:the run was stopped when all|[\d,]+ questions? had just)")


def begin(arguments: Iterable[object], inside: str | None = None) -> subprocess.Popen[bytes]:
    """`netaudit scan`, in a namespace or here."""
    where = ("ip", "netns", "exec", inside) if inside else ()
    return subprocess.Popen([*where, sys.executable, "-m", "netaudit", "scan", "-q", *map(str, arguments)])


def killed(
    arguments: Iterable[object], bundle: Path, after_s: float, how: int = signal.SIGKILL, inside: str | None = None
) -> bool:
    """Begin a scan and kill it so long after it has begun to write its bundle; whether it was still running then."""
    before, scan = _inode(bundle), begin(arguments, inside)
    while _inode(bundle) == before and scan.poll() is None:
        time.sleep(0.005)
    time.sleep(after_s)
    running = scan.poll() is None
    scan.send_signal(how)
    scan.wait(30)
    return running


def _inode(path: Path) -> int:
    return path.stat().st_ino if path.exists() else 0


def scanned(
    folder: Path, targets: Sequence[object], moments: Iterable[float], how: int = signal.SIGKILL,
    inside: str | None = None,
) -> tuple[Path, int]:  # fmt: skip
    """Scan, killed at these moments and continued; the inventory, and how often it was killed while it ran."""
    folder.mkdir()
    bundle, inventory = folder / "b", folder / "i.json"
    arguments: list[object] = [*targets, "--record", bundle, "-o", f"json={inventory}"]
    kills = 0
    for after_s in moments:
        if not killed(arguments, bundle, after_s, how, inside):
            break
        kills += 1
        if read_bundle(bundle).complete and how == signal.SIGKILL:  # between its end and its outputs
            inventory.write_bytes(encode(document(replay([bundle], load_library()))))
            break
        arguments = ["--resume", bundle, "-o", f"json={inventory}"]
    else:
        assert begin(arguments, inside).wait(LONGEST_S) in {0, 4}
    assert encode(document(replay([bundle], load_library()))) == inventory.read_bytes()
    return inventory, kills


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
    """Whether an asset is the expected one but for what these channels, of which answers were lost, would have said."""
    missing = {json.loads(evidence)["channel"] for evidence in expected["evidence"] - found["evidence"]}
    ports = {port["service"] for port in expected["ports"] if port not in found["ports"]}
    return found["evidence"] <= expected["evidence"] and missing | ports <= channels


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
