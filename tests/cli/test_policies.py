"""netaudit policies: what is known, in plain words."""

import re
from pathlib import Path

from support.commands import run

PACKS = Path(__file__).parents[1] / "policy" / "packs"


def test_list_names_each_with_its_effect_on_an_owner():
    lines = run("policies", "list").text.splitlines()
    fcc = next(line for line in lines if line.startswith("US-FCC-22-84 "))

    assert "supply-risk" in fcc
    assert "context" in fcc


def test_those_of_ones_own_are_marked():
    lines = run("policies", "list", "--policies", PACKS).text.splitlines()

    assert [line for line in lines if line.endswith("(yours)")] == [
        line for line in lines if line.startswith("XX-TEST")
    ]


def test_show_says_who_is_bound_what_to_do_and_where_it_is_written():
    text = run("policies", "show", "CA-QC-2023").text

    for part in ("bound ", "not bound ", "for an owner ", "source ", "only if ", "waiver ", "Not legal advice"):
        assert part in text, part
    assert "https://www.newswire.ca" in text


def test_show_of_a_rule_for_makers_says_that_an_owner_has_no_duty():
    text = " ".join(run("policies", "show", "US-FCC-22-84").text.split())

    assert "An owner has no duty under it" in text
    assert "effect on an owner: supply-risk" in text


def test_an_unknown_policy_is_one_line():
    ended = run("policies", "show", "NOPE")

    assert ended.code == 2
    assert "NOPE" in ended.error


def test_test_runs_the_examples():
    ended = run("policies", "test", "CA-QC-2023")

    assert ended.code == 0
    assert re.fullmatch(r"1 policies, \d\d+ examples, 0 that do not hold\n", ended.text)


def test_an_example_that_does_not_hold_is_told(tmp_path):
    text = (PACKS / "XX-TEST.toml").read_text("utf-8")
    (tmp_path / "XX-TEST.toml").write_text(
        text.replace('family = "axis"', 'family = "hikvision"').replace("2021-01-01", "2026-01-01"), "utf-8"
    )
    ended = run("policies", "test", "XX-TEST", "--policies", tmp_path)

    assert ended.code == 1
    assert "XX-TEST/legacy: '-' comes to due, not not-applicable" in ended.text


def test_every_policy_can_be_shown():
    for line in run("policies", "list", "--policies", PACKS).text.splitlines():
        assert run("policies", "show", line.split()[0], "--policies", PACKS).code == 0
