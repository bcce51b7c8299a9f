"""The demo's judge: silent where an asset is what its device is, a sentence for each thing that is wrong."""

import pytest
from support.recorded import devices

from netaudit.demo.verdicts import asset_at, mistakes

(CAMERA,) = devices("dahua-camera")


def asset(**change):
    """What a perfect scan says of the camera."""
    told = CAMERA.truth.said(on_link=True)
    return {**told, "children": {"declared": told.get("channels", 0)}, "addresses": ["10.0.0.31"], **change}


def test_perfect_asset_has_no_mistakes():
    assert list(mistakes(CAMERA, asset())) == []


@pytest.mark.parametrize("name", ["family", "brand", "model", "serial", "kind"])
def test_each_wrong_attribute_is_a_sentence(name):
    (sentence,) = mistakes(CAMERA, asset(**{name: "wrong"}))

    assert sentence.startswith(f"dahua-camera: {name} is 'wrong', should be ")


@pytest.mark.parametrize(
    ("found", "wrong"), [("confirmed", False), ("probable", True), ("possible", True), ("unknown", True)]
)
def test_verdict_must_reach_what_is_expected(found, wrong):
    assert CAMERA.truth.verdict == "confirmed"
    assert bool(list(mistakes(CAMERA, asset(verdict=found)))) == wrong


def test_device_that_nobody_can_know_must_stay_unknown():
    (server,) = devices("lighttpd")
    told = {**server.truth.said(on_link=True), "children": {"declared": 0}}

    assert list(mistakes(server, told)) == []
    assert list(mistakes(server, {**told, "verdict": "possible"})) == ["lighttpd: verdict possible, should be unknown"]


def test_device_that_was_not_found_is_a_mistake_unless_it_is_silent():
    (silent,) = devices("arp-only")

    assert list(mistakes(CAMERA, None)) == ["dahua-camera: not found"]
    assert list(mistakes(silent, None)) == []


def test_asset_is_found_by_its_address():
    assert asset_at([asset(), {"addresses": ["10.0.0.5"]}], "10.0.0.5") == {"addresses": ["10.0.0.5"]}
    assert asset_at([asset()], "10.0.0.5") is None
