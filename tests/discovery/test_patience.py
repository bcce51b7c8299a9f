"""How long connections are waited for, and how quickly addresses are begun where perhaps nobody is."""

import pytest

from netaudit.discovery.patience import LOOKED_FOR, Looking, Patience, patience_with_nobody
from netaudit.discovery.visit import PORTS
from netaudit.discovery.visiting.state import Visit
from netaudit.model import Target
from netaudit.wire.gate import Gate
from netaudit.wire.trips import Trips

NONE, QUICK, SLOW = Trips(), Trips(smoothed_s=0.01, variation_s=0.005, seen=9), Trips(0.3, 0.05, 9)


def waits(patience, trips=NONE):
    """What each port of an address gets where nobody is."""
    state = Visit(Target(address="10.5.0.1", ports=PORTS), frozenset({"tcp"}))
    return [patience.wait_s(state, port, late, trips) for late, port in enumerate(PORTS)]


def test_all_ports_of_an_address_are_asked_while_a_router_looks_for_it_once():
    hurried = waits(patience_with_nobody(1000, 0))

    assert hurried == [0.9, *[pytest.approx(0.2)] * 10, 0.9]
    assert sum(hurried[:-1]) < 3.0


@pytest.mark.parametrize(("rate_pps", "between_s"), [(100_000, 0.2), (1000, 0.2), (500, 0.5), (300, 0.8), (240, 1.0)])
def test_nobody_hurries_more_than_the_rate_makes_necessary(rate_pps, between_s):
    patience = patience_with_nobody(rate_pps, 0)

    assert patience.quick_s == pytest.approx(between_s)
    assert LOOKED_FOR / patience.looked_s(NONE) >= min(256 / 3, rate_pps / 12)


@pytest.mark.parametrize("rate_pps", [200, 1])
def test_where_the_rate_is_low_there_is_no_hurry(rate_pps):
    assert waits(patience_with_nobody(rate_pps, 0)) == [1.4] * 3 + [1.0] * 9


def test_where_packets_are_lost_there_is_no_hurry():
    assert waits(patience_with_nobody(1000, 3)) == [3.3] * 3 + [1.0] * 9


def test_usual_answers_have_the_time_to_come():
    hurried = patience_with_nobody(1000, 0)

    assert waits(hurried.fitted(QUICK))[1:-1] == [pytest.approx(0.2)] * 10
    assert waits(hurried.fitted(SLOW))[1:-1] == [pytest.approx(0.45)] * 10
    assert (hurried.looked_s(QUICK), hurried.looked_s(SLOW)) == (3.0, 6.0)


def test_one_slow_answer_among_quick_ones_slows_nobody_down():
    trips = Trips(smoothed_s=0.01, variation_s=0.005, seen=9)
    trips.take(0.8)
    hurried = patience_with_nobody(1000, 0)

    assert hurried.fitted(trips) == hurried


def test_who_is_there_gets_the_usual_time():
    state = Visit(Target(address="10.5.0.1", ports=PORTS), frozenset({"tcp"}), alive=True)

    assert patience_with_nobody(1000, 0).wait_s(state, 443, 5, QUICK) == 1.4


def test_who_was_silent_without_hurry_gets_as_much_time_as_answers_take():
    patience = Patience(connect_s=1.4)

    assert waits(patience, QUICK) == [1.4] * 3 + [0.35] * 9
    assert waits(patience, SLOW)[3:] == [pytest.approx(0.5)] * 9


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self):
        return self.now


def begun(looking, clock, seconds, looked_s=3.0, *, there=False):
    """When addresses were begun, as many as may be."""
    times, until = [], clock.now + seconds
    while clock.now < until:
        while looking.may_begin():
            address = f"address {len(times)} at {clock.now}"
            looking.begin(address, looked_s)
            times.append(clock.now)
            if there:
                looking.found(address)
        clock.now += 0.01
    return times


def looking_at(rate_pps):
    clock = Clock()
    return Looking(Gate(lambda _: True, rate_pps=rate_pps), clock), clock


def test_no_more_addresses_are_begun_than_a_router_looks_for_at_once():
    looking, clock = looking_at(1e6)
    times = begun(looking, clock, 30.0)

    assert max(sum(t - 3.0 < other <= t for other in times) for t in times) <= 256
    assert len(times) == pytest.approx(30 * 256 / 3, rel=0.03)


def test_as_many_as_a_router_may_look_for_are_begun_as_fast_as_the_rate_allows():
    times = begun(*looking_at(1000), 60.0, looked_s=15.0)

    assert times[255] - times[0] == pytest.approx(255 * 12 / 1000, abs=0.2)
    assert times[256] - times[0] == pytest.approx(15.0, abs=0.1)


def test_more_patience_with_each_address_means_fewer_of_them():
    assert len(begun(*looking_at(1e6), 59.0, looked_s=15.0)) == 4 * 256


def test_addresses_are_begun_as_the_rate_allows():
    assert len(begun(*looking_at(200), 30.0)) == pytest.approx(30 * 200 / 12, rel=0.03)


def test_for_who_is_found_no_router_looks():
    assert len(begun(*looking_at(6000), 10.0, there=True)) == pytest.approx(10 * 6000 / 12, rel=0.03)


def test_nobody_is_begun_while_packets_wait_for_their_slots():
    gate = Gate(lambda _: True, rate_pps=100)
    looking = Looking(gate)
    assert looking.may_begin()
    for _ in range(40):
        gate.delay()

    assert not looking.may_begin()
