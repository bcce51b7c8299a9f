"""The store: runs come back byte for byte, nothing is overwritten, and a killed program leaves a whole history."""

import multiprocessing
import os
import signal
import sqlite3
import stat
import time
from dataclasses import replace

import pytest
from sqlalchemy import select
from support.inventories import RUN, SMALL, crowd, hostile
from support.recorded import recorded

from netaudit.history import Fact, History
from netaudit.history.tables import ASSET, PIECE
from netaudit.inventory import document, encode, read

DAY = 86_400


def run_of(number, inventory=SMALL, site=None):
    """The inventory as a run of its own, a day after the one before it."""
    start = RUN.started_at + number * DAY
    return document(replace(inventory, run=replace(RUN, id=f"run-{number}", site=site, started_at=start)))


@pytest.fixture
def history(place, tmp_path):
    with History(place, folder=tmp_path / "bundles") as opened:
        yield opened


@pytest.mark.parametrize(
    "made", [lambda: run_of(1), hostile, lambda: read(recorded().inventory)], ids=["small", "hostile", "recorded"]
)
def test_run_comes_back_byte_for_byte(history, made):
    assert history.add(made())

    assert encode(history.load(made().run.id)) == encode(made())


def test_run_with_other_replies_comes_back_byte_for_byte(history):
    later = run_of(2)
    first = later.assets[0]
    evidence = tuple(replace_struct(e, reply=f"sha256:{'5' * 64}", value="nonce 2") for e in first.evidence)
    later = replace_struct(later, assets=(replace_struct(first, evidence=evidence), *later.assets[1:]))
    history.add(run_of(1))
    history.add(later)

    assert encode(history.load("run-2")) == encode(later)
    assert encode(history.load("run-1")) == encode(run_of(1))
    assert rows(history, ASSET) == len(later.assets)


def replace_struct(struct, **changed):
    return type(struct)(**{name: changed.get(name, getattr(struct, name)) for name in struct.__struct_fields__})


def test_inventory_in_another_order_comes_back_in_it(history):
    turned = replace_struct(run_of(1), assets=run_of(1).assets[::-1])
    history.add(turned)

    assert history.load("run-1") == turned


def rows(history, table):
    with history.engine.connect() as link:
        return len(link.execute(select(table.c.digest)).all())


def test_what_is_the_same_is_stored_once(history):
    for number in range(5):
        history.add(run_of(number))

    assert rows(history, ASSET) == len(SMALL.assets)
    assert rows(history, PIECE) <= len(SMALL.assets) + 2


def test_run_is_stored_once_and_never_overwritten(history):
    assert history.add(run_of(1))
    assert not history.add(run_of(1))
    with pytest.raises(ValueError, match="another content"):
        history.add(run_of(1, replace(SMALL, assets=())))

    assert encode(history.load("run-1")) == encode(run_of(1))


def test_ids_that_are_not_unique_are_refused(history):
    twice = replace_struct(run_of(1), assets=(run_of(1).assets[0],) * 2)
    with pytest.raises(ValueError, match="is the id of 2 assets"):
        history.add(twice)

    assert history.runs() == ()


def test_runs_are_listed_in_the_order_of_their_starts(history):
    for number, site in ((3, "a"), (1, "a"), (2, "b")):
        history.add(run_of(number, site=site))

    assert [run.id for run in history.runs()] == ["run-1", "run-2", "run-3"]
    assert [run.id for run in history.runs("a")] == ["run-1", "run-3"]
    assert history.runs()[0].assets == len(SMALL.assets)


def test_run_is_found_by_the_beginning_of_its_id_and_as_the_latest(history):
    for number in (1, 12, 2):
        history.add(run_of(number, site="a" if number == 1 else None))

    assert history.find("run-12").id == "run-12"
    assert history.find("run-1").id == "run-1"
    assert history.find("latest").id == "run-12"
    assert history.find("latest:a").id == "run-1"
    for name in ("run-", "", "x", "latest:x"):
        with pytest.raises(ValueError, match="history list"):
            history.find(name)


