import gc
import socket
import threading
import time
from itertools import count, pairwise

import pytest
from support.servers import open_gate, serving
from support.standstill import Standstill, time_that_passes
from support.tls import tls_server

from netaudit.model import Gap, Problem
from netaudit.wire import tcp
from netaudit.wire.gate import Gate
from netaudit.wire.readiness import Watch
from netaudit.wire.secure import modern_context
from netaudit.wire.steps import Connect, Exchange, Pause, Secure
from netaudit.wire.talk import Talk
from netaudit.wire.tcp import IN_FLIGHT, attend, converse


def remark(text):
    return Gap(kind="routed", detail=text)


def answers_at_once(sock):
    sock.recv(1024)
    sock.sendall(b"hello")
    sock.shutdown(socket.SHUT_WR)


def stays_silent(sock):
    while sock.recv(1024):
        pass


def asks(port, name="", timeout_s=60.0):
    """A conversation that asks once and tells what it heard."""
    yield Connect(port)
    outcome = yield Exchange(b"hi", lambda data: data == b"hello", 100, timeout_s)
    yield remark(f"{name}{outcome.status}")


def connects(port, name=""):
    yield Connect(port)
    yield remark(f"{name}ok")


def told(events):
    return [event.detail for event in events]


def test_results_come_in_the_order_in_which_they_are_ready(monkeypatch):
    def speaks(word, pause_s):
        yield remark(f"{word} begins")
        yield Pause(pause_s)
        yield remark(f"{word} ends")

    talks = [("127.0.0.1", speaks("slow", 3.0)), ("127.0.0.1", speaks("quick", 0.5))]
    time_that_passes(monkeypatch)

    assert told(converse(iter(talks), open_gate())) == ["slow begins", "quick begins", "quick ends", "slow ends"]


def test_conversation_without_a_step_is_one():
    def says_something():
        yield remark("one")
        yield remark("two")

    assert told(converse(iter([("127.0.0.1", says_something())]), open_gate())) == ["one", "two"]


def test_nothing_to_talk_about():
    assert list(converse(iter([]), open_gate())) == []


def test_conversations_may_come_while_others_are_held_and_the_caller_has_his_turn(monkeypatch):
    def says(word, pause_s):
        yield Pause(pause_s)
        yield remark(word)

    ready = []

    def wanted():
        yield "127.0.0.1", says("first", 0.05)
        while not ready:
            yield None
        yield "127.0.0.1", says("second", 0.01)

    time_that_passes(monkeypatch)
    heard, rounds = [], 0
    for event in attend(wanted(), open_gate()):
        rounds += event is None
        heard += [event.detail] if event else []
        ready += ["go on"] if rounds >= 3 and heard else []

    assert heard == ["first", "second"]
    assert 3 <= rounds < 40


def test_where_nobody_is_talked_to_it_is_looked_for_somebody_sooner(monkeypatch):
    waits, real = [], Watch.ready

    def wanted():
        yield None
        yield "127.0.0.1", pauses()
        yield from (None for _ in iter(lambda: len(waits) < 3, False))

    def pauses():
        yield Pause(0.5)

    monkeypatch.setattr(Watch, "ready", lambda self, wait_s: waits.append(wait_s) or real(self, wait_s))
    list(attend(wanted(), open_gate()))

    assert waits[:2] == [tcp._IDLE_LOOK_S, tcp._LOOK_S]
    assert tcp._IDLE_LOOK_S < tcp._LOOK_S


def test_slow_device_does_not_hold_up_the_others():
    others_are_heard = threading.Event()

    def answers_last(sock):
        others_are_heard.wait(60)
        answers_at_once(sock)

    with serving(answers_last, "127.0.0.2") as slow, serving(answers_at_once) as quick:
        talks = [(slow.address, asks(slow.port, "slow "))]
        talks += [(quick.address, asks(quick.port, "quick ")) for _ in range(20)]
        results = []
        for event in converse(iter(talks), open_gate()):
            results.append(event.detail)
            if len(results) == 20:
                others_are_heard.set()

    assert results == [*["quick ok"] * 20, "slow ok"]


@pytest.mark.parametrize("in_flight", [1, 3, IN_FLIGHT])
def test_no_more_are_in_flight_than_are_allowed(in_flight):
    with serving(answers_at_once) as service:
        begun = 0

        def talks():
            nonlocal begun
            for _ in range(100):
                begun += 1
                yield service.address, asks(service.port)

        ahead = [begun - number for number, _ in enumerate(converse(talks(), open_gate(), in_flight))]

    assert max(ahead) <= in_flight
    assert service.begun == len(ahead) == 100


