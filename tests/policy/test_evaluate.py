"""Every device is held against every rule, and devices that are alike are judged once."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import msgspec
import pytest
from support.inventories import crowd, match
from support.policies import DEPARTMENT, POLICIES, TEST, TODAY, camera, findings, inventory

from netaudit.policy import Facts, Organisation, Register, Site, Waiver, evaluate
from netaudit.policy.judge import judge

MODULE = import_module("netaudit.policy.evaluate")  # the package has a function of this name
SITES = msgspec.structs.replace(DEPARTMENT, site=(Site(name="here", networks=("10.0.0.0/24",)), Site(name="there")))
ALIKE = Organisation(entity_types=("central-department",), jurisdictions=("XX",))


@pytest.fixture
def judged(monkeypatch):
    """The cases that are judged while a test runs."""
    cases = []
    monkeypatch.setattr(MODULE, "judge", lambda case: cases.append(case) or judge(case))
    return cases


def test_one_finding_for_each_device_and_rule():
    devices = [camera(f"d{n}", f"10.0.1.{n}") for n in range(20)]

    assert len(findings(*devices)) == 20 * len(TEST.rule)


def test_devices_that_are_alike_are_judged_once(judged):
    document = crowd(1000)  # a hundred relabels and nine hundred printers
    found = evaluate(document, (TEST,), SITES, None, TODAY)

    assert len([f for f in found if f.kind == "rule"]) == 1000 * len(TEST.rule)
    assert len(judged) == 4 * len(TEST.rule)  # two kinds of device, at a site of the profile or at none


def test_a_register_tells_devices_apart_by_what_rules_ask(judged):
    devices = [camera(f"d{n}", f"10.0.0.{n}", serial=f"S{n}", macs=(f"44:19:b6:00:00:{n:02x}",)) for n in range(100)]
    entries = [Facts(serial=f"S{n}", asset=f"A{n}", owner=f"O{n}", acquired=f"202{n % 2}") for n in range(100)]
    found = findings(*devices, register=entries)

    assert len(judged) == 2 * len(TEST.rule)
    assert [f.asset for f in found] == [f"d{n}" for n in range(100) for _ in TEST.rule]


@pytest.mark.parametrize(
    "more",
    [
        {"family": "dahua"}, {"verdict": "possible"}, {"certainty": 0.5}, {"kind": "other"}, {"brand": "Annke"},
        {"manufacturer": "Ezviz"}, {"model": "DS-2CD2043"}, {"conflicts": ("two serials",)},
        {"family": "unknown", "kind": "unknown", "ports": (("tcp", 554, "rtsp"),)},
        {"matches": (match("brand:Annke", "onvif.scope", "x", "weak", family="hikvision"),)},
        {"matches": (match("dahua-dhip", "dhip.vendor", "x", "proof", family="dahua"),)},
    ],
)  # fmt: skip
def test_whatever_a_rule_may_look_at_makes_devices_unlike(judged, more):
    devices = camera("a", "10.0.0.1"), _camera("b", **more), camera("c", "10.0.0.3")
    found = findings(*devices, policies=POLICIES.by_id.values())
    alone = findings(devices[1], policies=POLICIES.by_id.values())
    rules = sum(len(policy.rule) for policy in POLICIES.by_id.values())

    assert len(judged) == 2 * rules + rules
    assert [f for f in found if f.asset == "b"] == list(alone)


def _camera(name, matches=(), **more):
    device = camera(name, "10.0.0.2", **more)
    return replace(device, identity=replace(device.identity, evidence=matches))


def test_what_is_remembered_is_bounded_and_changes_nothing(judged, monkeypatch):
    kinds = ({}, {"family": "dahua"}, {"family": "axis"})
    document = inventory(*(camera(f"d{n}", f"10.0.0.{n}", **kinds[n % 3]) for n in range(30)))
    plenty = evaluate(document, (TEST,), ALIKE, None, TODAY)
    many = len(judged)
    monkeypatch.setattr(MODULE, "MOST_KEPT", 2 * len(TEST.rule))

    assert evaluate(document, (TEST,), ALIKE, None, TODAY) == plenty
    assert many == 3 * len(TEST.rule)
    assert len(judged) - many == 30 * len(TEST.rule)  # of three kinds in turn, two are kept: each comes too late


def test_each_device_has_its_own_waiver():
    waiver = Waiver(
        id="W", policy="XX-TEST", rule="legacy", assets=("10.0.0.2",), reason="r", papers=("phase-out-plan",),
        approver=("agency-head", "chief-security-officer"), granted=date(2026, 1, 1), until=date(2027, 1, 1),
    )  # fmt: skip
    found = findings(camera("a", "10.0.0.1"), camera("b", "10.0.0.2"), waivers=(waiver,))

    assert {f.asset: f.waiver for f in found if f.rule == "legacy"} == {"a": None, "b": "W"}


def test_an_inventory_without_policies_still_tells_its_gaps():
    assert [f.kind for f in evaluate(inventory(), (), None, Register(), TODAY)] == ["coverage"]
