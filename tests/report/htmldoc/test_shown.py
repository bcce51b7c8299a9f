from dataclasses import replace

import pytest
from support.inventories import NAMELESS, SMALL, hostile
from support.pages import FINDINGS, scene, scene_of

from netaudit.inventory import document
from netaudit.report.htmldoc.shown import LIST_CHARS, listed, subnet_of, worst


def test_why_a_device_needs_an_eye():
    needs = {row.asset.id: set(row.needs) for row in scene(SMALL).shown}

    assert needs == {
        "serial-5": {"target", "relabel"},
        "mac-7": {"target", "children"},
        "mac-70": {"target", "possible", "conflict", "locked"},
        "address-30": {"nameless"},
        "mac-9": set(),
    }


def test_a_device_stands_as_its_worst_finding_does():
    rows = {row.asset.id: row for row in scene(SMALL, findings=FINDINGS).shown}

    assert (rows["serial-5"].standing, rows["serial-5"].deadline) == ("in-breach", "")
    assert (rows["mac-7"].standing, rows["mac-7"].deadline) == ("due", "2027-06-30")
    assert rows["mac-9"].standing == ""


def test_a_site_comes_from_the_findings_or_from_the_run():
    rows = scene(replace(SMALL, run=replace(SMALL.run, site="Depot")), findings=FINDINGS).shown

    assert {row.asset.id: row.site for row in rows}["serial-5"] == "City hall"
    assert {row.asset.id: row.site for row in rows}["mac-9"] == "Depot"


@pytest.mark.parametrize(
    ("addresses", "subnet"),
    [
        (("10.0.0.5",), "10.0.0.0/24"),
        (("fe80::1%eth0",), "fe80::/64"),
        (("2001:db8:0:1::5", "10.0.0.5"), "2001:db8:0:1::/64"),
        (("what is this", "10.0.0.5"), "10.0.0.0/24"),
        ((), ""),
    ],
)
def test_the_subnet_of_an_address(addresses, subnet):
    asset = replace(NAMELESS, device=replace(NAMELESS.device, addresses=addresses))

    assert subnet_of(document(replace(SMALL, assets=(asset,))).assets[0]) == subnet


def test_long_lists_are_cut_with_a_count():
    assert listed(tuple(str(n) for n in range(100))).endswith(" +60")
    assert len(listed(("a" * 70_000,) * 100)) < LIST_CHARS + 10


def test_no_text_of_a_device_is_long_or_acts():
    for row in scene_of(hostile()).shown:
        texts = (row.what, row.maker, row.brand, row.text(row.asset.model), row.address, row.services)
        assert all(text.isprintable() and len(text) < 1000 for text in texts)


def test_outcomes_have_their_place():
    assert (worst("in-breach"), worst("not-applicable"), worst("")) == (0, 6, -1)
