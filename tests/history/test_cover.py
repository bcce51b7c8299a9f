"""What silence proves: only where the place was asked, in a way that would have told."""

from dataclasses import replace

import pytest
from support.inventories import RELABEL, RUN, SMALL

from netaudit.history.cover import blind_spot, channels_of, cover_of, network_of
from netaudit.inventory import document
from netaudit.inventory.collect import asset_document
from netaudit.model import ChannelTotal, Coverage, Gap, Problem

CAMERA = asset_document(RELABEL)  # 10.0.0.5, seen through sadp, http, rtsp and onvif
DONE = tuple(ChannelTotal(name=n, status="done", reason=None, sent=9, received=9) for n in ("arp", "http", "sadp"))
NEAR = {"10.0.0"}


def cover(*, gaps=(), problems=(), channels=DONE, **run):
    coverage = Coverage(addresses_in_scope=254, addresses_answering=9, channels=channels, gaps=gaps)
    return cover_of(document(replace(SMALL, run=replace(RUN, **run), coverage=coverage, problems=problems)))


def reason(made, answering=NEAR, asset=CAMERA, recorders=None):
    return blind_spot(asset, made, answering, recorders or {})


def problem(status, address="10.0.0.5"):
    return Problem(stage="ask", channel="http", address=address, status=status)


def test_silence_in_a_covered_place_proves_something():
    assert reason(cover()) == ""
    assert reason(cover(problems=(problem("timeout"), problem("refused", "10.0.0.6")))) == ""
    assert reason(cover(gaps=(Gap(kind="routed", detail=""),))) == ""


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (cover(feed="capture"), "no scan but a capture"),
        (cover(gaps=(Gap(kind="interrupted", detail=""),)), "incomplete: interrupted"),
        (cover(targets=("10.0.1.0/24",)), "its address was not in scope"),
        (cover(targets=("10.0.0.6-10.0.0.9",)), "its address was not in scope"),
        (cover(excluded=("10.0.0.0/28",)), "its address was excluded"),
        (cover(problems=(problem("unreachable"),)), "could not be reached"),
        (cover(problems=(problem("auth"),)), "could not be recognised"),
        (cover(channels=(ChannelTotal(name="http", status="failed", reason="", sent=0, received=0),)), "http failed"),
        (cover(channels=(ChannelTotal(name="arp", status="done", reason="", sent=9, received=9),)), "sadp not asked"),
    ],
)
def test_silence_elsewhere_proves_nothing_and_the_reason_is_told(made, told):
    assert told in reason(made)


def test_silence_of_a_whole_network_proves_nothing():
    assert reason(cover(), {"10.0.1"}) == "nobody in its network answered, 10.0.0.0/24"


def test_targets_by_name_cover_the_networks_that_answered():
    assert reason(cover(targets=("local",))) == ""
    assert "not in scope" in reason(cover(targets=("local",)), {"10.0.1"})
    assert "excluded" in reason(cover(targets=("local",), excluded=("10.0.0.5",)))


def test_camera_behind_a_recorder_is_covered_by_its_recorder():
    child = type(CAMERA)(**{**{n: getattr(CAMERA, n) for n in CAMERA.__struct_fields__}, "behind": "nvr"})

    assert "recorder that it is behind did not answer" in reason(cover(), asset=child)
    assert "not all inspected" in reason(cover(), asset=child, recorders={"nvr": False})
    assert reason(cover(), asset=child, recorders={"nvr": True}) == ""


def test_channels_are_those_of_evidence_and_ports():
    assert channels_of(CAMERA) == {"http", "onvif", "rtsp", "sadp"}


@pytest.mark.parametrize(
    ("address", "network"),
    [("10.0.0.5", "10.0.0"), ("2001:db8::5", "2001:db8::"), ("fe80::1%eth0", "fe80::"), ("nonsense:", "nonsense:")],
)
def test_network_is_the_neighbourhood(address, network):
    assert network_of(address) == network
