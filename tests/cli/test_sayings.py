"""What an operator says of devices: merges, splits and marks, with who and why, and all of it can be taken back."""

import json

import pytest
from history.test_store import run_of
from support.commands import run

from netaudit.history import History


@pytest.fixture
def place(tmp_path):
    with History(tmp_path / "h.db") as history:
        history.add(run_of(1))
    return tmp_path / "h.db"


def said(place, *words):
    ended = run("history", *words, "--history", place)

    assert (ended.code, ended.err) == (0, "")
    return ended.text.split()[0]


def devices(place):
    shown = run("history", "show", "mac-7", "-o", "json", "--history", place)
    return json.loads(shown.out)["device"]["aliases"]


def test_merge_and_its_undoing(place):
    fact = said(place, "merge", "mac-7", "10.0.0.70", "--why", "one label")

    assert devices(place) == ["mac-7", "mac-70"]
    listed = run("history", "facts", "--history", place).text
    assert listed.startswith(f"{fact}  same mac-7 mac-70: said by ")
    assert "one label" in listed
    assert "one device already" in run("history", "merge", "mac-7", "mac-70", "--history", place).error
    said(place, "undo", fact)
    assert devices(place) == ["mac-7"]
    assert "(undone)" in run("history", "facts", "--history", place).text


def test_split_is_kept(place):
    said(place, "split", "mac-7", "mac:90:02:a9:00:00:03", "--why", "two boxes")

    assert "apart mac-7 mac:90:02:a9:00:00:03" in run("history", "facts", "--history", place).text
    assert "name another id" in run("history", "split", "mac-7", "mac-7", "--history", place).error


def test_mark_counts_in_progress(place):
    said(place, "mark", "10.0.0.7", "planned", "--day", "2027-01-01")
    found = json.loads(run("history", "progress", "-o", "json", "--history", place, "--as-of", "2026-06-01").out)

    assert found["devices"]["states"]["planned"] in {0, 1}
    assert "mark mac-7 planned 2027-01-01" in run("history", "facts", "--history", place).text


def test_mistakes_are_one_line(place):
    assert "no such fact" in run("history", "undo", "x", "--history", place).error
    assert "no device of the history" in run("history", "merge", "x", "mac-7", "--history", place).error
    assert run("history", "mark", "mac-7", "lost", "--history", place).code == 2