def test_connects_are_paced(monkeypatch):
    moved = time_that_passes(monkeypatch)
    gate = Gate(lambda _: True, rate_pps=100)
    with serving(stays_silent) as service:
        started = moved.monotonic()
        list(converse(((service.address, connects(service.port)) for _ in range(40)), gate))
        taken_s = moved.monotonic() - started

    assert 0.37 <= taken_s < 0.6  # with the last farewell
    assert gate.connections == 40


def test_stop_ends_it_at_once_and_hangs_up():
    gate, asked = open_gate(), count(1)

    def stops_the_run(sock):
        sock.recv(1024)
        if next(asked) == IN_FLIGHT:
            gate.stopped.set()
        stays_silent(sock)

    with serving(stops_the_run) as service:
        started = time.monotonic()
        events = list(converse(((service.address, asks(service.port)) for _ in range(200)), gate))
        taken_s = time.monotonic() - started

    assert (events, service.begun) == ([], IN_FLIGHT)
    assert taken_s < 30.0  # not the 60 s that each may wait
    assert service.endings == ["fin"] * IN_FLIGHT


def test_stopped_run_connects_to_nobody():
    gate = open_gate()
    gate.stopped.set()
    with serving(answers_at_once) as service:
        list(converse(iter([(service.address, asks(service.port))]), gate))

    assert (service.begun, gate.connections) == (0, 0)


def test_reader_who_walks_away_leaves_nothing_open():
    ended = []

    def talks(port):
        try:
            yield remark("here")
            yield from asks(port)
        finally:
            ended.append(True)

    with serving(stays_silent) as service:
        events = converse(((service.address, talks(service.port)) for _ in range(5)), open_gate())
        next(events)
        events.close()

    assert ended == [True]
    assert service.open_now == 0


def talks_in_memory():
    return [found for found in gc.get_objects() if isinstance(found, Talk)]


def test_answers_of_those_who_are_done_are_forgotten():
    """The times at which their steps would have ended are still to come."""

    def patient(port):
        yield Connect(port, 60.0)
        yield Exchange(b"hi", bool, 100, 60.0)
        yield remark("heard")

    with serving(answers_at_once) as service:
        conversations = ((service.address, patient(service.port)) for _ in range(9))
        events = converse(conversations, open_gate(), in_flight=1)
        *_, over = ([talk for talk in talks_in_memory() if talk.over] for _ in events)

    assert len(over) >= 8  # those of other tests may still be there
    assert {talk._incoming for talk in over} == {b""}


def test_nothing_is_left_for_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        with serving(answers_at_once) as service:
            list(converse(((service.address, asks(service.port)) for _ in range(9)), open_gate()))

        assert talks_in_memory() == []
    finally:
        gc.enable()


def test_answer_that_came_while_others_were_heard_is_not_late(monkeypatch):
    """Who reads the results may take longer than a device has to answer."""
    standstill, ready = Standstill(monkeypatch, frozen=True), Watch.ready
    asked, may_answer, answered = (threading.Semaphore(0) for _ in range(3))

    def answers_when_it_may(sock):
        sock.recv(1024)
        asked.release()
        may_answer.acquire(timeout=60)
        sock.sendall(b"hello")
        answered.release()

    def looked_before(watch, wait_s):
        """All have been asked; they answer when it has been looked for them, and then nobody looks for a long time."""
        if asking[0] < 3 and asked.acquire(blocking=False):
            asking[0] += 1
        if asking[0] < 3 or not wait_s:
            return ready(watch, min(wait_s, 0.01))
        if not standstill.ahead_s:
            may_answer.release(3)
            assert all(answered.acquire(timeout=60) for _ in range(3))
        standstill.stand_still(3600)
        return []

    asking = [0]
    monkeypatch.setattr(Watch, "ready", looked_before)
    with serving(answers_when_it_may) as service:
        talks = ((service.address, asks(service.port, timeout_s=5.0)) for _ in range(3))
        results = told(converse(talks, open_gate()))

    assert results == ["ok"] * 3


def stands_still_whenever_something_comes(monkeypatch, seconds):
    """What comes lies there for so long before it is read."""
    standstill, ready = Standstill(monkeypatch), Watch.ready

    def late(watch, wait_s):
        found = ready(watch, wait_s)
        standstill.stand_still(seconds if found else 0)
        return found

    monkeypatch.setattr(Watch, "ready", late)


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_time_in_which_the_program_stood_still_is_not_the_devices(monkeypatch, version):
    """The second half of a handshake begins only when the first was read; and no visit is over for that."""

    def secured(sock):
        with tls_server(version=version).wrap_socket(sock.dup(), server_side=True) as tls:
            tls.sendall(tls.recv(1024))

    def asks_over_tls(port):
        outcomes = [(yield Connect(port, 1.0)), (yield Secure(modern_context())), (yield Exchange(b"hi", bool, 9, 5.0))]
        yield remark(" ".join(outcome.status for outcome in outcomes))
        yield remark("quick" if outcomes[0].took_s < 1.0 else f"took {outcomes[0].took_s} s")

    stands_still_whenever_something_comes(monkeypatch, 30.0)
    with serving(secured) as service:
        events = list(converse(iter([(service.address, asks_over_tls(service.port))]), open_gate(), 1, 20.0))

    assert told(events) == ["ok ok ok", "quick"]


