"""One device under the instruments that are shipped, as of four days: deadlines and limbs move its outcome."""

from datetime import date

import pytest
from support.policies import POLICIES, camera, finding

from netaudit.policy import Facts, Organisation, Site

DAYS = {"2022": date(2022, 6, 1), "2024": date(2024, 6, 1), "today": date(2026, 11, 22), "2027": date(2027, 12, 1)}
NOT, DUE, OVER, BREACH, REVIEW = "not-applicable", "due", "overdue", "in-breach", "needs-review"


def here(kind, place, **site):
    return Organisation(
        entity_types=(kind,), jurisdictions=(place,), site=(Site(name="s", networks=("10.0.0.0/8",), **site),)
    )


SENSITIVE = here("central-department", "GB", sensitivity="sensitive", segment="core")
CONTRACTOR = here("federal-contractor", "US", purpose="public-safety")


@pytest.mark.parametrize(
    ("policy", "rule", "who", "facts", "outcomes"),
    [
        ("CA-FED-USE-2025", "buy-or-use", here("crown-corporation", "CA"), {}, (NOT, NOT, BREACH, BREACH)),
        ("CA-FED-LEGACY-2025", "phase-out-legacy", here("federal-agency", "CA"), {}, (NOT, NOT, DUE, DUE)),
        ("UK-TIMELINE-2024", "leave-sensitive-sites", SENSITIVE, {}, (NOT, DUE, OVER, OVER)),
        ("UK-WMS-2022", "core-network", SENSITIVE, {}, (NOT, REVIEW, REVIEW, REVIEW)),
        (
            "UK-WMS-2022", "new-deployment-on-sensitive-sites", SENSITIVE, {"installed": "2023-05"},
            (NOT, BREACH, BREACH, BREACH),
        ),
        (
            "UK-WMS-2022", "new-deployment-on-sensitive-sites", SENSITIVE, {"installed": "2022-05"},
            (NOT, NOT, NOT, NOT),
        ),
        ("AU-DEF-2023", "remove", here("defence-department", "AU", types=("defence",)), {}, (NOT, OVER, OVER, OVER)),
        ("US-889-B", "use", CONTRACTOR, {}, (BREACH, BREACH, BREACH, BREACH)),
        ("TW-EY-2020", "use", here("local-agency", "TW"), {}, (BREACH, BREACH, BREACH, BREACH)),
        ("US-TX-PROHIBITED", "use", here("state-agency", "US-TX"), {}, (NOT, BREACH, BREACH, BREACH)),
        (
            "US-DOD-805", "goods", here("defence-department", "US"), {"acquired": "2027-08"},
            (NOT, NOT, NOT, REVIEW),
        ),
        ("US-FCC-22-84", "no-new-models", CONTRACTOR, {}, (NOT, NOT, NOT, NOT)),
        ("US-FCC-22-84", "no-new-models", here("importer", "US"), {}, (NOT, REVIEW, REVIEW, REVIEW)),
        ("UA-NACP-2023", "named", here("private-sector", "UA"), {}, (NOT, NOT, NOT, NOT)),
    ],
)  # fmt: skip
def test_the_day_moves_the_outcome_as_the_instrument_says(policy, rule, who, facts, outcomes):
    register = [Facts(address="10.0.0.1", **facts)]
    chosen = POLICIES.select([policy])
    found = [
        finding(rule, camera(), policies=chosen, organisation=who, register=register, as_of=day).outcome
        for day in DAYS.values()
    ]

    assert tuple(found) == outcomes


def test_a_month_passes_with_its_last_day():
    chosen = POLICIES.select(["UK-TIMELINE-2024"])
    found = [
        finding("leave-sensitive-sites", camera(), policies=chosen, organisation=SENSITIVE, as_of=day)
        for day in (date(2025, 4, 30), date(2025, 5, 1))
    ]

    assert [(f.outcome, f.deadline, f.days_left) for f in found] == [("due", "2025-04", 0), ("overdue", "2025-04", -1)]


def test_a_share_of_the_sites_is_no_deadline_of_a_device():
    chosen = POLICIES.select(["UK-TIMELINE-2024"])
    found = finding("leave-sensitive-sites", camera(), policies=chosen, organisation=SENSITIVE, as_of=date(2024, 12, 1))

    assert (found.outcome, found.deadline) == ("due", "2025-04")
