"""Scans that are killed, as often as one likes, and continued: nothing is lost, and nobody is asked twice.

Here on loopback, where every system can; tests/live/test_killed.py kills scans of a real link.
"""

import random
import signal
from dataclasses import replace

import pytest
from support.killing import asked, excuses, lines_of, moments, more_often, scanned, untold
from support.loopback import CORNER, corner_place
from support.recorded import devices, recorded

from netaudit.demo import emulate
from netaudit.inventory import read
from netaudit.model import Gap
from netaudit.records.bundle import BundleWriter, read_bundle
from netaudit.resume import read_request, resume
from netaudit.runs import Request, prepare

CAMERAS = ("hikvision-dome", "dahua-camera", "reolink-bullet", "lighttpd")
KINDS = {"whole": (), "visits only": ("--channels", "http,isapi,onvif,rtsp,tls,tcp")}  # of scans, with their options
KILLS = 6  # of each kind
WANTED = Request(
    targets=(f"{CORNER}.250-251",), excluded=(f"{CORNER}.251",), rate_pps=5000.0, again=False, site="north"
)
STOPPED = Gap(kind="interrupted", detail="the run was interrupted")


def run(emulation, folder, dues, options=(), how=signal.SIGKILL):
    """(scan, what the devices were asked) of one scan."""
    for played in emulation.devices:
        played.seen.clear()
    targets = [played.address for played in emulation.devices]
    scan = scanned(folder, [*targets, "--profile", "standard", "--once", *options], dues, how)
    return scan, asked(emulation.devices)


@pytest.mark.parametrize("kind", KINDS)
def test_scan_killed_at_many_moments_is_continued_as_if_nothing_had_happened(tmp_path, kind):
    with emulate(devices(*CAMERAS), corner_place) as emulation:
        whole, asked_once = run(emulation, tmp_path / "whole", (), KINDS[kind])
        dues = moments(random.Random(kind), KILLS, lines_of(whole.bundle))
        scan, questioned = run(emulation, tmp_path / "killed", dues, KINDS[kind])

    assert scan.kills == KILLS
    assert set(asked_once.values()) == {1}
    assert more_often(questioned, asked_once) == {}
    assert untold(scan, whole) == {}
    assert excuses(scan) == set()


def test_interrupted_scan_is_continued_too(tmp_path):
    with emulate(devices(*CAMERAS[:2]), corner_place) as emulation:
        options = KINDS["visits only"]
        whole, asked_once = run(emulation, tmp_path / "whole", (), options)
        half = lines_of(whole.bundle) // 2
        due = [lambda bundle: lines_of(bundle) >= half]
        scan, questioned = run(emulation, tmp_path / "stopped", due, options, how=signal.SIGINT)

    assert scan.kills == 1
    assert more_often(questioned, asked_once) == {}
    assert untold(scan, whole) == {}
    assert excuses(scan) == set()
    assert "interrupted" not in {gap.kind for gap in read(scan.inventory).coverage.gaps}


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


def test_run_of_another_version_is_not_continued(tmp_path):
    prepared = prepare(WANTED)
    with BundleWriter(tmp_path / "b", replace(prepared.run, version="0.0.9"), prepared.settings) as writer:
        writer.add(STOPPED)
    with pytest.raises(
        ValueError, match=r"^b: was begun with netaudit 0\.0\.9, and this is .*: continue it with that version"
    ):
        read_request(tmp_path / "b")
