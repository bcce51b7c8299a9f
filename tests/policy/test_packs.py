"""Every pack that is shipped: its examples hold, its words are known, and no rule says more than its owner effect."""

import re
from datetime import date
from pathlib import Path

import pytest

from netaudit.policy import load_policies
from netaudit.policy.examples import failures
from netaudit.policy.library import shipped_directory
from netaudit.policy.words import AGAINST

POLICIES = load_policies()
EACH = pytest.mark.parametrize("policy", POLICIES.by_id.values(), ids=list(POLICIES.by_id))


@EACH
def test_its_examples_hold(policy):
    assert list(failures([policy])) == []


@EACH
def test_its_file_is_named_after_its_id(policy):
    assert (shipped_directory() / f"{policy.id}.toml").is_file()


@EACH
def test_only_rules_for_owners_have_examples_that_count_against_one(policy):
    others = [rule for rule in policy.rule if rule.owner_effect != "finding"]

    assert {e.outcome for rule in others for e in rule.examples} & AGAINST == set()


@EACH
def test_a_rule_for_owners_shows_a_device_that_it_reaches_and_one_that_it_does_not(policy):
    for rule in policy.rule:
        outcomes = {example.outcome for example in rule.examples}

        assert "not-applicable" in outcomes, rule.id
        assert rule.owner_effect != "finding" or len(outcomes) > 1, rule.id


@EACH
def test_its_sources_are_dated_or_say_why_not_and_are_on_the_web(policy):
    for source in policy.sources:
        assert source.date or source.note, source.title
        assert not source.url or source.url.startswith("http"), source.title


@EACH
def test_it_was_checked_after_its_last_event(policy):
    events = [event.date.span for event in policy.dates.history]

    assert policy.checked_on >= date(2026, 11, 1)
    assert all(found.first <= policy.checked_on for found in events if found)


@EACH
def test_what_is_a_proposal_or_not_verified_is_not_on(policy):
    assert policy.status in {"in-force", "announced"} or policy.default != "on"


def test_the_page_names_every_kind_of_body():
    page = (Path(__file__).parents[2] / "docs" / "policies.md").read_text("utf-8")
    listed = page.partition("The shipped ones use:")[2].partition("## Use")[0]

    assert set(re.findall("`([a-z-]+)`", listed)) == load_policies().entity_types
