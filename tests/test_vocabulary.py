"""The closed lists agree with themselves."""

import re

import pytest

from netaudit import vocabulary
from netaudit.vocabulary import CAUSES, FIELDS, GAPS, PLACEHOLDERS, SHARED_UUIDS, VIRTUAL_MACS, cause_of, is_placeholder


@pytest.mark.parametrize("field", FIELDS)
def test_field_is_two_words_with_a_meaning(field):
    assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", field)
    assert FIELDS[field]
    assert "\n" not in FIELDS[field]


@pytest.mark.parametrize(
    ("field", "cause"), [("wsd.types", "onvif"), ("onvif.scope", "onvif"), ("upnp.udn", "ssdp"), ("http.title", "http")]
)
def test_cause_is_the_first_word_or_what_it_repeats(field, cause):
    assert cause_of(field) == cause


def test_causes_are_words_of_fields():
    heads = {field.partition(".")[0] for field in FIELDS}

    assert {word for pair in CAUSES.items() for word in pair} <= heads


@pytest.mark.parametrize("value", ["", "  ", "0000000", "ffff", "IPC", "Network Camera", " unknown "])
def test_placeholder_says_nothing(value):
    assert is_placeholder(value)


@pytest.mark.parametrize("value", ["Hikvision", "DS-2CD2043G0-I", "12", "IPC-HFW2431S"])
def test_name_is_no_placeholder(value):
    assert not is_placeholder(value)


def test_placeholders_are_written_as_they_are_compared():
    assert {word.strip().lower() for word in PLACEHOLDERS} == PLACEHOLDERS


def test_beginnings_are_written_as_they_are_compared():
    assert all(re.fullmatch("[0-9a-f]{4,31}", start) for start in SHARED_UUIDS)
    assert all(re.fullmatch("(?:[0-9a-f]{2}:)+[0-9a-f]?", start) for start in VIRTUAL_MACS)


def test_gaps_say_whether_they_make_a_run_incomplete():
    assert set(map(type, GAPS.values())) == {bool}


def test_unknown_is_a_word_of_verdicts_and_kinds():
    assert "unknown" in vocabulary.VERDICTS
    assert "unknown" in vocabulary.KINDS
