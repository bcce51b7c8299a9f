"""Conditions by themselves: those that the table of evaluations does not reach."""

from datetime import date

import msgspec
import pytest
from support.policies import DEPARTMENT, TEST, TODAY, camera, inventory

from netaudit.policy import Facts, Site, checks
from netaudit.policy.answers import Case
from netaudit.policy.attribution import traits
from netaudit.policy.rules import AppliesIf, Binds, NetworkCondition, SiteCondition, When

RULE = TEST.rule[0]
DAY = date(2024, 1, 31)


def case(facts=None, place=None, policy=TEST, as_of=TODAY, **rule):
    return Case(
        policy=policy,
        rule=msgspec.structs.replace(RULE, **rule),
        device=traits(inventory(camera()).assets[0]),
        as_of=as_of,
        organisation=DEPARTMENT,
        site=place or Site(),
        facts=facts or Facts(),
    )


@pytest.mark.parametrize(
    ("condition", "facts", "site", "rule", "holds"),
    [
        (checks.installed, {"installed": "2024-02"}, {}, {"applies_if": AppliesIf(installed_after=DAY)}, "yes"),
        (checks.installed, {"installed": "2024-01"}, {}, {"applies_if": AppliesIf(installed_after=DAY)}, "no"),
        (checks.installed, {}, {}, {"applies_if": AppliesIf(installed_before=DAY)}, "unknown"),
        (checks.installed, {"installed": "2024"}, {}, {"applies_if": AppliesIf(installed_before=DAY)}, "unknown"),
        (checks.renewed, {"renewal": "2025"}, {}, {"applies_if": AppliesIf(renewal_after=DAY)}, "yes"),
        (checks.renewed, {"renewal": "2029"}, {}, {"applies_if": AppliesIf(renewal_after=DAY)}, "no"),
        (checks.renewed, {}, {}, {"applies_if": AppliesIf(renewal_after=DAY)}, "unknown"),
        (checks.renewed, {}, {}, {}, "yes"),
        (checks.renewed, {"renewal": "2026"}, {}, {"applies_if": AppliesIf(renewal_after=DAY)}, "unknown"),
        (
            checks.reachable,
            {"internet_reachable": True},
            {},
            {"network": NetworkCondition(internet_reachable=True)},
            "yes",
        ),
        (
            checks.reachable,
            {},
            {"internet_reachable": False},
            {"network": NetworkCondition(internet_reachable=True)},
            "no",
        ),
        (checks.reachable, {}, {}, {"network": NetworkCondition(internet_reachable=True)}, "unknown"),
        (checks.cloud, {"cloud_enabled": True}, {}, {"network": NetworkCondition(cloud_enabled=True)}, "yes"),
        (checks.cloud, {"cloud_enabled": False}, {}, {"network": NetworkCondition(cloud_enabled=True)}, "no"),
        (checks.cloud, {}, {}, {"network": NetworkCondition(cloud_enabled=True)}, "unknown"),
        (checks.site_type, {}, {"types": ("defence",)}, {"site": SiteCondition(types=("defence", "leased"))}, "yes"),
        (checks.site_type, {}, {"types": ()}, {"site": SiteCondition(types=("defence",))}, "no"),
        (checks.site_type, {}, {}, {"site": SiteCondition(types=("defence",))}, "unknown"),
        (checks.purpose, {}, {"purpose": "public-safety"}, {"purposes": ("public-safety",)}, "yes"),
        (checks.kind, {}, {}, {"kinds": ("recorder",), "kinds_in_doubt": ("camera",)}, "doubtful"),
        (checks.kind, {}, {}, {"kinds": ("thermal_camera",)}, "unknown"),
    ],
)
def test_a_condition_answers_from_register_and_site(condition, facts, site, rule, holds):
    answer = condition(case(Facts(**facts), Site(**site), **rule))

    assert answer.holds.value == holds
    assert (holds == "unknown") is bool(answer.missing)


@pytest.mark.parametrize(
    ("as_of", "holds"),
    [
        (date(2024, 3, 31), "no"),
        (date(2024, 4, 15), "unknown"),
        (date(2024, 5, 1), "yes"),
        (date(2027, 1, 15), "unknown"),
    ],
)
def test_within_a_month_that_is_all_that_is_known_nobody_can_say(as_of, holds):
    limb = {"effective": When("2024-04"), "ended": When("2027-01")}

    assert checks.in_force(case(as_of=as_of, **limb)).holds.value == holds


def test_a_proposal_is_not_in_force():
    policy = msgspec.structs.replace(TEST, status="proposal")

    assert checks.in_force(case(policy=policy)).holds.value == "no"


def test_a_day_of_effect_that_is_not_verified_is_asked_for():
    assert checks.in_force(case(effective=When(note="not verified"))).missing != ()


def test_an_instrument_that_binds_nobody_binds_nobody_without_a_profile_either():
    policy = msgspec.structs.replace(TEST, binds=Binds())

    assert checks.binding(policy, None, Site()).holds.value == "no"
