"""Room in the kernel's table of neighbours, which is shared by all that this machine talks to (arp(7)).

Linux keeps a neighbour that has answered for up to 45 s, holds 1,024 of them by default (gc_thresh3), and drops packets
to more without telling anybody: on a large attached network a fast scan would lose devices by its own fault.
"""

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

HELD_S = 45.0  # one and a half times base_reachable_time_ms, the longest that an entry cannot be given up
KEPT_S = 15.0  # half of it, the shortest that an entry surely stays
DEFAULT_ENTRIES = 1024
SHARE = 0.75  # of the table: others on this machine have neighbours too
LIMIT = Path("/proc/sys/net/ipv4/neigh/default/gc_thresh3")  # absent in a container: then the default is supposed


class Room:
    """How many neighbours may be spoken to, and when the next one may; may be used by several threads."""

    def __init__(self, entries: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.places = max(1, entries)
        self._taken: deque[float] = deque(maxlen=self.places)  # when each place was taken, the oldest first
        self._known: dict[str, float] = {}  # address -> when it took its place
        self._clock = clock
        self._lock = threading.Lock()

    def wait_s(self, address: str) -> float:
        """Take a place for this neighbour; the seconds until it is free, 0 where it is."""
        with self._lock:
            now = self._clock()
            if now - self._known.get(address, -KEPT_S) < KEPT_S:
                return max(0.0, self._known[address] - now)
            full = len(self._taken) == self._taken.maxlen
            at = max(now, self._taken[0] + HELD_S) if full else now
            self._taken.append(at)
            self._known[address] = at
            return at - now


def room_here(limit: Path = LIMIT) -> Room:
    """The room that this machine's kernel has; on other systems than Linux none is known, and none is kept."""
    if sys.platform != "linux":
        return Room(1 << 20)
    try:
        entries = int(limit.read_text())
    except (OSError, ValueError):
        entries = DEFAULT_ENTRIES
    return Room(int(max(entries, DEFAULT_ENTRIES // 4) * SHARE))
