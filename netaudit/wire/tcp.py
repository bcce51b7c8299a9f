"""TCP conversations: thousands at once on one epoll loop, one connection per device at a time.

What is said stands elsewhere, in generators that never see a socket: they yield steps (`wire/steps.py`) and are sent an
`Outcome` for each; whatever else they yield is a result and goes to the caller. So a conversation can be tested without
a network, and a device's ports are asked in turn by construction.
"""

import heapq
import math
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import count

from netaudit.model import Event, Problem
from netaudit.wire.clock import Clock
from netaudit.wire.gate import Gate
from netaudit.wire.readiness import Watch
from netaudit.wire.steps import STEPS, Conversation, Outcome
from netaudit.wire.talk import Talk

IN_FLIGHT = 64  # devices that are talked to at the same time
_PATIENCE_S = 0.1  # after which a stopped run is noticed, where nothing comes
_LOOK_S = 0.02  # after which it is looked for a conversation again, where there was none to begin,
_IDLE_LOOK_S = 0.005  # and where nobody is talked to meanwhile: the caller waits for nothing else
_HEARD = Outcome()  # what a conversation is sent for a result


def converse(
    conversations: Iterator[tuple[str, Conversation]],
    gate: Gate,
    in_flight: int = IN_FLIGHT,
    host_timeout_s: float | None = None,
) -> Iterator[Event]:
    """Hold the conversations, each with its address, at most `in_flight` at once; yield their results as they come.

    One that is not over `host_timeout_s` seconds after its first connection began is ended, with a Problem.
    """
    with closing(attend(conversations, gate, in_flight, host_timeout_s)) as events:
        yield from (event for event in events if event is not None)


def attend(
    conversations: Iterator[tuple[str, Conversation] | None],
    gate: Gate,
    in_flight: int = IN_FLIGHT,
    host_timeout_s: float | None = None,
) -> Generator[Event | None, None, None]:
    """The same for a caller who has other things to look after meanwhile: None is yielded in every round.

    A None among the conversations means that there is none to begin just now; it is asked for again in the next round.
    """
    loop = _Loop(conversations, gate, in_flight, host_timeout_s)
    try:
        yield from loop.run()
    finally:
        loop.close()


class _Loop:
    """The loop: sockets that wait, and a heap of the times at which waiting ends."""

    def __init__(
        self,
        conversations: Iterator[tuple[str, Conversation] | None],
        gate: Gate,
        in_flight: int,
        host_timeout_s: float | None,
    ) -> None:
        self.gate = gate
        self.host_timeout_s = host_timeout_s
        self.watch: Watch[Talk] = Watch()
        self.clock = Clock()
        self._waiting = conversations
        self._in_flight = in_flight
        self._talks: set[Talk] = set()
        self._alarms: list[tuple[float, int, Talk]] = []
        self._numbers = count()
        self._exhausted = False
        self._wanting = False  # a conversation that can be begun

    def run(self) -> Iterator[Event | None]:
        while not self.gate.stopped.is_set():
            yield from self._admit()
            if not self._talks and self._exhausted:
                return
            yield from self._hear(self._patience())
            now = self.clock()
            if self._alarms and self._alarms[0][0] <= now:
                yield from self._hear(0.0)  # what came while others were heard, or we stood still, is not late
                yield from self._ring(now)
            yield None

    def close(self) -> None:
        for talk in self._talks:
            talk.close()
            talk.conversation.close()
        self._talks.clear()
        self._alarms.clear()
        self.watch.close()

    def alarm(self, talk: Talk) -> None:
        """Look at this talk's deadline when it comes. A later deadline needs no new alarm: see `_ring`."""
        talk.armed = talk.deadline
        heapq.heappush(self._alarms, (talk.deadline, next(self._numbers), talk))

    def _hear(self, wait_s: float) -> Iterator[Event]:
        """Go on with those whose sockets have something to say after at most so many seconds."""
        for talk, events in self.watch.ready(wait_s):
            outcome = talk.on_ready(events)
            if outcome:
                result = self._advance(talk, outcome)
                if result is not None:
                    yield from self._tell(talk, result)
            elif talk.over:
                self._talks.discard(talk)

    def _admit(self) -> Iterator[Event]:
        self._wanting = False
        while not self._exhausted and len(self._talks) < self._in_flight:
            try:
                found = next(self._waiting)
            except StopIteration:
                self._exhausted = True
                return
            if found is None:
                self._wanting = True
                return
            talk = Talk(self, *found, self.host_timeout_s)
            self._talks.add(talk)
            yield from self._tell(talk, self._advance(talk, None))

    def _tell(self, talk: Talk, result: Event | None) -> Iterator[Event]:
        """Pass on a result, and go on with the conversation, until it waits or is over."""
        while result is not None:
            yield result
            result = self._advance(talk, _HEARD)

    def _advance(self, talk: Talk, outcome: Outcome | None) -> Event | None:
        """Give the conversation its outcome (None: begin it), and start its next steps up to a result, which is given."""
        if outcome is not _HEARD and talk.is_late():
            return self._give_up(talk)
        send, start = talk.conversation.send, talk.start
        try:
            item = send(outcome)  # type: ignore[arg-type]  # None begins a generator
            while isinstance(item, STEPS):
                outcome = start(item)
                if outcome is None:
                    return None
                item = send(outcome)
        except StopIteration:
            talk.finish()
            if talk.over:
                self._talks.discard(talk)
            return None
        return item

    def _give_up(self, talk: Talk) -> Problem:
        talk.conversation.close()  # so that it is over when it is gone on with
        detail = f"its visit took longer than {self.host_timeout_s:g} s: what was not asked by then is missing"
        return Problem(stage="ask", channel="tcp", address=talk.address, status="timeout", detail=detail)

    def _patience(self) -> float:
        patience_s = _PATIENCE_S
        if self._wanting:
            patience_s = _LOOK_S if self._talks else _IDLE_LOOK_S
        if not self._alarms:
            return patience_s
        return min(patience_s, max(0.0, self._alarms[0][0] - self.clock()))

    def _ring(self, now: float) -> Iterator[Event]:
        while self._alarms and self._alarms[0][0] <= now:
            at, _, talk = heapq.heappop(self._alarms)
            if at != talk.armed:
                continue  # an earlier one was set since
            talk.armed = math.inf
            if talk.deadline > now:
                if talk.deadline < math.inf:
                    self.alarm(talk)
                continue
            outcome = talk.on_alarm()
            if outcome:
                yield from self._tell(talk, self._advance(talk, outcome))
            elif talk.over:
                self._talks.discard(talk)