def test_bundle_is_kept_once_and_checked(history, tmp_path):
    made = recorded()
    history.add(read(made.inventory), made.bundle)
    history.add(run_of(1), made.bundle)
    kept = history.bundle("run-1")

    assert kept.read_bytes() == made.bundle.read_bytes()
    assert [path.name for path in history.folder.iterdir()] == [kept.name]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.chmod(0o600)
    kept.write_bytes(b"x")
    with pytest.raises(ValueError, match="was changed"):
        history.bundle("run-1")
    kept.unlink()
    with pytest.raises(ValueError, match="is missing"):
        history.bundle("run-1")


def test_bundle_can_follow_its_run(history):
    made = recorded()
    history.add(read(made.inventory))
    assert history.bundle("latest") is None

    assert not history.add(read(made.inventory), made.bundle)
    assert history.bundle("latest") is not None


def test_facts_are_kept_once_in_their_order(history):
    facts = [Fact(id=f"{n}", at=f"2026-01-0{n}T00:00:00Z", kind="mark", subject="x", object="planned") for n in (2, 1)]

    assert history.note(facts) == 2
    assert history.note(facts) == 0
    assert [fact.id for fact in history.facts()] == ["1", "2"]


def test_reading_stands_beside_its_run(history):
    history.add(run_of(1))
    again = run_of(1, replace(SMALL, assets=SMALL.assets[:2]))

    assert history.add_reading(again, read_at="2026-03-01T00:00:00Z")
    assert not history.add_reading(again)
    assert list(history.readings()) == [("2026-03-01T00:00:00Z", again)]
    assert encode(history.load("run-1")) == encode(run_of(1))


def test_pruned_run_keeps_what_was_found(history, tmp_path):
    for number in (1, 2):
        history.add(run_of(number), recorded().bundle)
    before = list(history.rows())

    assert history.prune(run_of(2).run.started_at, recordings_only=True) == (1, 0)
    assert history.find("run-1").bundle is None
    assert encode(history.load("run-1")) == encode(run_of(1))
    assert history.prune(run_of(2).run.started_at) == (1, 0)
    assert history.find("run-1").pruned_at
    assert list(history.rows()) == before
    with pytest.raises(ValueError, match="was pruned"):
        history.load("run-1")
    assert encode(history.load("run-2")) == encode(run_of(2))
    assert history.prune("2100") == (1, recorded().bundle.stat().st_size)
    assert history.prune("2100") == (0, 0)
    assert list(history.folder.iterdir()) == []


def test_file_is_for_its_owner_only_and_must_be_there_to_be_read(tmp_path):
    path = tmp_path / "folder" / "history.db"
    with pytest.raises(ValueError, match="there is no history yet"):
        History(path, create=False)
    with History(path) as history:
        history.add(run_of(1))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with sqlite3.connect(path) as link:
        assert link.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    link.close()


def test_changed_byte_is_told(tmp_path):
    with History(tmp_path / "h") as history:
        history.add(run_of(1))
    with sqlite3.connect(tmp_path / "h") as link:
        link.execute("UPDATE run SET sha256 = ?", ["0" * 64])
    link.close()

    with History(tmp_path / "h") as history, pytest.raises(ValueError, match="was changed"):
        history.load("run-1")


def store(place, numbers, ready=None):
    with History(place) as history:
        for number in numbers:
            history.add(run_of(number, site=f"process {os.getpid()}"))
            if ready:
                ready.set()


def test_two_processes_that_store_at_once_both_land(place):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=store, args=(place, range(start, start + 10))) for start in (0, 10)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(300)

    assert [worker.exitcode for worker in workers] == [0, 0]
    with History(place) as history:
        assert len(history.runs()) == 20
        assert len({run.site for run in history.runs()}) == 2
        assert all(encode(history.load(run.id)) for run in history.runs())


def store_for_ever(place, ready):
    with History(place) as history:
        for number in range(100_000):
            history.add(replace_struct(crowd(300), run=run_of(number).run))
            ready.set()


def test_killed_in_the_middle_a_run_is_whole_or_absent(place):
    context = multiprocessing.get_context("spawn")
    for wait_s in (0.01, 0.05, 0.12):
        ready = context.Event()
        worker = context.Process(target=store_for_ever, args=(place, ready))
        worker.start()
        while not ready.wait(0.1):
            assert worker.is_alive()
        time.sleep(wait_s)
        os.kill(worker.pid, signal.SIGKILL)
        worker.join(120)

    with History(place) as history:
        runs = history.runs()
        assert runs
        assert all(len(history.load(run.id).assets) == 300 for run in runs[-3:])
