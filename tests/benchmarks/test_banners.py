"""That every page is fetched, also from old devices, and that netaudit costs no multiple of a bare client."""

import shutil

import pytest
from benchmarks.banner_clients import is_whole
from benchmarks.banners import BARE, ENGINE, NAMES, measure, outcome

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
DEVICES = 300


@pytest.fixture(scope="module")
def contests():
    return measure(1, DEVICES)


def processor(contest, name):
    return min(outcome(cost)["processor"] for cost in contest.runs[name])


def test_every_page_is_fetched(contests):
    answered = {outcome(cost)["answered"] for contest in contests for name in NAMES for cost in contest.runs[name]}

    assert answered == {DEVICES}


def test_engine_keeps_up_with_a_bare_client(monkeypatch):
    """About twice its time of a processor on a quiet machine, behind TLS about as much."""
    monkeypatch.delenv("NETAUDIT_TEST_JOURNAL", raising=False)  # it takes longer than the rest; the others keep it
    plain, secured = measure(3, DEVICES, {ENGINE: "engine", BARE: "epoll"})

    assert processor(plain, ENGINE) < 5 * processor(plain, BARE)
    assert processor(secured, ENGINE) < 2.5 * processor(secured, BARE)


def test_rate_is_told_beside_the_bare_client(contests):
    assert contests[0].notes[BARE].startswith("300 of 300 pages, ")
    assert contests[0].notes[BARE].endswith(" 1.00 of the bare client's rate")


def test_page_that_lacks_a_byte_is_not_whole():
    page = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1500

    assert is_whole(page)
    assert not is_whole(page[:-1])
    assert not is_whole(b"")
