import ast
import re
from pathlib import Path

import pytest

from netaudit.inventory import read
from netaudit.report.known import READ_CHARS, SENTENCE_WORDS, retold
from netaudit.report.words import in_english

ROOT = Path(__file__).parents[2]


def loudly(text, /, **values):
    return in_english(text.upper().replace("{NUMBER}", "{number}").replace("{MACS}", "{macs}"), **values)


def test_a_known_sentence_is_said_anew_with_its_values():
    said = retold("2 devices claim this address: aa, bb", loudly)

    assert said == "2 DEVICES CLAIM THIS ADDRESS: aa, bb"


@pytest.mark.parametrize("text", ["of another program", "2 devices claim", ""])
def test_an_unknown_sentence_stays_as_it_is(text):
    assert retold(text, loudly) == text


def test_what_acts_does_not_act():
    assert "\x1b" not in retold("2 devices claim this address: \x1b[2J", loudly)


def test_what_is_too_long_to_be_read_is_shown_as_it_is():
    text = "2 devices claim this address: " + "a" * READ_CHARS

    assert retold(text, loudly) == text


@pytest.mark.parametrize("text", SENTENCE_WORDS)
def test_each_sentence_is_found_by_itself(text):
    values = dict.fromkeys(re.findall(r"\{(\w+)\}", text), "7")

    assert retold(text.format(**values), lambda template, /, **found: (template, found)) == (text, values)


def test_every_gap_of_the_recorded_runs_is_known():
    golden = sorted((ROOT / "tests" / "captures").rglob("*.json"))
    documents = [read(path) for path in golden if b'"netaudit.inventory/1"' in path.read_bytes()]
    details = {g.detail for d in documents for g in d.coverage.gaps} | {
        c.reason for d in documents for c in d.coverage.channels if c.reason
    }

    assert details
    assert {d for d in details if retold(d, lambda template, /, **_: "known") != "known"} == set()


def test_every_gap_with_a_fixed_text_in_the_program_is_known():
    fixed = {detail for path in (ROOT / "netaudit").rglob("*.py") for detail in _fixed(ast.parse(path.read_text()))}

    assert fixed
    assert fixed - set(SENTENCE_WORDS) == set()


def _fixed(tree):
    """The details of gaps that stand in the program as plain texts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Gap":
            values = [word.value for word in node.keywords if word.arg == "detail"]
            yield from (value.value for value in values if isinstance(value, ast.Constant))