def test_after_a_standstill_connections_are_begun_at_the_same_pace_as_before(monkeypatch):
    """Not all at once whose slots have come meanwhile."""
    standstill, ready, begun = Standstill(monkeypatch, frozen=True), Watch.ready, []

    class Counting(Gate):
        def connected(self, address):
            begun.append(standstill.monotonic())
            super().connected(address)

    def waits(watch, wait_s):
        found = ready(watch, 0.0)
        if not found:
            stands_still = len(begun) == 5 and begun[-1] + 0.02 < standstill.monotonic()
            standstill.stand_still(3.0 if stands_still else max(wait_s, 0.001))
        return found

    monkeypatch.setattr(Watch, "ready", waits)
    with serving(stays_silent) as service:
        gate = Counting(lambda _: True, rate_pps=20)
        list(converse(((service.address, connects(service.port)) for _ in range(30)), gate))
    apart_s = [later - earlier for earlier, later in pairwise(begun)]

    assert (len(begun), gate.slots) == (30, 30)
    assert max(apart_s) > 2.9
    assert min(apart_s) >= 0.05 - 0.006  # what a sleep may be late


def test_error_in_a_conversation_is_not_swallowed():
    def fails():
        yield Pause(0.01)
        raise RuntimeError("a bug")

    with serving(stays_silent) as service, pytest.raises(RuntimeError, match="a bug"):
        list(converse(iter([(service.address, asks(service.port)), (service.address, fails())]), open_gate()))

    assert service.open_now == 0


def test_many_alarms_do_not_pile_up():
    """A device that answers at once does not leave an alarm behind for each of its steps."""
    from netaudit.wire import tcp

    loops = []

    class Watched(tcp._Loop):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            loops.append(self)

    def talk(port):
        for _ in range(3):
            yield from asks(port, timeout_s=60.0)
        yield remark(f"{len(loops[0]._alarms)} alarms")

    with serving(answers_at_once) as service, pytest.MonkeyPatch.context() as patched:
        patched.setattr(tcp, "_Loop", Watched)
        results = told(converse(((service.address, talk(service.port)) for _ in range(20)), open_gate(), 1))

    assert int(results[-1].split()[0]) <= 40  # of 120 steps


def test_hundreds_of_exchanges_a_second():
    """A sanity check; tests/benchmarks/banners.py measures."""
    with serving(answers_at_once) as service:
        started = time.thread_time()
        results = told(converse(((service.address, asks(service.port)) for _ in range(500)), open_gate()))
        taken_s = time.thread_time() - started

    assert results == ["ok"] * 500
    assert taken_s < 5.0  # of a processor; a twentieth of it, normally


def test_conversation_that_takes_too_long_is_ended_with_a_problem(monkeypatch):
    """A visit of many ports would go on; the one connection is ended in good order, and others are not held up."""

    def asks_for_ever(port):
        while True:
            yield from asks(port, "slow ", 0.3)
            yield Pause(0.05)

    events = []
    moved = time_that_passes(monkeypatch, lambda: "quick ok" in told(events))
    with serving(stays_silent, "127.0.0.2") as slow, serving(answers_at_once) as quick:
        talks = [(slow.address, asks_for_ever(slow.port)), (quick.address, asks(quick.port, "quick "))]
        started = moved.monotonic()
        for event in converse(iter(talks), open_gate(), host_timeout_s=0.8):
            events += [event]
        taken_s = moved.monotonic() - started

    (late,) = [event for event in events if isinstance(event, Problem)]

    assert (late.address, late.status, "longer than 0.8 s" in late.detail) == ("127.0.0.2", "timeout", True)
    assert "quick ok" in told(events)
    assert 0.75 <= taken_s < 1.5
    assert set(slow.endings) == {"fin"}


def test_waiting_for_the_gate_is_not_the_devices_time(monkeypatch):
    time_that_passes(monkeypatch)
    with serving(stays_silent) as service:
        talks = ((service.address, connects(service.port)) for _ in range(10))
        events = list(converse(talks, Gate(lambda _: True, rate_pps=10), host_timeout_s=0.3))

    assert told(events) == ["ok"] * 10
