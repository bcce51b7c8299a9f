"""netaudit demo: emulated devices, a real scan, and a judgement."""

import msgspec
import pytest
from support.commands import run
from support.loopback import corner_place, quick_answers
from support.recorded import devices

from netaudit import demo
from netaudit.demo import EmulationError
from netaudit.inventory import read


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A demo of two devices in the corner of this process; the words that put its files into a folder of the test."""
    monkeypatch.setattr(demo, "loopback_place", corner_place)
    monkeypatch.setattr(demo, "load_devices", lambda: devices("dahua-camera", "lighttpd"))
    with quick_answers():
        yield "--inventory", tmp_path / "i.json", "--record", tmp_path / "b.bundle"


def test_demo_finds_every_device_to_be_what_it_is(small):
    ended = run("demo", *small)
    replayed = run("replay", small[3], "-o", "json")

    assert ended.code == 0
    assert "Every one of the 2 emulated devices was found to be what it is." in ended.text
    assert "WRONG" not in ended.text
    assert replayed.out == small[1].read_bytes()
    assert {asset.family for asset in read(small[1]).assets} == {"dahua", "unknown"}


def test_wrong_result_is_told_and_is_exit_code_1(small, monkeypatch):
    camera, server = devices("dahua-camera", "lighttpd")
    liar = msgspec.structs.replace(
        server, truth=msgspec.structs.replace(server.truth, family="axis", verdict="confirmed")
    )
    monkeypatch.setattr(demo, "load_devices", lambda: [camera, liar])
    ended = run("demo", *small)

    assert ended.code == 1
    assert "WRONG lighttpd: family is 'unknown', should be 'axis'" in ended.text


def test_machine_that_cannot_play_devices_is_one_line(small, monkeypatch):
    def nowhere(_):
        raise EmulationError("cannot open TCP 127.0.77.62:8080 for lighttpd: address in use")

    monkeypatch.setattr(demo, "loopback_place", nowhere)
    ended = run("demo", *small)

    assert ended.code == 2
    assert ended.err.splitlines()[-1].startswith(
        "netaudit: cannot open TCP 127.0.77.62:8080 for lighttpd: address in use: "
    )


def test_folder_that_is_not_there_is_refused_before_the_scan():
    assert "/no/such/folder/x: no file can be written there" in run("demo", "--inventory", "/no/such/folder/x").error
