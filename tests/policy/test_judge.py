"""The judgement, held against a table that was worked out by hand: device, facts and day on the left, outcome right."""

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from support.inventories import match
from support.policies import DEPARTMENT, POLICIES, TODAY, camera, finding, findings

from netaudit.policy import Facts, Organisation, Site

HERE = "10.0.0.1"


def facts(**more):
    return [Facts(address=HERE, **more)]


def at(**more):
    return msgspec.structs.replace(DEPARTMENT, site=(Site(name="here", networks=("10.0.0.0/24",), **more),))


SENSITIVE, ORDINARY, CORE = at(sensitivity="sensitive"), at(sensitivity="ordinary"), at(segment="core")
GRANT = {"funding": "federal-award", "purpose": "public-safety", "acquired": "2021-05"}


@pytest.mark.parametrize(
    ("rule", "device", "more", "outcome", "missing"),
    [
        # by site and country of the maker, with a deadline
        ("sensitive-site", camera(), {"organisation": SENSITIVE}, "overdue", ()),
        ("sensitive-site", camera(family="uniview"), {"organisation": SENSITIVE}, "overdue", ()),
        ("sensitive-site", camera(family="axis"), {"organisation": SENSITIVE}, "not-applicable", ()),
        ("sensitive-site", camera(family="tp-link"), {"organisation": SENSITIVE}, "not-evaluated", ("country of the maker",)),
        ("sensitive-site", camera(), {"organisation": ORDINARY}, "not-applicable", ()),
        ("sensitive-site", camera(), {}, "not-evaluated", ("site sensitivity",)),
        ("sensitive-site", camera(kind="intercom"), {"organisation": SENSITIVE}, "not-applicable", ()),
        ("sensitive-site", camera(kind="unknown"), {"organisation": SENSITIVE}, "not-evaluated", ("kind of device",)),
        ("sensitive-site", camera(kind="thermal_camera"), {"organisation": SENSITIVE}, "overdue", ()),
        ("sensitive-site", camera(), {"organisation": SENSITIVE, "as_of": date(2025, 4, 30)}, "due", ()),
        ("sensitive-site", camera(), {"organisation": SENSITIVE, "as_of": date(2025, 5, 1)}, "overdue", ()),
        ("sensitive-site", camera(), {"organisation": SENSITIVE, "as_of": date(2022, 11, 23)}, "not-applicable", ()),
        ("sensitive-site", camera(), {"organisation": SENSITIVE, "as_of": date(2031, 1, 1)}, "not-applicable", ()),
        # by network, labels of others excluded
        ("core-network", camera(), {"organisation": CORE}, "in-breach", ()),
        ("core-network", camera(), {"register": facts(segment="core")}, "in-breach", ()),
        ("core-network", camera(), {"organisation": CORE, "register": facts(segment="separate")}, "not-applicable", ()),
        ("core-network", camera(), {}, "not-evaluated", ("network segment",)),
        ("core-network", camera(brand="Annke"), {"organisation": CORE}, "not-applicable", ()),
        ("core-network", camera(brand="EZVIZ"), {"organisation": CORE}, "not-applicable", ()),
        ("core-network", camera(brand="HiLook"), {"organisation": CORE}, "in-breach", ()),
        ("core-network", camera(family="dahua", brand="Luminys"), {"organisation": CORE}, "needs-review", ()),
        (
            "core-network", camera(), {"organisation": CORE, "register": facts(exceptions=("XX-TEST/lab",))},
            "allowed-with-conditions", (),
        ),
        ("core-network", camera(), {"organisation": CORE, "register": facts(state="removed")}, "needs-review", ()),
        ("core-network", camera(), {"organisation": CORE, "register": facts(state="in-store")}, "needs-review", ()),
        # attribution
        ("core-network", camera(verdict="probable", certainty=0.9), {"organisation": CORE}, "in-breach", ()),
        ("core-network", camera(verdict="probable", certainty=0.89), {"organisation": CORE}, "needs-review", ()),
        ("core-network", camera(verdict="possible", certainty=0.95), {"organisation": CORE}, "needs-review", ()),
        ("core-network", camera(conflicts=("two serials",)), {"organisation": CORE}, "needs-review", ()),
        ("core-network", camera(family="unknown"), {"organisation": CORE}, "not-evaluated", ("maker",)),
        (
            "core-network", camera(family="unknown", kind="unknown"), {"organisation": CORE},
            "not-evaluated", ("maker", "kind of device"),
        ),
        ("core-network", camera(family="unknown", kind="other"), {"organisation": CORE}, "not-applicable", ()),
        ("core-network", camera(family="axis", verdict="possible"), {"organisation": CORE}, "not-evaluated", ("maker",)),
        # by money, purpose and date
        ("paid-by-grant", camera(), {"register": facts(**GRANT)}, "in-breach", ()),
        ("paid-by-grant", camera(), {"register": facts(**GRANT | {"acquired": "2020-08-12"})}, "not-applicable", ()),
        (
            "paid-by-grant", camera(), {"register": facts(**GRANT | {"acquired": "2020"})},
            "not-evaluated", ("acquisition date, to the month or day",),
        ),
        ("paid-by-grant", camera(), {"register": facts(**GRANT | {"purpose": "other"})}, "not-applicable", ()),
        ("paid-by-grant", camera(), {"register": facts(acquired="2021")}, "not-evaluated", ("purpose", "funding")),
        ("paid-by-grant", camera(), {"register": facts(**GRANT | {"funding": "own"})}, "not-applicable", ()),
        # by a test in words
        (
            "phone-home", camera(family="axis"), {},
            "not-evaluated", ("whether it meets the criterion: administered from abroad",),
        ),
        ("phone-home", camera(), {"register": facts(meets=("XX-TEST/phone-home",))}, "needs-review", ("risk-analysis",)),
        ("phone-home", camera(), {"register": facts(meets_not=("XX-TEST/phone-home",))}, "not-applicable", ()),
        (
            "phone-home", camera(), {"register": facts(meets=("XX-TEST/phone-home",), met=("risk-analysis",))},
            "allowed-with-conditions", (),
        ),
        (
            "phone-home", camera(), {"register": facts(meets=("XX-TEST/phone-home",), not_met=("risk-analysis",))},
            "in-breach", (),
        ),
        # by model, in a limb that begins later
        ("listed-models", camera(model="DS-2CD2043"), {}, "not-applicable", ()),
        ("listed-models", camera(model="DS-2CD2043"), {"as_of": date(2027, 6, 30)}, "in-breach", ()),
        ("listed-models", camera(model="ds-2cd2043"), {"as_of": date(2027, 6, 30)}, "in-breach", ()),
        ("listed-models", camera(model="DS-7616"), {"as_of": date(2027, 6, 30)}, "not-applicable", ()),
        ("listed-models", camera(), {"as_of": date(2027, 6, 30)}, "not-evaluated", ("model",)),
        # where the sources carry no more
        ("as-the-press-reads-it", camera(family="axis"), {"register": facts(made_in="CN")}, "needs-review", ()),
        ("as-the-press-reads-it", camera(), {"register": facts(made_in="DE")}, "not-applicable", ()),
        ("as-the-press-reads-it", camera(), {}, "not-evaluated", ("country of manufacture",)),
        # without a date
        ("legacy", camera(), {}, "due", ()),
        # not a rule for owners
        ("sellers", camera(), {}, "not-applicable", ()),
    ],
)  # fmt: skip
def test_it_agrees_with_the_table(rule, device, more, outcome, missing):
    found = finding(rule, device, **more)

    assert (found.outcome, found.missing) == (outcome, missing)
    assert found.because


