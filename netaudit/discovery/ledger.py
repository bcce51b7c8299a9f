"""The ledger of a live run: what was asked and answered, so that a run that was killed is continued and not repeated.

Each question is noted before it is sent. A run that continues another reads the notes first: what has ended is not
begun again, no question is sent a second time, and a visit goes on at the step at which it was cut (`resumption.py`).
Without a recording nothing is noted, and nothing is known.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from netaudit.discovery.named import checked
from netaudit.model import Event, Gap, Problem, Reply, Target
from netaudit.plain import counted
from netaudit.records.marks import Answered, Asked, Begun, Ended, Mark, Over, Resumed, Swept
from netaudit.wire.steps import Connect, Exchange, Outcome, Secure, Step

FIRST, UNHURRIED, MORE, AGAIN = "first", "unhurried", "more", "again"  # the visits that a device may get
LISTENING_S = 4.0  # that answers to a datagram may take: the longest that any channel listens

_Shot = tuple[str, str, str, str, str, int, int]  # part, channel, interface, our address, whom, port, number


@dataclass(slots=True)
class Past:
    """What an earlier run noted of one visit."""

    target: Target  # as it was begun
    outcomes: list[Outcome] = field(default_factory=list)  # of its steps, in their order
    steps: list[tuple[str, str]] = field(default_factory=list)  # the same steps, as `kind_of` has them
    renewed: dict[int, Target] = field(default_factory=dict)  # what became of the target, after so many steps
    told: set[Event] = field(default_factory=set)  # what it told, to tell nothing twice
    pending: str = ""  # the digest of a request that was asked; what came of it is not known
    late: bool = False  # a connection timed out: the second look needs to know what was left
    over: bool = False

    @property
    def latest(self) -> Target:
        """The target as it was in the end."""
        return self.renewed[max(self.renewed)] if self.renewed else self.target


@dataclass(slots=True)
class Ledger:
    """Notes what is asked, and knows what was asked before. Without `write` it does neither."""

    write: Callable[[Mark], None] | None = None
    flush: Callable[[], None] = lambda: None
    past: Callable[[], Iterator[Event | Mark]] = lambda: iter(())  # of the run that is continued
    visits: dict[tuple[str, str], Past] = field(default_factory=dict)  # stage, address
    ended: set[str] = field(default_factory=set)
    shots: dict[_Shot, float] = field(default_factory=dict)  # when each was sent
    fresh: dict[str, list[float]] = field(default_factory=dict)  # the same, of unicast jobs that have not ended
    sweeps: dict[tuple[str, str], Swept] = field(default_factory=dict)  # part, interface: how far each came
    swept: set[str] = field(default_factory=set)  # addresses that ARP heard
    made: Counter[str] = field(default_factory=Counter)  # connections by address
    trips: list[tuple[str, float]] = field(default_factory=list)  # address, and how long its connection took
    last_at: float = 0.0  # the last time that was noted
    cuts: list[float] = field(default_factory=list)  # the last times that were noted before the run was continued
    retelling: bool = False  # what comes is what an earlier run has told

    def retell(self) -> Iterator[Event]:
        """The events of the run that is continued, while its marks are learnt."""
        for item in self.past():
            if isinstance(item, Mark):
                self._learn(item)
                continue
            if isinstance(item, Reply):
                self.last_at = max(self.last_at, item.heard_at)
                if item.channel == "arp":
                    self.swept.add(item.address)
            if isinstance(item, Reply | Problem | Gap) and (past := self._visit_of(item.address)):
                past.told.add(item)
            yield item

    def note(self, mark: Mark, *, at_once: bool = False) -> None:
        """Write a mark; `at_once`: it is in the file before this returns."""
        if self.write:
            self.write(mark)
            if at_once:
                self.flush()

    def end(self, part: str) -> None:
        """Note that a part of the run is over."""
        self.ended.add(part)
        self.note(Ended(part=part), at_once=True)

    def asking(self, stage: str, address: str, step: Step, port: int) -> None:
        """Note a request before it is sent; other steps ask nothing."""
        name, digest = kind_of(step)
        if self.write and name == "exchange" and digest:
            self.note(Asked(stage=stage, address=address, port=port, digest=digest, at=time.time()), at_once=True)

    def answered(self, stage: str, address: str, step: Step, outcome: Outcome) -> None:
        """Note what came of a step; pauses are not noted."""
        name, _ = kind_of(step)
        if self.write and name:
            self.note(
                Answered(
                    stage=stage, address=address, step=name, status=outcome.status, data=outcome.data,
                    detail=outcome.detail, tls_version=outcome.tls_version, local=outcome.local, at=outcome.at,
                    port=step.port if isinstance(step, Connect) else 0, took_s=outcome.took_s,
                ),
                at_once=name != "connect",
            )  # fmt: skip

    def has_visited(self, address: str) -> bool:
        """Whether the first visit to this device was over before the run was continued."""
        past = self.visits.get((FIRST, address))
        return past is not None and past.over

    @property
    def cut_at(self) -> float:
        """The last time that was noted before the run was continued."""
        return self.cuts[-1] if self.cuts else self.last_at

    def gone_s(self) -> float:
        """The longest that a first visit had taken which was cut when the run was stopped, from its first answer on."""
        cut = [past.outcomes for (visit, _), past in self.visits.items() if visit == FIRST and not past.over]
        return max((outcomes[-1].at - outcomes[0].at for outcomes in cut if outcomes), default=0.0)

    def is_lost(self, at: float, cuts: Iterable[float] | None = None) -> bool:
        """Whether answers to what was sent at this time may have come when nobody listened, because of one of these cuts."""
        return any(at <= cut <= at + LISTENING_S for cut in (self.cuts if cuts is None else cuts))

    def is_unheard(self, part: str, channel: str, interface: str) -> bool:
        """Whether answers to what a channel asked a network may have been lost."""
        which = (part, channel, interface)
        return any(self.is_lost(at) for shot, at in self.shots.items() if shot[:3] == which)

    def lost_datagrams(self) -> Iterator[Gap]:
        """The unicast questions whose answers may have come when nobody listened any more."""
        for channel, sent in sorted(self.fresh.items()):
            count = sum(self.is_lost(at, self.cuts[-1:]) for at in sent)
            if not count:
                continue
            detail = (
                f"{channel.split()[-1]}: {counted(count, 'question')} had just been sent when the run was stopped: "
            )
            detail += "answers that came later are missing, and nobody is asked twice"
            yield Gap(kind="answers_lost", detail=detail)

    def _visit_of(self, address: str) -> Past | None:
        found = [
            past
            for stage in (AGAIN, MORE, UNHURRIED, FIRST)
            if (past := self.visits.get((stage, address))) and not past.over
        ]
        return found[0] if found else None

    def _learn(self, mark: Mark) -> None:
        if isinstance(mark, Begun):
            self._learn_begun(mark)
        elif isinstance(mark, Asked):
            self._learn_asked(mark)
        elif isinstance(mark, Answered):
            self._learn_answer(mark)
        elif isinstance(mark, Over) and (past := self.visits.get((mark.stage, mark.address))):
            past.over = True
            past.told.clear()
            if not past.late:
                past.outcomes.clear()
                past.steps.clear()
        elif isinstance(mark, Ended):
            self.ended.add(mark.part)
            self.fresh.pop(mark.part.partition(" #")[0], None)
        elif isinstance(mark, Swept):
            self.sweeps[mark.part, mark.interface] = mark
        elif isinstance(mark, Resumed):
            self.cuts.append(self.last_at)
            self.last_at = max(self.last_at, mark.at)

    def _learn_begun(self, mark: Begun) -> None:
        target = checked(mark.target)
        past = self.visits.setdefault((mark.stage, target.address), Past(target))
        if target != past.latest:
            past.renewed[len(past.outcomes)] = target

    def _learn_asked(self, mark: Asked) -> None:
        self.last_at = max(self.last_at, mark.at)
        if mark.channel:
            shot = (mark.stage, mark.channel, mark.interface, mark.source, mark.address, mark.port, mark.number)
            self.shots[shot] = mark.at
            if not mark.interface:
                self.fresh.setdefault(f"{mark.stage} {mark.channel}", []).append(mark.at)
        elif past := self.visits.get((mark.stage, mark.address)):
            past.pending = mark.digest

    def _learn_answer(self, mark: Answered) -> None:
        self.last_at = max(self.last_at, mark.at)
        if mark.step == "connect":
            self.made[mark.address] += 1
            if mark.status in {"ok", "refused"}:
                self.trips.append((mark.address, mark.took_s))
        if past := self.visits.get((mark.stage, mark.address)):
            outcome = Outcome(mark.status, mark.data, mark.detail, mark.tls_version, mark.local, mark.at, mark.took_s)
            past.outcomes.append(outcome)
            past.steps.append((mark.step, str(mark.port) if mark.step == "connect" else past.pending))
            past.pending = ""
            past.late |= mark.step == "connect" and mark.status == "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shooting:
    """The notes of one volley; see wire/udp.py for when they are asked for and made."""

    ledger: Ledger
    part: str
    channel: str
    port: int
    interface: str = ""
    source: str = ""

    def was_sent(self, destination: str, number: int) -> bool:
        """Whether this datagram was sent to this destination by the run that is continued."""
        return self._shot(destination, number) in self.ledger.shots

    def sending(self, destination: str, number: int, datagram: bytes) -> None:
        """Note that it is going to be sent."""
        if self.ledger.write is None:
            return
        digest = sha256(datagram).hexdigest()
        self.ledger.note(
            Asked(
                stage=self.part, channel=self.channel, interface=self.interface, source=self.source,
                address=destination, port=self.port, number=number, digest=digest, at=time.time(),
            ),
            at_once=True,
        )  # fmt: skip

    def _shot(self, destination: str, number: int) -> _Shot:
        return (self.part, self.channel, self.interface, self.source, destination, self.port, number)


def kind_of(step: Step) -> tuple[str, str]:
    """The kind of a step as marks name it, empty for pauses; and its port, or the SHA-256 of what it asks, if anything."""
    if isinstance(step, Connect):
        return "connect", str(step.port)
    if isinstance(step, Exchange):
        return "exchange", sha256(step.request).hexdigest() if step.request else ""
    return ("secure" if isinstance(step, Secure) else ""), ""
