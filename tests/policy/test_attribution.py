"""How far an attribution carries: every reason why it could be wrong is named."""

from dataclasses import replace

import pytest
from support.inventories import match
from support.policies import camera, inventory

from netaudit.policy.attribution import doubts, looks_like_camera, rivals, traits


def seen(device, *evidence):
    device = replace(device, identity=replace(device.identity, evidence=evidence)) if evidence else device
    return inventory(device).assets[0]


PROOF = match("hikvision-sadp", "sadp.device_description", "x", "proof", family="hikvision")
LABEL = match("brand:Annke", "onvif.manufacturer", "Annke", "weak", family="hikvision")
OTHER = match("dahua-title", "http.title", "WEB SERVICE", "weak", family="dahua")


@pytest.mark.parametrize(
    ("asset", "doubt"),
    [
        (seen(camera(), PROOF), ""),
        (seen(camera(), PROOF, LABEL), ""),
        (seen(camera(verdict="probable", certainty=0.9)), ""),
        (seen(camera(verdict="possible")), "only possible"),
        (seen(camera(certainty=0.5)), "50%"),
        (seen(camera(), LABEL), "nothing but the label"),
        (seen(camera(conflicts=("two serials",))), "two serials"),
    ],
)
def test_doubts_are_named(asset, doubt):
    found = doubts(asset)

    assert found == traits(asset).doubts
    assert bool(found) is bool(doubt)
    assert doubt in "".join(found)


def test_only_evidence_of_weight_is_a_rival():
    strong = match("dahua-dhip", "dhip.vendor", "Dahua", "proof", family="dahua")

    assert rivals(seen(camera(), PROOF, OTHER)) == frozenset()
    assert rivals(seen(camera(), PROOF, strong)) == {"dahua"}


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        (camera(), True),
        (camera(kind="other"), False),
        (camera(family="unknown", kind="unknown"), False),
        (camera(family="unknown", kind="unknown", ports=(("tcp", 554, "rtsp"),)), True),
    ],
)
def test_what_speaks_like_a_camera_may_be_one(device, expected):
    assert looks_like_camera(inventory(device).assets[0]) is expected
