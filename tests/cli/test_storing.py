"""--store and --history: kept where asked for, checked before any work, and nowhere else."""

import click
from support.commands import run
from support.inventories import SMALL
from support.recorded import recorded

from netaudit.cli.storing import check_store, store_if_asked, store_options
from netaudit.history import History
from netaudit.inventory import document


@click.command()
@store_options
def verb():
    check_store()
    store_if_asked(document(SMALL), None, quiet=True)


def call(*words):
    verb.main([str(word) for word in words], standalone_mode=False)


def test_run_is_kept_where_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    call()
    assert list(tmp_path.iterdir()) == []

    call("--store")
    with History(create=False) as history:
        assert [run.id for run in history.runs()] == ["run-1"]
    call("--history", tmp_path / "other.db")
    assert (tmp_path / "other.db").is_file()


def test_nothing_is_kept_where_nobody_asks():
    check_store()
    store_if_asked(document(SMALL), None, quiet=True)


def test_place_that_cannot_be_used_is_told_before_any_work(tmp_path):
    (tmp_path / "x").write_text("no database" * 100)
    ended = run("replay", recorded().bundle, "--history", tmp_path / "x", "-o", f"json={tmp_path / 'y'}")

    assert ended.code == 2
    assert "not a database" in ended.error
    assert not (tmp_path / "y").exists()
