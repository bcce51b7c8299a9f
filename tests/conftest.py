"""What every test gets: a journal of all that netaudit sends, and no thread left behind."""

import importlib.util
import os
import signal
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("support.fleet_checks")  # lets checks that several tests share say what they compared

HERE = Path(__file__).parent
JOURNAL_FOLDER = HERE / "support" / "journal"
LAST = "test_never.py"  # judges what all others sent
THREAD_ENDS_S = 30  # one that is left behind never ends, and one that has its end before it needs a processor

# Examples are the same on every machine, and none fails because the machine is busy: a time is no property of the code.
# `--hypothesis-profile=search` looks for new ones.
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", settings.get_profile("search"), derandomize=True, database=None)
settings.load_profile("steady")


def pytest_addoption(parser):
    parser.addoption("--accept", action="store_true", help="rewrite the golden files instead of comparing with them")


def pytest_configure(config):
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in the background of a shell, and so in all that we start
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "NETAUDIT_TEST_JOURNAL" in os.environ:
        return
    handle, path = tempfile.mkstemp(prefix="netaudit-sent-", suffix=".jsonl")
    os.close(handle)
    os.environ["NETAUDIT_TEST_JOURNAL"] = path
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(JOURNAL_FOLDER), os.environ.get("PYTHONPATH"))))
    spec = importlib.util.spec_from_file_location("journal", JOURNAL_FOLDER / "sitecustomize.py")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))  # it installs itself, as in every child process


def pytest_unconfigure(config):
    path = os.environ.pop("NETAUDIT_TEST_JOURNAL", None)
    if path:
        Path(path).unlink(missing_ok=True)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name == LAST)


@pytest.fixture
def accept(request):
    """Whether golden files are to be rewritten."""
    return request.config.getoption("--accept")


@pytest.fixture
def nobody_there(monkeypatch):
    """For scans by SADP of addresses where nobody is: answers that cannot come are hardly waited for."""
    from netaudit.discovery import sadp

    monkeypatch.setattr(sadp, "_LISTEN_S", 0.1)


@pytest.fixture(autouse=True)
def _no_thread_left():
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive() and not t.name.startswith("pytest")]
    until = time.monotonic() + THREAD_ENDS_S
    for thread in left:
        thread.join(timeout=max(0, until - time.monotonic()))
    left = [thread for thread in left if thread.is_alive()]
    assert not left, f"threads left behind: {left}"
