"""Waivers: what excuses, and what does not excuse any longer, or never did."""

from datetime import date

import msgspec
import pytest
from support.policies import POLICIES, TODAY, camera, finding

from netaudit.policy import Organisation, Waiver

GOOD = Waiver(
    id="W-1",
    policy="XX-TEST",
    rule="legacy",
    assets=("10.0.0.1",),
    reason="no replacement before the rebuild",
    approver=("agency-head", "chief-security-officer"),
    granted=date(2026, 1, 1),
    until=date(2027, 1, 1),
    papers=("phase-out-plan",),
    compensating=("isolated network",),
)


def legacy(waiver, **more):
    return finding("legacy", camera(serial="DS-1"), waivers=(waiver,), **more)


def test_a_good_one_excuses_and_names_what_compensates():
    found = legacy(GOOD)

    assert (found.outcome, found.waiver) == ("allowed-with-conditions", "W-1")
    assert "isolated network" in found.conditions
    assert "2027-01-01" in found.because[-1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"approver": ("agency-head",)}, "not granted by chief-security-officer"),
        ({"delegated": True}, "cannot delegate"),
        ({"papers": ()}, "papers are missing: phase-out-plan"),
        ({"granted": date(2026, 12, 1)}, "granted from 2026-12-01 only"),
    ],
)
def test_one_that_lacks_something_does_not_count(change, told):
    found = legacy(msgspec.structs.replace(GOOD, **change))

    assert found.outcome == "due"
    assert told in found.because[-1]


def test_one_that_has_run_out_makes_the_device_overdue():
    found = legacy(GOOD, as_of=date(2027, 1, 2))

    assert found.outcome == "overdue"
    assert "ran out on 2027-01-01" in found.because[-1]


def test_none_reaches_beyond_what_the_instrument_allows():
    found = legacy(msgspec.structs.replace(GOOD, until=date(2029, 1, 1)), as_of=date(2028, 1, 1))

    assert found.outcome == "due"
    assert "beyond 2027-12-31" in found.because[-1]


@pytest.mark.parametrize(
    "change", [{"assets": ("10.0.0.2",)}, {"rule": "core-network"}, {"assets": (), "sites": ("there",)}]
)
def test_one_about_something_else_is_not_spoken_of(change):
    found = legacy(msgspec.structs.replace(GOOD, **change))

    assert (found.outcome, found.waiver) == ("due", None)


def test_a_device_is_named_by_serial_too():
    assert legacy(msgspec.structs.replace(GOOD, assets=("ds-1",))).waiver == "W-1"


def test_nobody_excuses_himself_from_an_instrument_that_knows_no_waiver():
    own = msgspec.structs.replace(GOOD, policy="CA-FED-USE-2025", rule=None)
    agency = Organisation(entity_types=("federal-agency",), jurisdictions=("CA",))
    policies = POLICIES.select(["CA-FED-USE-2025"])
    found = finding("buy-or-use", camera(), policies=policies, organisation=agency, waivers=(own,), as_of=TODAY)

    assert found.outcome == "in-breach"
    assert "knows no waiver" in found.because[-1]
