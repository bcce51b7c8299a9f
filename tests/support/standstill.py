"""Standing still on purpose: the clock of the wire jumps, as it does for a program that was not given a processor."""

import time
from types import SimpleNamespace

from netaudit.wire import clock, gate, talk, udp


class Standstill:
    """The real clock, until somebody stands still or, with `frozen`, waits."""

    def __init__(self, monkeypatch, *, frozen=False):
        self.ahead_s = 0.0
        self._began = time.monotonic() if frozen else None
        fake = SimpleNamespace(monotonic=self.monotonic, time=time.time)
        for module in (clock, gate, talk, udp):
            monkeypatch.setattr(module, "time", fake)

    def monotonic(self):
        return (self._began or time.monotonic()) + self.ahead_s

    def stand_still(self, seconds):
        """Let so much time pass in which this program does nothing."""
        self.ahead_s += seconds
