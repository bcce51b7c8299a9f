"""Things that wait more than they work, done at the same time, so that a test waits for the longest of them only."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def at_once(*works: Callable[[], Result]) -> list[Result]:
    """What each of these gives, in their order; each has a thread of its own, and the first error is raised."""
    with ThreadPoolExecutor(len(works), thread_name_prefix="together") as threads:
        return [done.result() for done in [threads.submit(work) for work in works]]
