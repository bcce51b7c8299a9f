import socket
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
    assert gate.behind_s() == pytest.approx(0.035)
    clock.now += 1.0
    assert gate.behind_s() == 0.0


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


def test_slots_that_have_come_are_taken_together(clock):
    gate = guarded("10.0.0.0/24", rate_pps=900.0)
    clock.now += 1.0
    addresses = [f"10.0.0.{number}" for number in range(1, 101)]
    count, delay_s = gate.due(addresses)

    assert (count, delay_s) == (5, 0.0)  # those of the last 5 ms
    assert gate.due(addresses[count:]) == (1, pytest.approx(5 / 900 - 0.005))
    assert gate.slots == 6


def test_many_slots_are_the_same_as_one_by_one(clock):
    together, single = (guarded("10.0.0.0/24", rate_pps=1000.0, spacing_s=0.2) for _ in range(2))
    addresses = [f"10.0.0.{number % 50}" for number in range(300)]
    times = {together: [], single: []}
    for gate in (together, single):
        clock.now, place = 200.0, 0
        while place < len(addresses):
            count, delay_s = gate.due(addresses[place:] if gate is together else addresses[place : place + 1])
            clock.now += delay_s
            times[gate] += [pytest.approx(clock.now, abs=0.0051)] * count
            place += count

    assert times[together] == [slot.expected for slot in times[single]]
    assert times[single][-1].expected >= 200.0 + 5 * 0.2


@pytest.mark.parametrize(("late_s", "missed"), [(-0.5, False), (0.0, False), (0.04, False), (0.06, True), (2.0, True)])
def test_slot_that_was_missed_is_given_back(clock, late_s, missed):
    gate = guarded("10.0.0.1")
    slot_at = clock.now + gate.delay()
    clock.now += late_s

    assert gate.missed(slot_at) is missed
    assert gate.slots == (0 if missed else 1)


@pytest.mark.parametrize("spacing_s", [0.0, 0.2])
def test_after_a_standstill_no_more_leave_at_once_than_at_any_time(clock, spacing_s):
    gate = guarded("10.0.0.0/24", rate_pps=900.0, spacing_s=spacing_s)
    addresses = [f"10.0.0.{number}" for number in range(1, 101)]
    for standstill_s in (0.1, 2.0, 3600.0):
        clock.now += standstill_s

        assert gate.due(addresses) == (5, 0.0)  # those of the last 5 ms


def test_device_that_must_wait_ends_what_is_taken_together(clock):
    gate = guarded("10.0.0.0/24", rate_pps=1e6, spacing_s=0.2)
    gate.delay("10.0.0.2")
    clock.now += 0.1

    assert gate.due(["10.0.0.1", "10.0.0.2", "10.0.0.3"]) == (1, 0.0)
    assert gate.due(["10.0.0.2", "10.0.0.3"]) == (1, pytest.approx(0.1))


@pytest.mark.parametrize("quick", [True, False])
def test_many_are_admitted_only_where_each_would_be(quick):
    scope = parse_scope(["10.0.0.0/24"], ["10.0.0.7"])
    gate = Gate(scope.__contains__, rate_pps=1.0, allows_all=scope.holds_all if quick else lambda _: False)
    silent = Gate(scope.__contains__, rate_pps=1.0, allows_all=scope.holds_all, silent=True)
    inside, barred, outside, below = map(socket.inet_aton, ("10.0.0.8", "10.0.0.7", "10.0.1.1", "10.0.0.1"))

    assert gate.admits_all([inside])
    assert gate.admits_all([below, inside])  # on both sides of what is excluded
    assert not gate.admits_all([inside, barred])
    assert not gate.admits_all([inside, outside])
    assert not silent.admits_all([inside])
