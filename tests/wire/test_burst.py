import errno
import json
import os
import socket
from pathlib import Path

import pytest

from netaudit.wire import burst
from netaudit.wire.burst import MOST, Burst

FRAME, PLACE = bytes(range(60)), 38


@pytest.fixture
def wire():
    """The two ends of a link that keeps frames apart."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    near.setblocking(False)
    far.setblocking(False)
    with near, far:
        yield near, far


@pytest.fixture(params=["at once", "one by one"])
def way(request, monkeypatch):
    if request.param == "one by one":
        monkeypatch.setattr(burst, "_sendmmsg", lambda: None)
    elif burst._sendmmsg() is None:
        pytest.skip("this system has no sendmmsg(2)")


def fillings(count):
    return [number.to_bytes(4) for number in range(count)]


def received(far):
    frames = []
    while True:
        try:
            frames.append(far.recv(100))
        except BlockingIOError:
            return frames


@pytest.mark.parametrize("count", [1, 2, 7])
def test_each_frame_has_its_own_bytes_in_the_one_place(wire, way, count):
    near, far = wire
    sender = Burst(near, FRAME, PLACE)
    sender.send(fillings(20))
    received(far)

    assert sender.send(fillings(count)) == count
    assert received(far) == [FRAME[:PLACE] + four + FRAME[PLACE + 4 :] for four in fillings(count)]


def test_no_more_than_most_leave_at_once(wire, way):
    near, far = wire
    sender, sent, came = Burst(near, FRAME, PLACE), 0, []
    while sent < MOST + 10:
        sent += sender.send(fillings(MOST + 10)[sent:])
        came += received(far)

    assert [frame[PLACE : PLACE + 4] for frame in came] == fillings(MOST + 10)


def test_what_the_link_does_not_take_is_told_by_number_and_then_by_error(wire, way):
    near, far = wire
    sender = Burst(near, FRAME, PLACE)
    first = sender.send(fillings(MOST))
    with pytest.raises(BlockingIOError) as told:
        sender.send(fillings(MOST))

    assert 0 < first < MOST
    assert told.value.errno == errno.EAGAIN
    assert [frame[PLACE : PLACE + 4] for frame in received(far)[:first]] == fillings(first)


def test_link_that_is_no_socket_of_the_system_sends_one_by_one(wire):
    near, far = wire

    class Other:
        send = staticmethod(near.send)

    assert Burst(Other(), FRAME, PLACE).send(fillings(3)) == 3
    assert len(received(far)) == 3


def test_the_journal_of_the_suite_notes_every_frame_of_a_burst(wire):
    near, far = wire
    journal = Path(os.environ["NETAUDIT_TEST_JOURNAL"])
    before = journal.stat().st_size
    Burst(near, FRAME, PLACE).send(fillings(3))
    lines = [json.loads(line) for line in journal.read_bytes()[before:].splitlines()]
    noted = [bytes.fromhex(line["data"]) for line in lines if __file__.rpartition("/")[2] in line["test"]]

    assert noted == received(far)
