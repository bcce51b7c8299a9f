"""Policies of the watch file are held against runs; only what counts against somebody is kept."""

from dataclasses import replace
from datetime import date

import pytest
from support.inventories import RELABEL, SMALL

from netaudit.inventory import document
from netaudit.watch.law import law_of
from netaudit.watch.settings import Site, Watch

PLAIN = replace(RELABEL, identity=replace(RELABEL.identity, brand="Hikvision", conflicts=()))
SITE = Site(name="Depot", targets=("192.0.2.0/24",), schedule="0 2 * * *")


def test_without_policies_nothing_is_judged():
    assert law_of(Watch(site=(SITE,)))(document(SMALL), date(2026, 3, 1)) == ()


def test_a_policy_names_what_stands_against_somebody(tmp_path):
    profile = tmp_path / "organisation.toml"
    profile.write_text('name = "A department"\nentity_types = ["federal-department"]\njurisdictions = ["CA"]\n')
    law = law_of(Watch(site=(SITE,), policies=("CA-FED-USE-2025",), organisation=str(profile)))

    found = law(document(replace(SMALL, assets=(PLAIN,))), date(2026, 3, 1))
    assert {finding.policy for finding in found} == {"CA-FED-USE-2025"}
    assert {finding.outcome for finding in found} <= {"due", "overdue", "in-breach"}


def test_an_unknown_policy_is_an_error():
    with pytest.raises(ValueError, match="NO-SUCH"):
        law_of(Watch(site=(SITE,), policies=("NO-SUCH",)))
