import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from netaudit.records import elsewhere
from netaudit.records.elsewhere import Elsewhere

REAL = elsewhere._is_possible


@pytest.fixture(autouse=True)
def possible(monkeypatch):
    """The tests want another process on a machine with one processor too."""
    monkeypatch.setattr(elsewhere, "_is_possible", lambda: True)


def processes(count):
    for _ in range(count):
        yield os.getpid()


def failing():
    yield from range(100)
    raise ValueError("the file is damaged")


def dying():
    yield from range(100)
    if os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    yield from range(100, 200)


HERE = os.getpid()


def becomes_true(happened):
    """Whether another process makes it true in a minute."""
    until = time.monotonic() + 60
    while not (found := happened()) and time.monotonic() < until:
        time.sleep(0.01)
    return found


def test_results_come_in_their_order_from_another_process():
    with Elsewhere(lambda: ((os.getpid(), n) for n in range(1000))) as work:
        results = list(work)

    assert [n for _, n in results] == list(range(1000))
    assert os.getpid() not in {pid for pid, _ in results}


def test_work_begins_before_its_results_are_asked_for(tmp_path):
    def noted():
        (tmp_path / "begun").touch()
        yield 1

    with Elsewhere(noted) as work:
        assert becomes_true((tmp_path / "begun").exists)
        assert list(work) == [1]


@pytest.mark.parametrize("size", [1, 100_000, 3 << 20])
def test_results_of_any_size_arrive(monkeypatch, size):
    monkeypatch.setattr(elsewhere, "_MOST_WAITING", 1 << 20)
    with Elsewhere(lambda: (bytes([n]) * size for n in range(10))) as work:
        assert list(work) == [bytes([n]) * size for n in range(10)]


def test_other_process_does_not_run_far_ahead_of_who_takes_its_results(monkeypatch, tmp_path):
    monkeypatch.setattr(elsewhere, "_MOST_WAITING", 1 << 20)

    def noted():
        with (tmp_path / "made").open("ab", buffering=0) as made:
            for _ in range(1000):
                made.write(b".")
                yield bytes(100_000)

    with Elsewhere(noted) as work:
        results = iter(work)
        next(results)
        time.sleep(0.5)

        assert 0 < (tmp_path / "made").stat().st_size < 400  # 64 in each piece, a piece in hand and one in the pipe


def test_what_the_work_raises_is_raised_here_after_what_it_gave():
    results = []
    with Elsewhere(failing) as work, pytest.raises(ValueError, match="damaged"):
        results.extend(work)

    assert results == list(range(100))


def test_rest_is_worked_out_here_where_the_other_process_dies():
    with Elsewhere(dying) as work:
        assert list(work) == list(range(200))


@pytest.mark.parametrize("taken", [0, 1, 1000])
def test_other_process_ends_with_the_context(taken):
    with Elsewhere(lambda: ((os.getpid(), bytes(10_000)) for _ in range(100_000))) as work:
        results = iter(work)
        pid = work._pid
        for _ in range(taken):
            next(results)

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_is_not_worth_it_is_done_here_and_only_when_asked_for():
    with Elsewhere(lambda: processes(3), worth_it=False) as work:
        assert list(work) == [os.getpid()] * 3


@pytest.mark.parametrize(("processors", "threads", "forks"), [(2, 1, True), (8, 1, True), (1, 1, False), (2, 2, False)])
def test_no_fork_where_there_is_one_processor_or_another_thread(monkeypatch, processors, threads, forks):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(processors)), raising=False)
    monkeypatch.setattr(threading, "active_count", lambda: threads)

    assert REAL() is forks


def test_work_is_done_here_where_no_more_processes_are_allowed(monkeypatch):
    def refused():
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    with Elsewhere(lambda: processes(2)) as work:
        assert list(work) == [os.getpid()] * 2

    assert len(list(Path("/proc/self/fd").iterdir())) == open_before


def test_other_process_ends_soon_after_the_first_one_was_killed(tmp_path):
    noted = tmp_path / "pid"
    code = f"""
import os, pathlib, signal, time
from netaudit.records import elsewhere
elsewhere._is_possible = lambda: True
elsewhere._LOOK_S = 0.1
def endless():
    pathlib.Path({str(noted)!r}).write_text(str(os.getpid()))
    while True:
        time.sleep(0.01)
    yield
with elsewhere.Elsewhere(endless):
    while not pathlib.Path({str(noted)!r}).exists() or not pathlib.Path({str(noted)!r}).read_text():
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=300).returncode == -signal.SIGKILL
    pid = int(noted.read_text())
    ended = becomes_true(lambda: has_ended(pid))
    if not ended:
        os.kill(pid, signal.SIGKILL)

    assert ended


def has_ended(pid):
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("ignored", [True, False])
def test_other_process_minds_signals_as_the_first_one_does(monkeypatch, number, ignored):
    def signalled():
        if os.getpid() != HERE:
            os.kill(os.getpid(), number)
        yield os.getpid()

    monkeypatch.setattr(signal, "getsignal", lambda _number: signal.SIG_IGN if ignored else signal.default_int_handler)
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with Elsewhere(signalled) as work:
            (where,) = work
    finally:
        signal.signal(number, before)

    assert (where != os.getpid()) is ignored
