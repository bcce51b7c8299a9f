"""The report of section 889: days, fields, and which devices it lists."""

import io
from datetime import date

import pytest
from support.policies import POLICIES, TODAY, camera, inventory

from netaudit.model import Gap
from netaudit.policy import Findings, Organisation, Site, evaluate, report889

CONTRACTOR = Organisation(
    entity_types=("federal-contractor",),
    jurisdictions=("US",),
    site=(Site(name="here", networks=("10.0.0.0/8",), purpose="public-safety"),),
)


def report(*devices, policy="US-889-B", who=CONTRACTOR, gaps=()):
    document = inventory(*devices, gaps=gaps)
    found = evaluate(document, POLICIES.select([policy]), who, None, TODAY)
    findings = Findings(
        as_of="2026-11-22", inventory="run-1", organisation=None, policies=(), findings=found, tool="netaudit"
    )
    stream = io.StringIO()
    report889.write(document, findings, TODAY, stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday to Monday
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        (date(2026, 11, 23), 10, date(2026, 12, 7)),
    ],
)
def test_business_days_leave_out_weekends(start, days, expected):
    assert report889.business_day(start, days) == expected


def test_what_the_inventory_knows_is_filled_in_and_the_rest_is_blank():
    text = report(camera(brand="Annke", manufacturer="Hikvision", model="I91BM", serial="S1", firmware="V5"))

    for part in ("brand                  Annke", "model number           I91BM", "firmware V5", "S1, 10.0.0.1"):
        assert part in text
    assert f"contract number: {report889.BLANK}" in text
    assert "supplier CAGE code" in text
    assert "not legal advice" in text


def test_devices_that_are_not_covered_are_not_listed():
    text = report(camera(family="axis", brand="Axis"))

    assert "equipment found: 0" in text
    assert "Axis" not in text


def test_what_could_not_be_evaluated_is_listed_with_what_is_missing():
    text = report(camera(model="DS-1"), who=None, gaps=(Gap(kind="passive", detail="a capture"),))

    assert "equipment found: 0" in text
    assert "could not be evaluated: 1" in text
    assert "facts that are missing for it: purpose" in text
    assert "model number           DS-1" in text
    assert "could not see: 1 gap" in text


def test_a_report_without_the_policy_says_so():
    assert "NO DEVICE WAS HELD AGAINST" in report(camera(), policy="CA-FED-USE-2025")


def test_what_a_person_has_to_look_at_is_listed_apart():
    text = report(camera(verdict="possible"))

    assert "equipment found: 0" in text
    assert "has to look at first: 1" in text
