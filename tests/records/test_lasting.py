"""A file is written by one process at a time, and forced to the disk while it grows."""

import os
import queue
import subprocess
import sys
import threading
import time

import pytest

from netaudit.records import lasting
from netaudit.records.lasting import Forcing, check_free, force, force_names, hold, open_alone

HOLDS = "import sys, pathlib; from netaudit.records.lasting import {0}; f = {0}(pathlib.Path(sys.argv[1])); print(1); input()"
PATIENCE_S = 60
needs_locks = pytest.mark.skipif(sys.platform == "win32", reason="no flock(2)")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "b"
    path.write_bytes(b"what was there")
    return path


def another(path, how):
    """Another process that holds the file until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS.format(how), path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"1\n"
    return process


@needs_locks
@pytest.mark.parametrize("theirs", ["open_alone", "hold"])
@pytest.mark.parametrize("ours", [open_alone, hold, check_free])
def test_what_another_process_writes_is_left_alone_until_that_ends(path, theirs, ours):
    with another(path, theirs) as process:
        before = path.read_bytes()
        with pytest.raises(ValueError, match=r"^b: another netaudit is writing this file"):
            ours(path)
        assert path.read_bytes() == before
        process.kill()

    file = ours(path)
    assert file is None or file.close() is None


@needs_locks
def test_file_that_was_replaced_while_it_was_waited_for_is_not_held(path, monkeypatch):
    lock = lasting.fcntl.flock

    def replaced(*how):
        (path.parent / "other").replace(path)
        lock(*how)

    (path.parent / "other").write_bytes(b"")
    monkeypatch.setattr(lasting.fcntl, "flock", replaced)
    with pytest.raises(ValueError, match="another netaudit"):
        hold(path)


def test_file_is_written_from_its_beginning(path):
    with open_alone(path) as file:
        assert path.read_bytes() == b""
        file.write(b"new")

    assert path.read_bytes() == b"new"


def test_what_is_no_file_on_a_disk_is_written_too():
    with open_alone(lasting.Path(os.devnull)) as file:
        file.write(b"x")
        file.flush()
        force(file.fileno())


def test_file_that_grows_is_forced_and_one_that_does_not_is_left_alone(path, monkeypatch):
    forced = queue.SimpleQueue()
    monkeypatch.setattr(lasting, "FORCED_S", 0.01)
    monkeypatch.setattr(lasting, "force", forced.put)
    with path.open("ab") as file:
        forcing = Forcing(file)
        time.sleep(0.1)
        assert forced.empty()
        forcing.grown()
        assert forced.get(timeout=PATIENCE_S) == file.fileno()
        time.sleep(0.1)
        forcing.end()

        assert forced.empty()
    assert "forcing" not in {thread.name for thread in threading.enumerate()}


def grow(forcing):
    """Write more and more, for as long as a disk may take to fail."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        forcing.grown()
        time.sleep(0.01)


def test_disk_that_fails_is_told_to_whoever_writes(path, monkeypatch):
    def fails(_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(lasting, "FORCED_S", 0.01)
    monkeypatch.setattr(lasting, "force", fails)
    with path.open("ab") as file:
        forcing = Forcing(file)
        with pytest.raises(OSError, match="Input/output"):
            grow(forcing)
        forcing.end()


def test_names_in_a_folder_are_forced(path, monkeypatch):
    forced = []
    monkeypatch.setattr(lasting, "force", lambda descriptor: forced.append(os.fstat(descriptor)))
    force_names(path.parent)

    assert os.path.samestat(forced[0], path.parent.stat())
