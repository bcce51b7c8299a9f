"""netaudit history progress: formats, deadlines and registers."""

import json

import pytest
from history.test_store import run_of
from support.commands import run

from netaudit.history import History


@pytest.fixture
def place(tmp_path):
    with History(tmp_path / "h.db") as history:
        for number in (1, 2, 40):
            history.add(run_of(number, site="hq"))
    return tmp_path / "h.db"


def found(place, *options):
    ended = run("history", "progress", "-o", "json", "--history", place, *options)

    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_every_format_is_written(place, tmp_path):
    ended = run("history", "progress", "-o", "table", "-o", f"svg={tmp_path / 'x.svg'}", "--history", place)

    assert (ended.code, ended.err) == (0, "")
    assert "3 devices of these makers found so far" in ended.text
    assert "(0 %)" in ended.text
    assert (tmp_path / "x.svg").read_text().startswith("<svg ")
    assert "no such format" in run("history", "progress", "-o", "pdf", "--history", place).error


def test_deadlines_are_named_or_come_from_policies(place):
    told = found(place, "--deadline", "2026-12-31=own", "--policy", "AU-DEF-2023", "--as-of", "2026-03-11")["deadlines"]

    assert ("own", "2026-12-31", 295) in [(d["name"], d["day"], d["days_left"]) for d in told]
    assert ("AU-DEF-2023: removal planned to be complete", "2023-06-30") in [(d["name"], d["day"]) for d in told]
    assert "write YYYY-MM-DD" in run("history", "progress", "--deadline", "soon", "--history", place).error


def test_register_tells_what_is_planned_and_what_contradicts(place, tmp_path):
    register = tmp_path / "register.csv"
    register.write_text("mac,replacement,state\n44:19:b6:00:00:01,2027-01-01,in-use\n3c:ef:8c:00:00:02,,removed\n")
    told = found(place, "--register", register)

    assert told["devices"]["states"]["planned"] == 1
    assert told["devices"]["states"]["replaced"] == 0
    assert "the last run saw it" in told["remarks"][0]


def test_marks_come_from_a_file(place, tmp_path):
    marks = tmp_path / "marks.toml"
    marks.write_text('[[mark]]\ndevice = "10.0.0.7"\nstate = "planned"\nsince = 2026-02-02\n')

    assert found(place, "--register", marks)["devices"]["states"]["planned"] == 1


def test_other_makers_can_be_counted(place):
    assert found(place, "--family", "axis")["devices"]["total"] == 0
