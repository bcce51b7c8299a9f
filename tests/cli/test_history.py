"""netaudit history: runs in, runs out, devices over time, and what each command says."""

import json
from dataclasses import replace

import pytest
from support.commands import run
from support.inventories import PRINTER, RELABEL, RUN, SMALL
from support.recorded import recorded

from netaudit.inventory import document, read, write


def inventory(path, number, *assets):
    calm = replace(SMALL, coverage=replace(SMALL.coverage, gaps=()), problems=(), assets=assets)
    start = RUN.started_at + number * 86_400
    write(document(replace(calm, run=replace(RUN, id=f"run-{number}", started_at=start, site="hq"))), path)
    return path


@pytest.fixture
def place(tmp_path):
    """A history of three runs: in the last two a camera is not there any more."""
    path = tmp_path / "h.db"
    moved = replace(RELABEL, device=replace(RELABEL.device, addresses=("10.0.0.6",)))
    runs = [(PRINTER, RELABEL), (PRINTER, moved), (PRINTER,), (PRINTER,)]
    files = [inventory(tmp_path / f"{number}.json", number, *assets) for number, assets in enumerate(runs)]
    assert run("history", "add", *files, "--history", path).code == 0
    return path


def test_runs_are_added_once_and_listed(place, tmp_path):
    again = run("history", "add", tmp_path / "0.json", "--history", place)

    assert "is there already" in again.err
    assert run("history", "list", "--history", place).text.count("run-") == 4
    assert len(json.loads(run("history", "list", "--site", "hq", "-o", "json", "--history", place).out)) == 4
    assert json.loads(run("history", "list", "--site", "x", "-o", "json", "--history", place).out) == []


def test_run_is_shown_byte_for_byte(place, tmp_path):
    shown = run("history", "show", "run-1", "-o", "json", "--history", place)

    assert (shown.code, shown.out) == (0, (tmp_path / "1.json").read_bytes())
    assert "2026-02-03T09:00:00Z" in run("history", "show", "latest", "--history", place).text


@pytest.mark.parametrize("name", ["serial-5", "44:19:b6:00:00:01", "44-19-B6-00-00-01", "10.0.0.6"])
def test_device_is_shown_over_time(place, name):
    shown = run("history", "show", name, "--history", place)

    assert shown.code == 0
    assert "known by its hardware address 44:19:b6:00:00:01" in " ".join(shown.text.split())
    assert "gone since 2026-02-03" in shown.text
    told = json.loads(run("history", "show", name, "-o", "json", "--history", place).out)
    assert [change["kind"] for change in told["changes"]] == ["moved", "gone"]


def test_errors_are_one_line(place, tmp_path):
    assert "no device of the history" in run("history", "show", "10.9.9.9", "--history", place).error
    assert "no history yet" in run("history", "list", "--history", tmp_path / "none").error
    assert "--bundle: name one inventory" in run("history", "add", "a", "b", "--bundle", "c", "--history", place).error
    assert run("history", "add", "/no/such", "--history", place).code == 2


def test_recording_must_be_that_of_the_run(place, tmp_path):
    made = recorded()

    assert (
        "it is the recording of run"
        in run("history", "add", tmp_path / "0.json", "--bundle", made.bundle, "--history", place).error
    )
    assert run("history", "add", made.inventory, "--bundle", made.bundle, "--history", place).code == 0
    assert "with recording" in run("history", "list", "--history", place).text


def test_prune_says_what_it_drops_and_what_it_keeps(place):
    before = run("history", "progress", "-o", "json", "--history", place).out
    ended = run("history", "prune", "--before", "2026-02-02", "--history", place)

    assert "of 2 runs" in ended.text
    assert "kept: what each run found" in ended.text
    assert run("history", "progress", "-o", "json", "--history", place).out == before
    assert "was pruned" in run("history", "show", "run-0", "--history", place).error
    assert "pruned 20" in run("history", "list", "--history", place).text


def test_export_and_import(place, tmp_path):
    out, new = tmp_path / "out.db", tmp_path / "new.db"

    assert "written: 4 runs" in run("history", "export", out, "--history", place).text
    assert "4 runs (0 known before)" in run("history", "import", out, "--history", new).text
    assert "0 runs (4 known before)" in run("history", "import", out, "--history", new).text
    assert "a file already" in run("history", "export", out, "--history", place).error
    assert "written: 0 runs" in run("history", "export", tmp_path / "x.db", "--site", "x", "--history", place).text


def test_run_that_cannot_be_taken_is_4(place, tmp_path):
    other = tmp_path / "o.db"
    run("history", "add", inventory(tmp_path / "x.json", 0, PRINTER), "--history", other)
    ended = run("history", "import", other, "--history", place)

    assert ended.code == 4
    assert "another content" in ended.err


def test_replay_stores_its_run_and_the_recording(tmp_path):
    made, place = recorded(), tmp_path / "h.db"
    ended = run("replay", made.bundle, "--history", place, "-o", "json")

    assert ended.code == 0
    assert f"stored as run {read(made.inventory).run.id}" in ended.err
    assert "with recording" in run("history", "list", "--history", place).text
    assert "has it already" in run("replay", made.bundle, "--history", place, "-o", "json").err