def test_a_label_alone_never_puts_anybody_in_breach():
    named = match("brand:HiLook", "onvif.manufacturer", "HiLook", "weak", family="hikvision")
    device = camera(brand="HiLook")
    device = replace(device, identity=replace(device.identity, evidence=(named,)))

    assert finding("core-network", device, organisation=CORE).outcome == "needs-review"


def test_evidence_of_weight_for_another_maker_needs_a_person():
    other = match("hikvision-sadp", "sadp.device_description", "DS-1", "proof", family="hikvision")
    device = camera(family="axis")
    device = replace(device, identity=replace(device.identity, evidence=(other,)))

    assert finding("core-network", device, organisation=CORE).outcome == "needs-review"


@pytest.mark.parametrize(
    ("organisation", "outcome"),
    [
        (Organisation(entity_types=("central-department",), jurisdictions=("XX",)), "due"),
        (Organisation(entity_types=("central-department",), jurisdictions=("XX-A",)), "due"),
        (Organisation(entity_types=("central-department",), jurisdictions=("XY",)), "not-applicable"),
        (Organisation(entity_types=("municipality",), jurisdictions=("XX",)), "not-applicable"),
        (Organisation(entity_types=("central-department",)), "not-evaluated"),
        (Organisation(jurisdictions=("XX",)), "not-evaluated"),
        (None, "due"),
    ],
)
def test_who_is_bound(organisation, outcome):
    assert finding("legacy", camera(), organisation=organisation).outcome == outcome


