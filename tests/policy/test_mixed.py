"""300 devices, three sites, two countries: the outcomes agree with a table worked out by hand, one reason each."""

from collections import Counter
from datetime import date

import pytest
from support.policies import POLICIES, TODAY, camera, inventory

from netaudit.policy import Facts, Organisation, Register, Site, evaluate

HERE = Organisation(
    name="Mixed",
    entity_types=("provincial-agency",),
    jurisdictions=("CA-QC",),
    site=(
        Site(name="quebec", networks=("10.1.0.0/16",)),
        Site(name="ottawa", networks=("10.2.0.0/16",), entity_types=("federal-agency",), jurisdictions=("CA",)),
        Site(
            name="abroad",
            networks=("10.3.0.0/16",),
            entity_types=("central-department",),
            jurisdictions=("XX",),
            sensitivity="sensitive",
            segment="separate",
        ),
    ),
)

# How many, at which site, what they are, and what the register knows of them.
GROUPS = [
    (40, 1, {"family": "hikvision"}, {"acquired": "2024-03-01"}),
    (30, 1, {"family": "dahua"}, {"acquired": "2020"}),
    (20, 1, {"family": "dahua"}, {}),
    (10, 1, {"family": "axis"}, {}),
    (60, 2, {"family": "hikvision"}, {}),
    (20, 2, {"family": "hikvision", "brand": "Annke"}, {}),
    (15, 2, {"family": "hikvision", "verdict": "possible"}, {}),
    (5, 2, {"family": "unknown"}, {}),
    (50, 3, {"family": "uniview"}, {}),
    (25, 3, {"family": "hikvision", "conflicts": ("two serial numbers",)}, {}),
    (25, 3, {"family": "bosch"}, {}),
]
FEDERAL, NEW, OLD = "buy-or-use", "acquired-after-the-cut-off", "acquired-before"

# (site, rule, outcome) -> how many, where the rule reaches the site at all.
TABLE = {
    ("quebec", NEW, "in-breach"): 40,
    ("quebec", NEW, "not-applicable"): 30 + 10,
    ("quebec", NEW, "not-evaluated"): 20,
    ("quebec", OLD, "not-applicable"): 40 + 10,
    ("quebec", OLD, "allowed-with-conditions"): 30,
    ("quebec", OLD, "not-evaluated"): 20,
    ("ottawa", FEDERAL, "in-breach"): 60,
    ("ottawa", FEDERAL, "needs-review"): 20 + 15,
    ("ottawa", FEDERAL, "not-evaluated"): 5,
    ("abroad", "sensitive-site", "overdue"): 50,
    ("abroad", "sensitive-site", "needs-review"): 25,
    ("abroad", "sensitive-site", "not-applicable"): 25,
    ("abroad", "core-network", "not-applicable"): 100,
}
# What changes on other days.
IN_2022 = {
    ("quebec", NEW, "not-applicable"): 100,
    ("quebec", OLD, "not-applicable"): 100,
    ("ottawa", FEDERAL, "not-applicable"): 100,
    ("abroad", "sensitive-site", "not-applicable"): 100,
    ("abroad", "core-network", "not-applicable"): 100,
}
IN_2024 = {
    **{key: number for key, number in TABLE.items() if key[0] == "quebec"},
    ("ottawa", FEDERAL, "not-applicable"): 100,
    ("abroad", "sensitive-site", "due"): 50,
    ("abroad", "sensitive-site", "needs-review"): 25,
    ("abroad", "sensitive-site", "not-applicable"): 25,
    ("abroad", "core-network", "not-applicable"): 100,
}


@pytest.fixture(scope="module")
def mixed():
    devices, entries = [], []
    for group, (number, site, device, facts) in enumerate(GROUPS):
        for n in range(number):
            address = f"10.{site}.{group}.{n}"
            devices.append(camera(address, address, **device))
            entries.append(Facts(address=address, **facts))
    return inventory(*devices), Register(entries=tuple(entries))


@pytest.mark.parametrize(
    ("day", "table"),
    [(date(2022, 11, 1), IN_2022), (date(2024, 9, 1), IN_2024), (TODAY, TABLE), (date(2027, 6, 1), TABLE)],
    ids=["2022", "2024", "today", "2027"],
)
def test_the_outcomes_agree_with_the_table(mixed, day, table):
    document, register = mixed
    policies = POLICIES.select(["CA-FED-USE-2025", "CA-QC-2023", "US-FCC-22-84", "XX-TEST"])
    found = [f for f in evaluate(document, policies, HERE, register, day) if f.kind == "rule"]
    counts = Counter((f.site, f.rule, f.outcome) for f in found if (f.site, f.rule) in {key[:2] for key in table})

    assert len(document.assets) == 300
    assert counts == table
    assert [f for f in found if not f.because] == []


def test_a_rule_of_another_place_reaches_no_site(mixed):
    document, register = mixed
    found = evaluate(document, POLICIES.select(["CA-QC-2023"]), HERE, register, TODAY)

    assert {f.outcome for f in found if f.site in {"ottawa", "abroad"}} == {"not-applicable"}
