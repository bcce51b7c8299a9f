"""History on a terminal."""

from io import StringIO

from support.inventories import ACTING, SMALL, hostile

from netaudit.history import History, compare, follow
from netaudit.history.table import write_device, write_drift, write_runs
from netaudit.inventory import Document, document


def written(write, *given):
    stream = StringIO()
    write(*given, stream)
    return stream.getvalue()


def test_drift_is_harmless_and_complete():
    empty = Document(run=hostile().run, coverage=hostile().coverage, assets=(), problems=())
    text = written(write_drift, compare(empty, hostile()))

    assert "12 appeared" in text
    assert not set(text) & set(ACTING)


def test_runs_and_devices_are_shown(tmp_path):
    with History(tmp_path / "h") as history:
        history.add(document(SMALL))
        timeline = follow(history)
        runs = written(write_runs, history.runs())

    assert "run-1" in runs
    assert "in the inventory" in runs
    page = written(write_device, timeline.devices[0], timeline.changes)
    assert "First seen 2026-01-31T09:00:00Z" in page
