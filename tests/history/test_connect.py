"""Where a history stands: the default, files and URLs, and one line where it cannot be used."""

import sqlite3
import threading
from contextlib import closing

import pytest

from netaudit.history import History
from netaudit.history.connect import connect, default_path, place_of
from netaudit.history.tables import CURRENT, version_of


def test_default_is_in_the_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    assert default_path().name == "history.db"
    assert place_of(None).database == str(default_path())


def test_file_and_urls_are_told_apart(tmp_path):
    assert place_of(tmp_path / "x").database == str(tmp_path / "x")
    assert place_of("postgresql://u:p@h/d").drivername == "postgresql+psycopg"
    assert place_of("sqlite:////tmp/x").database == "/tmp/x"


@pytest.mark.parametrize("where", ["mysql://h/d", "nonsense://", "://", "sqlite://"])
def test_other_urls_are_refused(where):
    with pytest.raises(ValueError, match="--history: "):
        place_of(where)


def test_what_is_no_history_is_one_line(tmp_path):
    (tmp_path / "x").write_text("this is no database, and long enough to be one" * 30)
    with pytest.raises(ValueError, match="x: file is not a database"):
        History(tmp_path / "x")


def test_server_that_is_not_there_is_one_line_without_its_password(tmp_path):
    pytest.importorskip("psycopg")
    with pytest.raises(ValueError, match="can it be used") as caught:
        History(f"postgresql://u:secret@/d?host={tmp_path}")

    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_new_file_that_another_sets_up_is_waited_for(tmp_path):
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE t (x)")
        release = threading.Timer(0.3, other.execute, ["ROLLBACK"])
        release.start()
        engine = connect(place_of(path), create=True)
        release.join()

    with engine.connect() as link:
        assert link.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert version_of(link) == CURRENT
    engine.dispose()
