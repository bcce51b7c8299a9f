"""A clock for waiting on others: it goes on only while somebody looks at it.

A machine that is busy, or a virtual one that is not given its turn, stands still for a second or two and then goes on.
What devices said meanwhile lies in the kernel's buffers or is still under way to them, and the second half of a handshake
was never begun: that time was nobody's time to answer.
"""

import time

LONGEST_S = 0.25  # between two looks, that counts: whoever waits looks ten times a second, and a little late at times


class Clock:
    """The seconds since it was made, without those for which this program stood still. For one thread."""

    __slots__ = ("_looked_at", "_now")

    def __init__(self) -> None:
        self._now = 0.0
        self._looked_at = time.monotonic()

    def __call__(self) -> float:
        """What it shows now; it never goes back."""
        at = time.monotonic()
        self._now += min(at - self._looked_at, LONGEST_S)
        self._looked_at = at
        return self._now