def test_without_a_profile_every_finding_says_that_it_assumes():
    found = [f for f in findings(camera(), organisation=None) if f.kind == "rule"]

    assert all("as if the organisation were bound" in f.assumed[0] for f in found)
    assert [f for f in findings(camera()) if f.assumed] == []


def test_a_site_can_be_another_body():
    elsewhere = at(entity_types=("municipality",))

    assert finding("legacy", camera(), organisation=elsewhere).outcome == "not-applicable"


def test_an_own_target_date_counts_where_none_is_published():
    own = msgspec.structs.replace(DEPARTMENT, targets={"XX-TEST/legacy": date(2026, 11, 1)})
    found = finding("legacy", camera(), organisation=own)

    assert (found.outcome, found.deadline, found.days_left) == ("overdue", "2026-11-01", -21)
    assert "own target date" in found.because[-1]


@pytest.mark.parametrize(("target", "deadline"), [(date(2025, 1, 31), "2025-01-31"), (date(2030, 1, 1), "2025-04")])
def test_an_own_target_date_makes_no_deadline_later(target, deadline):
    own = msgspec.structs.replace(SENSITIVE, targets={"XX-TEST": target})

    assert finding("sensitive-site", camera(), organisation=own).deadline == deadline


def test_what_is_forbidden_today_is_not_put_off_by_a_plan():
    own = msgspec.structs.replace(CORE, targets={"XX-TEST": date(2030, 1, 1)})

    assert finding("core-network", camera(), organisation=own).outcome == "in-breach"


@pytest.mark.parametrize(
    ("as_of", "outcome", "left"),
    [
        (date(2022, 6, 1), "not-applicable", None),
        (date(2024, 6, 1), "due", 333),
        (TODAY, "overdue", -571),
        (date(2027, 6, 1), "overdue", -762),
    ],
)
def test_the_day_moves_the_deadline(as_of, outcome, left):
    found = finding("sensitive-site", camera(), organisation=SENSITIVE, as_of=as_of)

    assert (found.outcome, found.days_left) == (outcome, left)


@pytest.mark.parametrize(
    ("as_of", "federal", "new", "old"),
    [
        (date(2022, 11, 22), "not-applicable", "not-applicable", "not-applicable"),
        (date(2024, 11, 22), "not-applicable", "in-breach", "allowed-with-conditions"),
        (TODAY, "in-breach", "in-breach", "allowed-with-conditions"),
        (date(2027, 11, 22), "in-breach", "in-breach", "allowed-with-conditions"),
    ],
)
def test_canada_and_quebec_over_the_years(as_of, federal, new, old):
    canada = Organisation(entity_types=("federal-agency", "provincial-agency"), jurisdictions=("CA", "CA-QC"))
    devices = camera("new", "10.0.0.1"), camera("old", "10.0.0.2")
    register = Facts(address="10.0.0.1", acquired="2024-02"), Facts(address="10.0.0.2", acquired="2020")
    policies = POLICIES.select(["CA-FED-USE-2025", "CA-QC-2023"])
    found = findings(*devices, policies=policies, organisation=canada, register=register, as_of=as_of)
    outcomes = {(f.asset, f.rule): f.outcome for f in found}

    assert outcomes == {
        ("new", "buy-or-use"): federal,
        ("old", "buy-or-use"): federal,
        ("new", "acquired-after-the-cut-off"): new,
        ("old", "acquired-after-the-cut-off"): "not-applicable",
        ("new", "acquired-before"): "not-applicable",
        ("old", "acquired-before"): old,
    }


def test_a_maker_is_asked_about_rules_in_force_only():
    importer = Organisation(entity_types=("importer",), jurisdictions=("US",))
    rule = {"policies": POLICIES.select(["US-FCC-22-84"]), "organisation": importer}

    assert finding("no-new-models", camera(), **rule).outcome == "needs-review"
    assert finding("no-new-models", camera(family="axis"), **rule).outcome == "not-applicable"
    assert finding("no-new-models", camera(), as_of=date(2023, 2, 5), **rule).outcome == "not-applicable"


def test_a_rule_about_components_says_that_none_was_seen():
    contractor = Organisation(entity_types=("federal-contractor",), jurisdictions=("US",))
    found = findings(camera(family="axis"), policies=POLICIES.select(["US-889-B"]), organisation=contractor)

    assert all("components" in f.because[0] for f in found)
