"""Differences: what is another, and what was only not seen."""

import pytest
from msgspec.structs import replace
from support.inventories import RELABEL

from netaudit.history.cover import Cover
from netaudit.history.differences import conflicts, differences, is_moved, known_now
from netaudit.inventory.collect import asset_document

CAMERA = asset_document(RELABEL)


def cover(**channels):
    states = dict.fromkeys(("arp", "http", "onvif", "rtsp", "sadp"), "done") | channels
    return Cover("live", ("10.0.0.0/24",), (), tuple(sorted(states.items())), (), (), ())


def told(after, made=None, before=CAMERA):
    known = known_now(before, after, made or cover())
    return {d.field: (d.before, d.after) for d in differences(before, known)}


def test_same_is_the_same():
    assert told(CAMERA) == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("firmware", "V6"),
        ("model", "other"),
        ("brand", "LTS"),
        ("serial", "20190115AAWRC12345678"),
        ("kind", "recorder"),
    ],
)
def test_other_value_is_told(field, value):
    assert told(replace(CAMERA, **{field: value}))[field][1] == value


def test_date_of_firmware_is_told_with_its_firmware():
    after = replace(CAMERA, firmware="V6", firmware_date="2024-01-01")

    assert list(told(after)) == ["firmware"]
    assert list(told(replace(CAMERA, firmware_date="2024-01-01"))) == ["firmware_date"]


def test_missing_value_is_told_where_its_channel_did_its_work():
    after = replace(CAMERA, model=None)

    assert told(after) == {"model": ("DS-2CD2043G0-I", "")}
    assert told(after, cover(sadp="failed")) == {}


def test_weaker_verdict_is_told_where_all_that_spoke_for_it_was_asked():
    after = replace(CAMERA, verdict="possible", certainty=0.5)

    assert told(after) == {"verdict": ("confirmed", "possible")}
    assert told(after, cover(sadp="failed")) == {}
    assert told(replace(CAMERA, family="unknown", verdict="unknown"), cover(rtsp="skipped")) == {}
    assert told(replace(CAMERA, family="dahua"), cover(rtsp="skipped")) == {"family": ("hikvision", "dahua")}


def test_hardware_address_is_not_lost_without_the_right_to_look():
    assert told(replace(CAMERA, macs=()), cover(arp="failed")) == {}
    assert told(replace(CAMERA, macs=())) == {}
    assert list(told(replace(CAMERA, macs=("44:19:b6:00:00:09",)))) == ["macs"]


def test_ports_are_closed_only_where_they_were_asked():
    after = replace(CAMERA, ports=CAMERA.ports[:1])

    assert list(told(after)) == ["ports"]
    assert told(after, cover(http="failed", rtsp="failed", sadp="failed", onvif="failed", dhip="failed")) == {}


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (("10.0.0.5",), ("10.0.0.6",), True),
        (("10.0.0.5",), ("10.0.0.5", "10.0.0.6"), False),
        (("10.0.0.5", "fe80::1"), ("10.0.0.6", "fe80::1"), True),
        (("10.0.0.5", "fe80::1"), ("10.0.0.5", "fe80::2"), False),
        (("fe80::1",), ("fe80::2",), True),
        (("10.0.0.5",), (), False),
    ],
)
def test_device_has_moved_when_it_has_no_address_of_before(before, after, moved):
    assert is_moved(replace(CAMERA, addresses=before), replace(CAMERA, addresses=after)) is moved


def test_second_address_is_a_difference():
    assert told(replace(CAMERA, addresses=("10.0.0.5", "10.0.0.6"))) == {
        "addresses": ("10.0.0.5", "10.0.0.5, 10.0.0.6")
    }
    assert told(replace(CAMERA, addresses=("10.0.0.5", "fe80::6"))) == {}


def test_conflicts_are_told_once():
    torn = replace(CAMERA, conflicts=("two makers",))

    assert conflicts(CAMERA, torn) == ("two makers",)
    assert conflicts(torn, torn) == ()
    assert (
        "its serial number was"
        in conflicts(replace(CAMERA, serial="AB12345678"), replace(CAMERA, serial="CD12345678"))[0]
    )
