"""Scans that are killed, as often as one likes, and continued: nothing is lost, and nobody is asked twice."""

import json
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest
from support.loopback import CORNER, corner_place
from support.recorded import devices, recorded

from netaudit.demo import emulate
from netaudit.identify.fingerprints import load_library
from netaudit.inventory import document, encode, read
from netaudit.model import Gap
from netaudit.records.bundle import BundleWriter, read_bundle
from netaudit.resume import read_request, resume
from netaudit.runs import Request, prepare, replay

CAMERAS = ("hikvision-dome", "dahua-camera", "reolink-bullet", "lighttpd")
KINDS = {  # of scans: options, and within which time of its beginning one is killed
    "whole": ((), 3.0),
    "visits only": (("--channels", "http,isapi,onvif,rtsp,tls,tcp"), 1.2),
}
KILLS, KILLS_EACH, MOST_SCANS = 10, 4, 8  # of each kind; of one scan
UUID = re.compile(rb"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
UNLIKE = frozenset(
    {"first_seen", "last_seen", "seen_at", "reply"}
)  # times, and digests of answers that repeat our random numbers, or the time
WANTED = Request(
    targets=(f"{CORNER}.250-251",), excluded=(f"{CORNER}.251",), rate_pps=5000.0, again=False, site="north"
)
STOPPED = Gap(kind="interrupted", detail="the run was interrupted")


def begin(*arguments):
    return subprocess.Popen([sys.executable, "-m", "netaudit", "scan", "-q", *map(str, arguments)])


def inode(path):
    return path.stat().st_ino if path.exists() else 0


def killed(arguments, bundle, after_s, how=signal.SIGKILL):
    """Begin a scan and kill it so long after it has begun to write its bundle; whether it was still running then."""
    before, scan = inode(bundle), begin(*arguments)
    while inode(bundle) == before and scan.poll() is None:
        time.sleep(0.005)
    time.sleep(after_s)
    running = scan.poll() is None
    scan.send_signal(how)
    scan.wait(30)
    return running


def alike(part):
    if isinstance(part, dict):
        return {name: alike(value) for name, value in part.items() if name not in UNLIKE}
    return [alike(value) for value in part] if isinstance(part, list) else part


def assets(path):
    """Address -> all that the inventory says of a device, but times and digests; evidence that is told twice, once."""
    found = [alike(asset) for asset in json.loads(path.read_bytes())["assets"]]
    for asset in found:
        asset["evidence"] = {json.dumps(evidence, sort_keys=True) for evidence in asset["evidence"]}
    return {asset["addresses"][0]: asset for asset in found}


def lost_by(path):
    """Who was asked something of which the answer is not known."""
    return {gap.address for gap in read(path).coverage.gaps if gap.kind == "answers_lost" and gap.address}


def asked_twice(emulation):
    """Questions that a device was asked more than once, random numbers in them left out of account."""
    return {
        (played.device.name, *question): times
        for played in emulation.devices
        for question, times in Counter(
            (seen.transport, seen.port, UUID.sub(b"", seen.payload)) for seen in played.seen if seen.payload
        ).items()
        if times > 1
    }


def scanned(emulation, folder, moments, options=(), how=signal.SIGKILL):
    """Scan, killed at these moments and continued; the inventory, and how often it was killed while it ran."""
    for played in emulation.devices:
        played.seen.clear()
    folder.mkdir()
    bundle, inventory = folder / "b", folder / "i.json"
    targets = [played.address for played in emulation.devices]
    arguments = [*targets, "--profile", "standard", "--once", *options, "--record", bundle, "-o", f"json={inventory}"]
    kills = 0
    for after_s in moments:
        if not killed(arguments, bundle, after_s, how):
            break
        kills += 1
        if read_bundle(bundle).complete and how == signal.SIGKILL:  # between its end and its outputs
            inventory.write_bytes(encode(document(replay([bundle], load_library()))))
            break
        arguments = ["--resume", bundle, "-o", f"json={inventory}"]
    else:
        assert begin(*arguments).wait(60) in {0, 4}
    assert encode(document(replay([bundle], load_library()))) == inventory.read_bytes()
    return inventory, kills


@pytest.mark.parametrize("kind", KINDS)
def test_scan_killed_at_ten_moments_is_continued_as_if_nothing_had_happened(tmp_path, kind):
    options, within_s = KINDS[kind]
    dice, kills, lost = random.Random(kind), 0, 0
    with emulate(devices(*CAMERAS), corner_place) as emulation:
        whole, _ = scanned(emulation, tmp_path / "whole", (), options)
        expected = assets(whole)
        assert asked_twice(emulation) == {}
        for number in range(MOST_SCANS):
            moments = [dice.uniform(0.0, within_s) for _ in range(min(KILLS_EACH, KILLS - kills))]
            inventory, times = scanned(emulation, tmp_path / str(number), moments, options)
            found, named = assets(inventory), lost_by(inventory)
            assert asked_twice(emulation) == {}, moments
            assert found.keys() == expected.keys(), moments
            assert {a: found[a] for a in found.keys() - named} == {a: expected[a] for a in found.keys() - named}
            kills, lost = kills + times, lost + len(named)
            if kills == KILLS:
                break

    assert kills == KILLS
    assert lost <= len(CAMERAS)  # a kill seldom falls between a question and its answer; the gap names the device then


def test_interrupted_scan_is_continued_too(tmp_path):
    with emulate(devices(*CAMERAS[:2]), corner_place) as emulation:
        options, _ = KINDS["visits only"]
        whole, _ = scanned(emulation, tmp_path / "whole", (), options)
        inventory, kills = scanned(emulation, tmp_path / "stopped", (0.3,), options, how=signal.SIGINT)
        assert asked_twice(emulation) == {}

    assert kills == 1
    assert assets(inventory) == assets(whole)
    assert "interrupted" not in {gap.kind for gap in read(inventory).coverage.gaps}


# What a bundle says of its run


def bundle_of(path, **settings):
    prepared = prepare(WANTED)
    with BundleWriter(path, prepared.run, {**prepared.settings, **settings}) as writer:
        writer.add(STOPPED)
    return path


def test_bundle_carries_the_options_of_its_run(tmp_path):
    assert read_request(bundle_of(tmp_path / "b")) == (WANTED, False)


def test_continued_run_is_the_one_that_was_begun(tmp_path):
    path = bundle_of(tmp_path / "b")
    continued = resume(prepare(read_request(path)[0]), path)

    assert continued.run == read_bundle(path).run
    assert continued.live.scope.bars(WANTED.excluded[0])
    assert continued.resumed == path


def test_run_that_came_to_its_end_is_not_continued():
    with pytest.raises(ValueError, match="came to its end"):
        read_request(recorded().bundle)


@pytest.mark.parametrize("told", ["", "{}", '{"targets": 3}', "[]"])
def test_bundle_without_options_is_not_continued(tmp_path, told):
    with pytest.raises(ValueError, match="with which options"):
        read_request(bundle_of(tmp_path / "b", request=told))


@pytest.mark.parametrize(("name", "what"), [("scope", "addresses in scope"), ("interfaces", "network interfaces")])
def test_run_is_not_continued_where_the_network_is_another(tmp_path, name, what):
    path = bundle_of(tmp_path / "b", **{name: "other"})
    with pytest.raises(ValueError, match=what):
        resume(prepare(replace(WANTED)), path)
