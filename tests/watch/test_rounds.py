"""Rounds: what is due is scanned once, stored, compared and told; never twice at once, never lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from filelock import FileLock
from support.inventories import RUN, SMALL

from netaudit.discovery import CHANNELS
from netaudit.history import History
from netaudit.inventory import GapDocument, document
from netaudit.model import ChannelTotal
from netaudit.tell import outbox as outbox_module
from netaudit.tell.receivers import Webhook
from netaudit.watch.memory import Memory, named, recall, remember
from netaudit.watch.rounds import COMPLETE, FAILED, INCOMPLETE, NOTHING_DUE, Post, run_due, watch
from netaudit.watch.settings import Site, Watch

SITE = Site(name="Depot", targets=("10.0.0.0/24",), schedule="0 2 * * *", timezone="UTC")
DONE = ChannelTotal(name="", status="done", reason=None, sent=9, received=9)
DAY = timedelta(days=1)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Scanner:
    """Stands for the network: each scan finds SMALL without the devices in `missing`."""

    def __init__(self):
        self.scanned, self.missing, self.now, self.error = [], set(), START, None
        self.complete = True

    def __call__(self, site, settings, record, stopped):
        if self.error:
            raise self.error
        self.scanned.append((site.name, self.now))
        at = self.now.timestamp()
        run = replace(RUN, id=f"{site.name}-{len(self.scanned)}", site=site.name, started_at=at, finished_at=at + 9)
        assets = tuple(a for a in SMALL.assets if a.device.id not in self.missing)
        channels = tuple(replace(DONE, name=channel.name) for channel in CHANNELS)
        coverage = replace(SMALL.coverage, gaps=(), channels=channels)
        return document(replace(SMALL, run=run, assets=assets, coverage=coverage)), self.complete


@pytest.fixture
def scanner():
    return Scanner()


@pytest.fixture
def sent(monkeypatch):
    """(receiver, kind) of every notice that was sent."""
    log = []
    monkeypatch.setattr(
        outbox_module,
        "send",
        lambda receiver, message: log.extend((message.run, n.kind, n.words) for n in message.notices),
    )
    return log


@pytest.fixture
def make(tmp_path, scanner):
    def made(*sites, **more):
        settings = Watch(
            site=sites or (SITE,), tell=(Webhook(name="chat", url="https://chat.example.org"),),
            history=str(tmp_path / "history.db"), state=str(tmp_path / "state"), **more,
        )  # fmt: skip
        return Post(settings=settings, stopped=threading.Event(), scan=scanner)

    return made


def day(post, scanner, number, **more):
    """A round on this day, at nine in the morning."""
    scanner.now = START + number * DAY
    return run_due(post, now=scanner.now, **more)


def test_a_site_is_scanned_when_its_time_has_come_and_not_before(make, scanner, sent):
    post = make()

    assert [day(post, scanner, n) for n in (0, 1, 1, 2)] == [NOTHING_DUE, COMPLETE, NOTHING_DUE, COMPLETE]
    assert len(scanner.scanned) == 2


def test_a_week_asleep_is_caught_up_once(make, scanner, sent):
    post = make()

    assert [day(post, scanner, n) for n in (0, 8, 8)] == [NOTHING_DUE, COMPLETE, NOTHING_DUE]


def test_runs_are_stored_whole(make, scanner, sent, tmp_path):
    post = make()
    day(post, scanner, 0)
    day(post, scanner, 1)

    with History(tmp_path / "history.db") as history:
        assert [run.id for run in history.runs("Depot")] == ["Depot-1"]
        assert len(history.load("Depot-1").assets) == len(SMALL.assets)


def test_each_change_is_told_once(make, scanner, sent):
    post = make(gone_after=1)
    for number in (0, 1, 2):
        day(post, scanner, number)
    scanner.missing = {"mac-7"}
    for number in (3, 4):
        day(post, scanner, number)

    assert [(run, kind) for run, kind, _ in sent] == [("Depot-3", "gone")]


def test_what_could_not_be_seen_is_a_loss_of_coverage_and_not_gone(make, scanner, sent):
    post = make(gone_after=1)
    for number in (0, 1):
        day(post, scanner, number)
    scanner.missing = {"mac-7"}
    post = replace(post, scan=lambda *given: _as_interrupted(scanner(*given)))
    for number in (2, 3):
        day(post, scanner, number)

    kinds = [(run, kind, words) for run, kind, words in sent]
    assert {(run, kind) for run, kind, _ in kinds} == {("Depot-2", "coverage_lost")}
    assert "1 known device could not be seen" in " ".join(words for _, _, words in kinds)


def _as_interrupted(given):
    found, complete = given
    gap = GapDocument(kind="interface", asset=None, detail="eth1 went down")
    coverage = msgspec.structs.replace(found.coverage, gaps=(gap,))
    return msgspec.structs.replace(found, coverage=coverage), complete


def test_what_was_stored_and_not_told_is_told_by_the_next_round(make, scanner, sent):
    post = make(gone_after=1)
    for number in (0, 1):
        day(post, scanner, number)
    before = recall(post.folder, "Depot", START)
    scanner.missing = {"mac-7"}
    day(post, scanner, 2)
    remember(post.folder, "Depot", before)  # as if it had been killed between storing and telling
    sent.clear()
    day(post, scanner, 3)

    assert [(run, kind) for run, kind, _ in sent] == [("Depot-2", "gone")]


def test_a_scan_that_fails_is_told_and_waits_for_its_next_time(make, scanner, sent):
    post = make()
    day(post, scanner, 0)
    scanner.error = OSError("no route to host")

    assert [day(post, scanner, n) for n in (1, 1)] == [FAILED, NOTHING_DUE]
    assert [(kind, "no route" in words) for _, kind, words in sent] == [("scan_failed", True)]


def test_a_failing_site_does_not_keep_others_from_their_turn(make, scanner, sent):
    other = msgspec.structs.replace(SITE, name="Other")
    post = make(SITE, other)
    day(post, scanner, 0)
    post = replace(
        post,
        scan=lambda site, *rest: (_ for _ in ()).throw(OSError("x")) if site.name == "Depot" else scanner(site, *rest),
    )

    assert day(post, scanner, 1) == FAILED
    assert [name for name, _ in scanner.scanned] == ["Other"]


def test_a_scan_that_is_cut_off_twice_waits_for_its_next_time(make, scanner, sent):
    post = make()
    day(post, scanner, 0)
    remember(post.folder, "Depot", Memory(since=START).begun(START).begun(START + DAY))

    assert [day(post, scanner, n) for n in (1, 1, 2)] == [FAILED, NOTHING_DUE, COMPLETE]
    assert "cut off 2 times" in sent[0][2]


def test_a_scan_that_was_stopped_is_caught_up_at_the_next_start(make, scanner, sent):
    post = make()
    day(post, scanner, 0)
    stopping = replace(post, scan=lambda *given: (post.stopped.set(), scanner(*given))[1])
    day(stopping, scanner, 1)

    again = replace(post, stopped=threading.Event())
    assert day(again, scanner, 1) == COMPLETE
    assert len(scanner.scanned) == 2


def test_an_incomplete_scan_says_so(make, scanner, sent):
    post = make()
    day(post, scanner, 0)
    scanner.complete = False

    assert day(post, scanner, 1) == INCOMPLETE


def test_a_site_that_somebody_else_scans_is_left_alone(make, scanner, sent):
    post = make()
    day(post, scanner, 0)

    with FileLock(post.folder / f"{named('Depot')}.lock"):
        assert day(post, scanner, 1) == NOTHING_DUE
    assert day(post, scanner, 1) == COMPLETE


def test_quiet_hours_are_waited_for(make, scanner, sent):
    post = make(msgspec.structs.replace(SITE, quiet_hours=("00:00-12:00", "12:00-24:00")))
    day(post, scanner, 0)

    assert day(post, scanner, 1) == NOTHING_DUE
    assert scanner.scanned == []


def test_a_site_that_is_named_is_scanned_at_once(make, scanner, sent):
    post = make()

    assert day(post, scanner, 0, only=frozenset({"Depot"})) == COMPLETE


def test_policies_that_nobody_knows_are_an_error_before_anything_is_sent(make, scanner, sent):
    with pytest.raises(ValueError, match="NO-SUCH"):
        day(make(policies=("NO-SUCH",)), scanner, 0)


def test_watching_ends_when_it_is_stopped(make, scanner, sent):
    post, rounds = make(), []
    remember_first = Memory(since=datetime(2026, 1, 1, tzinfo=UTC))
    post.folder.mkdir(parents=True)
    remember(post.folder, "Depot", remember_first)

    thread = threading.Thread(target=watch, args=(post, lambda: (rounds.append(1), post.stopped.set())))
    thread.start()
    thread.join(120)

    assert (rounds, thread.is_alive()) == ([1], False)


SLOW = """
import sys, time
from netaudit.watch import rounds
from netaudit.watch.settings import read_settings
from pathlib import Path
import threading

def scan(site, settings, record, stopped):
    print("scanning", flush=True)
    time.sleep(600)

rounds.run_due(rounds.Post(settings=read_settings(Path(sys.argv[1])), stopped=threading.Event(), scan=scan), frozenset({"Depot"}))
"""


def test_a_killed_watch_frees_the_site_and_remembers_the_attempt(tmp_path):
    file = tmp_path / "watch.toml"
    file.write_text(
        f'state = "{tmp_path}/state"\nhistory = "{tmp_path}/h.db"\n[[site]]\nname = "Depot"\n'
        'targets = ["127.0.0.1"]\nschedule = "0 2 * * *"\n'
    )
    process = subprocess.Popen([sys.executable, "-c", SLOW, file], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"scanning\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()

    folder = tmp_path / "state" / "watch"
    with FileLock(folder / f"{named('Depot')}.lock", timeout=0):
        assert recall(folder, "Depot", datetime.fromtimestamp(time.time(), UTC)).attempts == 1
