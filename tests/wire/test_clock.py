from types import SimpleNamespace

import pytest

from netaudit.wire import clock as clock_module
from netaudit.wire.clock import LONGEST_S, Clock


@pytest.fixture
def world(monkeypatch):
    """The time of everybody, which stands until it is moved."""
    world = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(clock_module, "time", SimpleNamespace(monotonic=lambda: world.now))
    return world


def shown(world, clock, steps):
    """What the clock shows after each of these steps."""
    times = []
    for step in steps:
        world.now += step
        times.append(clock())
    return times


def test_it_goes_as_everybodys_does_while_it_is_looked_at(world):
    assert shown(world, Clock(), [0.1, 0.2, 0.0, LONGEST_S]) == pytest.approx([0.1, 0.3, 0.3, 0.3 + LONGEST_S])


def test_standstill_counts_no_longer_than_the_longest_wait(world):
    assert shown(world, Clock(), [0.1, 3600.0, 0.1]) == pytest.approx([0.1, 0.1 + LONGEST_S, 0.2 + LONGEST_S])


def test_machine_that_is_always_late_comes_to_every_deadline_all_the_same(world):
    assert shown(world, Clock(), [2.0] * 40)[-1] == pytest.approx(40 * LONGEST_S)


def test_two_clocks_do_not_look_at_each_other(world):
    first, second = Clock(), Clock()
    for _ in range(10):
        world.now += 0.1
        first()

    assert (first(), second()) == pytest.approx((1.0, LONGEST_S))
