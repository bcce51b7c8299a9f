"""Export and import: no run twice, no run lost, pruned ones too."""

import shutil
import sqlite3

import pytest
from history.test_store import run_of
from support.inventories import SMALL, crowd
from support.recorded import recorded

from netaudit.history import Fact, History, follow
from netaudit.history.transfer import export, read_in
from netaudit.inventory import encode, read

FACT = Fact(id="f1", at="2026-05-01T00:00:00Z", kind="mark", subject="mac-7", object="planned")


@pytest.fixture
def history(place, tmp_path):
    with History(place, folder=tmp_path / "bundles") as opened:
        yield opened


def filled(path, *numbers):
    with History(path) as opened:
        for number in numbers:
            opened.add(run_of(number))
        opened.note([FACT])
    return path


def test_histories_of_two_machines_become_one_without_doubles(history, tmp_path):
    one, other = filled(tmp_path / "a.db", 1, 2, 3), filled(tmp_path / "b.db", 3, 4)
    first, second, again = (read_in(history, path) for path in (one, other, one))

    assert (first.runs, first.known, first.facts) == (3, 0, 1)
    assert (second.runs, second.known, second.facts) == (1, 1, 0)
    assert (again.runs, again.known) == (0, 3)
    assert [run.id for run in history.runs()] == ["run-1", "run-2", "run-3", "run-4"]
    assert all(encode(history.load(f"run-{n}")) == encode(run_of(n)) for n in range(1, 5))


def test_export_is_a_history_and_brings_its_recordings(history, tmp_path):
    history.add(read(recorded().inventory), recorded().bundle)
    history.add(run_of(1))
    history.add_reading(run_of(1))
    history.note([FACT])
    taken = export(history, tmp_path / "out.db", recordings=True)

    assert (taken.runs, taken.readings, taken.facts, taken.refused) == (2, 1, 1, ())
    assert sorted(path.name for path in tmp_path.glob("out.db*")) == ["out.db", "out.db.bundles"]
    with History(tmp_path / "new.db") as opened:
        read_in(opened, tmp_path / "out.db")
        assert opened.runs() == history.runs()
        assert opened.bundle(read(recorded().inventory).run.id).read_bytes() == recorded().bundle.read_bytes()
        assert follow(opened) == follow(history)


def test_export_of_some_runs_and_without_recordings(history, tmp_path):
    history.add(read(recorded().inventory), recorded().bundle)
    history.add(run_of(1))
    taken = export(history, tmp_path / "out.db", recordings=False, runs={"run-1"})

    assert taken.runs == 1
    assert not (tmp_path / "out.db.bundles").exists()
    with pytest.raises(ValueError, match="a file already"):
        export(history, tmp_path / "out.db", recordings=False)


def test_pruned_runs_go_along(history, tmp_path):
    for number, made in enumerate((SMALL, None, SMALL)):
        history.add(run_of(number, made) if made else replaced(crowd(40), run_of(number).run))
    history.prune(run_of(2).run.started_at)
    taken = export(history, tmp_path / "out.db", recordings=False)

    assert (taken.runs, taken.refused) == (3, ())
    with History(tmp_path / "out.db") as opened:
        assert follow(opened) == follow(history)
        assert opened.find("run-0").pruned_at


def replaced(made, run):
    return type(made)(run=run, coverage=made.coverage, assets=made.assets, problems=made.problems)


def test_run_with_another_content_is_refused_and_told(history, tmp_path):
    history.add(replaced(crowd(3), run_of(1).run))
    taken = read_in(history, filled(tmp_path / "a.db", 1, 2))

    assert taken.runs == 1
    assert "run-1 is stored with another content" in taken.refused[0]


def test_file_is_not_touched_and_its_log_is_read(tmp_path, history):
    with History(tmp_path / "live.db") as running:
        running.add(run_of(1))
        for name in ("live.db", "live.db-wal"):
            shutil.copy(tmp_path / name, tmp_path / name.replace("live", "copy"))
    before = (tmp_path / "copy.db").read_bytes()

    assert read_in(history, tmp_path / "copy.db").runs == 1
    assert (tmp_path / "copy.db").read_bytes() == before


def test_what_is_no_history_is_one_line(history, tmp_path):
    (tmp_path / "x").write_text("no database" * 100)
    with pytest.raises(ValueError, match="not a database"):
        read_in(history, tmp_path / "x")
    with pytest.raises(ValueError, match="no such file"):
        read_in(history, tmp_path / "none")


def test_part_that_is_not_what_it_is_called_by_is_refused(history, tmp_path):
    path = filled(tmp_path / "a.db", 1)
    with History(path) as other:
        other.prune("2100")
    with sqlite3.connect(path) as link:
        link.execute("UPDATE asset SET core = (SELECT core FROM asset ORDER BY digest LIMIT 1)")
    link.close()
    taken = read_in(history, path)

    assert taken.runs == 0
    assert "a part is not what it is called by" in taken.refused[0]


def test_missing_part_is_one_line(tmp_path):
    path = filled(tmp_path / "a.db", 1)
    with sqlite3.connect(path) as link:
        link.execute("DELETE FROM asset")
    link.close()

    with History(path) as history, pytest.raises(ValueError, match="is missing: take it from a copy"):
        follow(history)
    with History(path) as history, pytest.raises(ValueError, match="was changed"):
        history.load("run-1")
