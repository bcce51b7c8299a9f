import fcntl
import gc
import os
import resource
import select
import socket
import threading
import time
from contextlib import closing

import pytest

from netaudit.wire.readiness import ENDED, READ, WRITE, Bell, Watch, readable


@pytest.fixture
def pairs():
    ends = [socket.socketpair() for _ in range(3)]
    yield ends
    for pair in ends:
        for end in pair:
            end.close()


def test_what_has_something_to_say_is_given_in_order(pairs):
    for number in (2, 0):
        pairs[number][1].send(b"x")

    assert readable([ours for ours, _ in pairs], 1.0) == [pairs[0][0], pairs[2][0]]


def test_silence_ends_after_the_time_given(pairs):
    started = time.monotonic()
    found = readable([ours for ours, _ in pairs], 0.05)

    assert found == []
    assert time.monotonic() - started >= 0.045


def test_bell_wakes_who_waits_for_sockets_and_goes_on_ringing(pairs):
    bell, ours = Bell(), [sock for sock, _ in pairs]
    silent = readable([*ours, bell], 0.0)
    threading.Timer(0.05, bell.set).start()
    woken = readable([*ours, bell], 60.0)
    bell.set()

    assert (silent, woken, readable([bell], 0.0), bell.is_set()) == ([], [bell], [bell], True)


def test_bell_that_nobody_holds_keeps_no_descriptor():
    bell = Bell()
    descriptors = bell.fileno(), bell._rung
    for descriptor in descriptors:
        os.fstat(descriptor)
    del bell
    gc.collect()

    for descriptor in descriptors:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


def test_time_that_is_over_is_one_look(pairs):
    pairs[1][1].send(b"x")

    assert readable([pairs[0][0], pairs[1][0]], -1.0) == [pairs[1][0]]


def test_other_end_that_hung_up_is_told(pairs):
    pairs[0][1].close()

    assert readable([pairs[0][0]], 1.0) == [pairs[0][0]]


def test_descriptor_that_select_cannot_take_is_waited_for(pairs):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2000:
        pytest.skip("this process may not have so many descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
    try:
        with closing(socket.socket(fileno=fcntl.fcntl(pairs[0][0], fcntl.F_DUPFD, 1500))) as high:
            assert high.fileno() >= 1500
            pairs[0][1].send(b"x")

            assert readable([high], 1.0) == [high]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def watch():
    watched = Watch()
    yield watched
    watched.close()


def test_watch_tells_whose_socket_has_something_to_say(pairs, watch):
    for number, (ours, _) in enumerate(pairs):
        watch.add(ours.fileno(), READ, f"holder {number}")
    pairs[1][1].send(b"x")

    assert watch.ready(1.0) == [("holder 1", select.EPOLLIN)]
    assert len(watch) == 3


def test_watch_tells_that_the_other_end_has_hung_up_together_with_its_last_words(pairs, watch):
    watch.add(pairs[0][0].fileno(), READ, "holder")
    pairs[0][1].send(b"bye")
    pairs[0][1].shutdown(socket.SHUT_WR)
    ((_, events),) = watch.ready(1.0)

    assert events & READ
    assert events & ENDED


def test_watch_waits_for_what_it_is_told_to(pairs, watch):
    ours = pairs[0][0].fileno()
    watch.add(ours, WRITE, "holder")
    writable = watch.ready(1.0)
    watch.change(ours, READ)
    quiet = watch.ready(0.01)

    assert (writable, quiet) == ([("holder", WRITE)], [])


def test_watch_tells_of_all_at_once_however_many(pairs, watch):
    """Whoever is not told of after a standstill would be held for late."""
    pairs[0][1].send(b"x")
    copies = [os.dup(pairs[0][0].fileno()) for _ in range(400)]
    for copy in copies:
        watch.add(copy, READ, copy)
    told = watch.ready(1.0)
    for copy in copies:
        watch.drop(copy)
        os.close(copy)

    assert sorted(told) == [(copy, READ & select.EPOLLIN) for copy in sorted(copies)]


def test_what_is_dropped_is_not_told_of(pairs, watch):
    watch.add(pairs[0][0].fileno(), READ, "holder")
    pairs[0][1].send(b"x")
    watch.drop(pairs[0][0].fileno())

    assert watch.ready(0.01) == []
    assert not watch


def test_watch_that_waits_for_nothing_waits_its_time(watch):
    started = time.monotonic()

    assert watch.ready(0.05) == watch.ready(-1.0) == []
    assert time.monotonic() - started >= 0.045
