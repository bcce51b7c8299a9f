"""netaudit diff: exit codes, outputs, and stored runs by name."""

import json
from dataclasses import replace

import pytest
from support.commands import run
from support.inventories import PRINTER, RELABEL, RUN, SMALL, hostile

from netaudit.history import History
from netaudit.inventory import document, read, write


@pytest.fixture
def files(tmp_path):
    """Two inventories: in the second a camera is gone."""
    calm = replace(SMALL, coverage=replace(SMALL.coverage, gaps=()), problems=())
    paths = tmp_path / "old.json", tmp_path / "new.json"
    later = replace(RUN, id="run-2", started_at=RUN.started_at + 60)
    write(document(replace(calm, assets=(PRINTER, RELABEL))), paths[0])
    write(document(replace(calm, run=later, assets=(PRINTER,))), paths[1])
    return paths


def test_same_is_0_and_different_is_1(files):
    assert run("diff", files[0], files[0]).code == 0
    assert "the same" in run("diff", files[0], files[0]).text
    ended = run("diff", *files)

    assert (ended.code, ended.err) == (1, "")
    assert "1 gone" in ended.text
    assert "serial-5" in ended.text


def test_formats(files, tmp_path):
    ended = run("diff", *files, "-o", "json", "-o", f"markdown={tmp_path / 'x.md'}")

    assert json.loads(ended.out)["counts"] == {"gone": 1}
    assert "## Gone" in (tmp_path / "x.md").read_text()
    assert "no such format" in run("diff", *files, "-o", "xml").error


def test_errors_are_2_and_one_line(files, tmp_path):
    (tmp_path / "x").write_text("x")

    assert run("diff", files[0], tmp_path / "x").code == 2
    assert "not an inventory" in run("diff", files[0], tmp_path / "x").error
    assert "there is no such file" in run("diff", files[0], "/no/such.json").error
    assert "no history yet" in run("diff", files[0], "latest", "--history", tmp_path / "none").error
    assert run("diff", files[0]).code == 2


def test_stored_runs_are_named(files, tmp_path):
    place = tmp_path / "h.db"
    with History(place) as history:
        for path in files:
            history.add(read(path))

    assert run("diff", "run-1", "run-2", "--history", place).code == 1
    assert (
        run("diff", "run-1", files[1], "--history", place, "-o", "json").text == run("diff", *files, "-o", "json").text
    )
    assert run("diff", "latest", files[1], "--history", place).code == 0
    assert "no such run" in run("diff", "latest", "other", "--history", place).error


def test_what_devices_said_does_not_act(tmp_path, files):
    write(hostile(), tmp_path / "h.json")

    for form in ("table", "json", "markdown"):
        out = run("diff", files[0], tmp_path / "h.json", "-o", form).text

        assert out.replace("\n", "").isprintable()
