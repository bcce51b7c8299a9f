"""Time is the processor's own, and work goes in turns."""

import time

from benchmarks.timing import least, timed


def test_waiting_is_no_work():
    assert timed(lambda: time.sleep(0.05)) < 0.04
    assert timed(lambda: sum(range(100_000))) > 0


def test_works_go_in_turns_and_the_least_counts():
    done = []
    lengths = iter([300_000, 10, 300_000, 10, 300_000, 10])

    def work():
        done.append("one")
        sum(range(next(lengths)))

    found = least(3, work, lambda: done.append("two"), work)

    assert done == ["one", "two", "one"] * 3
    assert len(found) == 3
    assert min(found) >= 0
