"""Seconds of a processor that work takes within this process: others may use the machine too."""

from collections.abc import Callable
from time import process_time


def least(runs: int, *works: Callable[[], object]) -> list[float]:
    """Of each the least of so many runs, in turns: what else the machine does then hinders all of them alike."""
    times = [[timed(work) for work in works] for _ in range(runs)]
    return [min(of_one) for of_one in zip(*times, strict=True)]


def timed(work: Callable[[], object]) -> float:
    """What this work took once."""
    start = process_time()
    work()
    return process_time() - start
