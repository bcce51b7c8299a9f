"""What every test gets: a journal of all that netaudit sends, and no thread left behind."""

import importlib.util
import os
import tempfile
import threading
from pathlib import Path

import pytest

pytest.register_assert_rewrite("support.fleet_checks")  # lets checks that several tests share say what they compared

HERE = Path(__file__).parent
JOURNAL_FOLDER = HERE / "support" / "journal"
LAST = "test_never.py"  # judges what all others sent


def pytest_addoption(parser):
    parser.addoption("--accept", action="store_true", help="rewrite the golden files instead of comparing with them")


def pytest_configure(config):
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


@pytest.fixture(autouse=True)
def _no_thread_left():
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive() and not t.name.startswith("pytest")]
    for thread in left:
        thread.join(timeout=2)
    left = [thread for thread in left if thread.is_alive()]
    assert not left, f"threads left behind: {left}"
