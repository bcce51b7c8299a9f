"""Time in tests of the wire: it jumps where a program stands still, or is moved instead of waited for."""

import time
from types import SimpleNamespace

from netaudit.wire import clock, gate, talk, udp
from netaudit.wire.readiness import Watch

PATIENCE_S = 30.0  # after which time passes whatever has not come about


class Standstill:
    """What the wire takes for the time: the real one and what was stood still; `frozen`, it goes on only when moved."""

    def __init__(self, monkeypatch, *, frozen=False):
        self.ahead_s = 0.0
        self._began = time.monotonic() if frozen else None
        self._monkeypatch = monkeypatch
        fake = SimpleNamespace(monotonic=self.monotonic, time=time.time)
        for module in (clock, gate, talk, udp):
            monkeypatch.setattr(module, "time", fake)

    def monotonic(self):
        return (self._began or time.monotonic()) + self.ahead_s

    def stand_still(self, seconds):
        """Let so much time pass in which this program does nothing."""
        self.ahead_s += seconds

    def passes(self, while_so=lambda: True):
        """Whoever waits for connections has the time moved for him while this is so, and else waits for what comes."""
        ready, began = Watch.ready, time.monotonic()

        def moved(watch, wait_s):
            goes = while_so() or time.monotonic() > began + PATIENCE_S
            found = ready(watch, 0.001 if goes else 0.02)
            if goes and not found:
                self.stand_still(max(wait_s, 0.001))
            return found

        self._monkeypatch.setattr(Watch, "ready", moved)


def time_that_passes(monkeypatch, while_so=lambda: True):
    """A time that is moved, while this is so, instead of waited for."""
    moved = Standstill(monkeypatch, frozen=True)
    moved.passes(while_so)
    return moved
