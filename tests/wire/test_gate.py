import threading
from types import SimpleNamespace

import pytest

from netaudit.scope import parse_scope
from netaudit.wire import gate as gate_module
from netaudit.wire.gate import GROUPS, Gate


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(gate_module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def guarded(*targets, excluded=(), **settings):
    scope = parse_scope(targets, excluded)
    return Gate(scope.__contains__, **{"rate_pps": 100.0, **settings})


@pytest.mark.parametrize("address", ["10.0.0.1", "10.0.0.254", "255.255.255.255", *sorted(GROUPS)])
def test_scope_groups_and_broadcast_are_admitted(address):
    guarded("10.0.0.0/24").admit(address)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.1.1",
        "10.0.0.7",
        "8.8.8.8",
        "10.0.0.255",
        "224.0.0.1",
        "239.255.255.252",
        "ff02::2",
        "::1",
        "camera.example",
    ],
)
def test_everything_else_is_refused(address):
    with pytest.raises(PermissionError, match="outside the scope"):
        guarded("10.0.0.0/24", excluded=["10.0.0.7"]).admit(address)


def test_directed_broadcast_of_an_own_interface_is_admitted_and_known():
    gate = guarded("10.0.0.0/24", broadcasts=frozenset({"10.0.0.255"}))
    gate.admit("10.0.0.255")

    assert [gate.is_broadcast(a) for a in ("10.0.0.255", "255.255.255.255", "10.0.0.1")] == [True, True, False]


def test_slots_come_one_after_the_other(clock):
    gate = guarded("10.0.0.1", rate_pps=100.0)
    clock.now += 1.0
    delays = [gate.delay() for _ in range(4)]

    assert delays == pytest.approx([0.0, 0.005, 0.015, 0.025])


def test_idle_time_is_not_saved_up(clock):
    gate = guarded("10.0.0.1", rate_pps=100.0)
    gate.delay()
    clock.now += 60.0
    booked = sum(gate.delay() == 0.0 for _ in range(100))

    assert booked == 1


def test_late_sleeper_still_gets_the_rate(clock):
    """A sleep of 1 ms ends 0.2 ms late each time: the mean rate is kept all the same."""
    gate = guarded("10.0.0.1", rate_pps=1000.0)
    started = clock.now
    for _ in range(1000):
        delay = gate.delay()
        clock.now += delay + 0.0002 if delay else 0.0

    assert clock.now - started == pytest.approx(1.0, abs=0.01)


def test_threads_share_one_pace(clock):
    gate = guarded("10.0.0.1", rate_pps=1000.0)
    threads = [threading.Thread(target=lambda: [gate.delay() for _ in range(250)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert gate.delay() == pytest.approx(1.0, abs=0.01)


def test_one_device_is_asked_no_faster_than_its_spacing(clock):
    gate = guarded("10.0.0.1", rate_pps=1000.0, spacing_s=0.2)
    clock.now += 1.0
    delays = [gate.delay("10.0.0.1") for _ in range(3)]

    assert delays == pytest.approx([0.0, 0.2, 0.4])
    assert gate.delay("10.0.0.2") < 0.01


def test_questions_to_a_whole_network_have_no_spacing(clock):
    gate = guarded("10.0.0.1", rate_pps=1000.0, spacing_s=0.2)
    clock.now += 1.0

    assert [gate.delay() for _ in range(3)] == pytest.approx([0.0, 0.0, 0.0], abs=0.003)


def test_device_that_was_left_alone_is_asked_at_once(clock):
    gate = guarded("10.0.0.1", rate_pps=1000.0, spacing_s=0.2)
    gate.delay("10.0.0.1")
    clock.now += 0.2

    assert gate.delay("10.0.0.1") == 0.0


def test_memory_of_spacing_does_not_grow_with_the_scope(clock, monkeypatch):
    monkeypatch.setattr(gate_module, "_MOST_REMEMBERED", 100)
    gate = guarded("10.0.0.1", rate_pps=1000.0, spacing_s=0.2)
    for number in range(10_000):
        clock.now += 0.001
        gate.delay(f"10.0.{number // 256}.{number % 256}")

    assert len(gate._next_at) <= 400


def test_pace_can_be_slowed_down(clock):
    gate = guarded("10.0.0.1", rate_pps=1000.0)
    gate.slow_down(10.0)
    clock.now += 1.0
    delays = [gate.delay() for _ in range(3)]

    assert delays == pytest.approx([0.0, 0.095, 0.195])


def test_spacing_counts_from_when_a_connection_was_really_begun(clock):
    """A busy machine begins it late: the next one is not early for that."""
    gate = guarded("10.0.0.1", rate_pps=1000.0, spacing_s=0.2)
    gate.delay("10.0.0.1")
    clock.now += 0.15
    gate.connected("10.0.0.1")
    clock.now += 0.05

    assert gate.delay("10.0.0.1") == pytest.approx(0.15)


def test_connections_are_counted_by_network():
    gate = guarded("10.0.0.0/16", area=lambda address: address.rpartition(".")[0])
    for address in ("10.0.0.1", "10.0.0.2", "10.0.1.1"):
        gate.connected(address)

    assert gate.connections == 3
    assert gate.made == {"10.0.0": 2, "10.0.1": 1}


@pytest.mark.parametrize("address", ["10.0.0.1", "255.255.255.255", *sorted(GROUPS)])
def test_a_silent_gate_admits_nobody(address):
    with pytest.raises(PermissionError, match="this run only listens"):
        guarded("10.0.0.0/24", silent=True).admit(address)


def test_connections_can_be_counted_while_others_are_begun():
    gate = Gate(lambda _: True, rate_pps=1e9, area=lambda address: address)
    beginning = threading.Thread(target=lambda: [gate.connected(f"10.0.{n // 250}.{n % 250}") for n in range(20_000)])
    beginning.start()
    counts = []
    while beginning.is_alive():
        counts.append(gate.connections)
    beginning.join()

    assert counts == sorted(counts)
    assert gate.connections == gate.counted().total() == 20_000
