"""Scans that are killed, as often as one likes, and continued: nothing is lost, and nobody is asked twice.

Here on loopback, where every system can; tests/live/test_killed.py kills scans of a real link.
"""

import random
import signal
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial

import pytest
from support.killing import Scan, asked, excuses, lines_of, moments, more_often, scanned, untold
from support.loopback import CORNER, corner_place
from support.recorded import devices, recorded
from support.together import at_once

from netaudit.demo import emulate
from netaudit.inventory import read
from netaudit.model import Gap
from netaudit.records.bundle import BundleWriter, read_bundle
from netaudit.resume import read_request, resume
from netaudit.runs import Request, prepare

pytestmark = pytest.mark.timeout(300)

CAMERAS = ("hikvision-dome", "dahua-camera", "reolink-bullet", "lighttpd")
VISITS_ONLY = ("--channels", "http,isapi,onvif,rtsp,tls,tcp")
KILLS = 6  # of one scan
WANTED = Request(
    targets=(f"{CORNER}.250-251",), excluded=(f"{CORNER}.251",), rate_pps=5000.0, again=False, site="north"
)
STOPPED = Gap(kind="interrupted", detail="the run was interrupted")


def run(emulation, folder, dues, how=signal.SIGKILL, options=()):
    """(scan, what the devices were asked) of one scan."""
    for played in emulation.devices:
        played.seen.clear()
    targets = [played.address for played in emulation.devices]
    scan = scanned(folder, [*targets, "--profile", "standard", "--once", *options], dues, how)
    return scan, asked(emulation.devices)


def place_of(turn, device):
    """Each turn has addresses of its own, so that all can be scanned at the same time."""
    return replace(corner_place(device), address=f"{CORNER}.{device.host + 70 * turn}")


def killed_at_many(seed, whole):
    return moments(random.Random(seed), KILLS, lines_of(whole.bundle)), signal.SIGKILL


def interrupted_once(whole):
    half = lines_of(whole.bundle) // 2
    return [lambda bundle: lines_of(bundle) >= half], signal.SIGINT


CUTS = {  # who is scanned with which options, and when and how that is cut, in view of a scan that was left alone
    "whole": (CAMERAS, (), partial(killed_at_many, "whole")),
    "visits only": (CAMERAS, VISITS_ONLY, partial(killed_at_many, "visits only")),
    "interrupted": (CAMERAS[:2], VISITS_ONLY, interrupted_once),
}


@dataclass(frozen=True)
class Done:
    """A scan that was left alone, one that was cut and continued, and what the devices were asked by each."""

    whole: Scan
    asked_once: Counter
    scan: Scan
    questioned: Counter


def cut_and_continued(turn, folder, names, options, cuts):
    with emulate(devices(*names), partial(place_of, turn)) as emulation:
        whole, asked_once = run(emulation, folder / "whole", (), options=options)
        scan, questioned = run(emulation, folder / "cut", *cuts(whole), options=options)
    return Done(whole, asked_once, scan, questioned)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """All of CUTS, at the same time."""
    works = (
        partial(cut_and_continued, turn, tmp_path_factory.mktemp("cut"), *CUTS[kind]) for turn, kind in enumerate(CUTS)
    )
    return dict(zip(CUTS, at_once(*works), strict=True))


@pytest.mark.parametrize("kind", CUTS)
def test_scan_that_is_cut_is_continued_as_if_nothing_had_happened(done, kind):
    this = done[kind]

    assert set(this.asked_once.values()) == {1}
    assert more_often(this.questioned, this.asked_once) == {}
    assert untold(this.scan, this.whole) == {}
    assert excuses(this.scan) == set()


@pytest.mark.parametrize(("kind", "kills"), [("whole", KILLS), ("visits only", KILLS), ("interrupted", 1)])
def test_every_cut_came_while_the_scan_ran(done, kind, kills):
    assert done[kind].scan.kills == kills


def test_interrupted_scan_that_was_continued_is_not_said_to_be_interrupted(done):
    assert "interrupted" not in {gap.kind for gap in read(done["interrupted"].scan.inventory).coverage.gaps}


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
