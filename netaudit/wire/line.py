"""A line: the one connection to a device that libraries speak through, step after step, in their own thread.

The steps are those of `steps.py` and run as in a conversation: admitted and paced by the gate, bounded in time and in
size, hung up in good order. What a line adds is that its caller waits, and that all its steps together have a deadline.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace

from netaudit.wire.clock import Clock
from netaudit.wire.gate import Gate
from netaudit.wire.readiness import Watch
from netaudit.wire.steps import Outcome, Pause, Step
from netaudit.wire.talk import Talk

SPACING_S = 0.1  # between two connections to one device
_PATIENCE_S = 0.1  # after which a stopped run is noticed, where nothing comes


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a line leads to, and what speaks over it goes nowhere else."""

    address: str
    port: int
    certificate: str = ""  # SHA-256 of the certificate that it must show, hexadecimal; empty: no TLS

    @property
    def origin(self) -> str:
        """The URL of its root, without a slash at the end."""
        return f"{'https' if self.certificate else 'http'}://{self.address}:{self.port}"

    @property
    def host(self) -> str:
        """The Host header: the port only where it is not the usual one."""
        return self.address if self.port == (443 if self.certificate else 80) else f"{self.address}:{self.port}"


class Line:
    """A connection to one address, opened when it is needed; `close` hangs up."""

    def __init__(self, gate: Gate, address: str, deadline_s: float) -> None:
        self.gate = gate
        self.watch: Watch[Talk] = Watch()
        self.address = address
        self.connected = False  # once at least
        self.clock = Clock()
        self._ends_at = self.clock() + deadline_s
        self._talk = Talk(self, address, _nothing())

    def alarm(self, talk: Talk) -> None:
        """Nothing to be done: the deadline is looked at in every round."""

    def do(self, step: Step) -> Outcome:
        """Take one step and wait for its end."""
        left_s = self._ends_at - self.clock()
        if left_s <= 0:
            return Outcome("timeout", detail="the device took too long altogether")
        if not isinstance(step, Pause):
            step = replace(step, timeout_s=min(step.timeout_s, left_s))
        return self._talk.start(step) or self._wait()

    @property
    def is_quiet(self) -> bool:
        """Whether the connection is open and nothing has come unasked: no farewell, and nothing else."""
        return bool(self.watch) and not self.watch.ready(0)

    def close(self) -> None:
        """Hang up in good order."""
        self._talk.finish()
        while not self._talk.over:
            self._round()
        self.watch.close()

    def _wait(self) -> Outcome:
        while not self.gate.stopped.is_set():
            outcome = self._round()
            if outcome:
                return outcome
        self._talk.close()
        return Outcome("closed", detail="the run was stopped")

    def _round(self) -> Outcome | None:
        left_s = self._talk.deadline - self.clock()  # before what has come is read: it is not late
        for _, events in self.watch.ready(min(left_s, _PATIENCE_S)):
            outcome = self._talk.on_ready(events)
            if outcome:
                return outcome
        return self._talk.on_alarm() if left_s <= 0 else None


def _nothing() -> Generator[Step, Outcome, None]:
    """The conversation of a talk that is led from outside."""
    return
    yield
