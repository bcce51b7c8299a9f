"""The course of a live run: what it may use, and what it has learnt so far of who is there.

Every phase (find.py, ask.py, …) is given the course, hands it each event that comes, and passes on what it gives back.
"""

import queue
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from netaudit.discovery import BY_NAME
from netaudit.discovery.attached import Attached, place_of
from netaudit.discovery.channel import Channel, Question
from netaudit.discovery.hearsay import LISTEN, Hearsay
from netaudit.discovery.ledger import Ledger
from netaudit.discovery.plan import Hints
from netaudit.discovery.standing import Prospect, Standing
from netaudit.model import ChannelReport, Event, Gap, Problem, Reply
from netaudit.profiles import PROFILES, Profile
from netaudit.scope import Scope
from netaudit.wire.clock import Clock
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface
from netaudit.wire.readiness import Bell
from netaudit.wire.room import Room, room_here
from netaudit.wire.trips import RESENT_S, Trips

if TYPE_CHECKING:
    from netaudit.discovery.login.means import Means
    from netaudit.discovery.visiting.state import Visit

Progress = Callable[[Standing], None]
NOWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  what a device that has no address yet sends from
Job = tuple[Channel, Question]
Events = queue.Queue[tuple[int, Event | BaseException | None]]  # the job's number; None: it has ended

MUTE_S = 0.5  # a neighbour that has answered ARP, and takes no connection for so long, is likely to take none
TOLD_S = 0.1  # between two tellings of one stage: a packet is no news
WAITING_EVENTS = 20_000  # that jobs may be ahead of their reader; then the kernel's buffers fill, and it counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What a live run may use."""

    scope: Scope
    interfaces: tuple[Interface, ...]
    gate: Gate
    channels: frozenset[str]
    progress: Progress | None = None
    listen_s: float = 0.0  # how long to hear what others send, while questions are asked
    listens_on: bool = True  # all that time, even where nothing is asked any more
    profile: Profile = PROFILES["gentle"]
    host_timeout_s: float | None = None  # a device's visit ends after this
    quiet_from: datetime | None = None  # nothing is sent from then on
    again: bool = True  # devices that were late are asked once more
    logins: "Means | None" = None  # without it no login is sent
    ledger: Ledger = field(default_factory=Ledger)  # what was asked, and what by a run that this one continues


@dataclass(frozen=True, slots=True)
class Late:
    """A device that answered, but not on all ports in time."""

    state: "Visit"  # what its visit has left
    ports: tuple[int, ...]  # that did not answer
    at: float  # when its visit began, by the clock of the course


@dataclass(slots=True)
class Course:
    """What a live run has learnt: who is alive, who answered which channel, what devices said of their ports."""

    live: Live
    attached: Attached
    clock: Callable[[], float] = field(default_factory=Clock)  # of all that is waited for
    hints: Hints = field(default_factory=Hints)
    alive: dict[str, None] = field(default_factory=dict)  # in scope, in order of first answer
    heard: dict[str, set[str]] = field(default_factory=dict)  # channel -> addresses that told something
    swept: set[Interface] = field(default_factory=set)  # whose ARP sweep was done
    strangers: set[str] = field(default_factory=set)  # heard, outside the targets
    hearsay: Hearsay = field(default_factory=Hearsay)  # what was heard twice, and of whom nothing is kept
    threads: list[threading.Thread] = field(default_factory=list)
    under_way: dict[int, Job] = field(default_factory=dict)  # jobs that have not ended, by the number of their thread
    heard_enough: Bell = field(default_factory=Bell)  # what only listens may end
    answered: Bell = field(default_factory=Bell)  # answers are waited for no longer
    began_at: float = 0.0  # when the first question was asked
    news: dict[str, float] = field(default_factory=dict)  # address -> when it was first heard by one more channel
    heard_at: float = 0.0  # when a datagram came last that was asked for
    events: Events = field(default_factory=lambda: queue.Queue(WAITING_EVENTS))
    table: deque[Reply] = field(default_factory=deque)  # read from the kernel while it still knew them
    left_alone: set[str] = field(default_factory=set)  # that must not be asked any more
    open_ports: dict[str, int] = field(default_factory=dict)  # address -> a TCP port that answered, or refused
    visited: dict[str, "Visit"] = field(default_factory=dict)  # known devices, with what their first visit has left
    late: dict[str, Late] = field(default_factory=dict)  # who did not answer everything in time
    trips: dict[str, Trips] = field(default_factory=dict)  # how long packets travel, by network; "": behind routers
    resent: int = 0  # connects across a router whose first packet, or its answer, was lost
    slowest_s: dict[str, float] = field(default_factory=dict)  # the longest that a connection took, by place
    room: Room = field(default_factory=room_here)  # for neighbours, in the kernel's table
    lossy: set[str] = field(default_factory=set)  # addresses of our interfaces whose link lost packets
    asked_at: float = 0.0  # when the last question of finding was asked
    made: Counter[str] = field(default_factory=Counter)  # connections that were told already, by network
    prospect: Prospect = field(default_factory=Prospect)
    phase: str = ""
    dialled: int = 0  # addresses of which only a connection can tell
    in_flight: int = 0  # devices that are visited just now
    awaited: dict[str, tuple["Visit", float]] = field(default_factory=dict)  # visits to neighbours, and when they began
    delayed: dict[str, "Visit"] = field(default_factory=dict)  # devices that let a connection wait in vain
    told: tuple[str, int, float] = ("", 0, 0.0)  # of which stage progress was told last, how far, and when

    def enter(self, phase: str) -> None:
        """Begin a phase, by its name in live.PHASES; empty where nothing more is asked."""
        self.phase = phase
        self.progress("", 0, 0)

    def progress(self, stage: str, done: int, total: int) -> None:
        """Tell whoever watches how far a stage has come: its beginning, its end, and now and then between."""
        if self.live.progress is None:
            return
        now = self.clock()
        before, far, at = self.told
        if stage and stage == before and (done < total or done == far) and now < at + TOLD_S:
            return
        self.told = (stage, done, now)
        self.live.progress(self._standing(stage, done, total))

    def _mute(self, silent: set[str]) -> int:
        """How many devices seem to take no connection; the silent among the neighbours are suspected early."""
        mute = {a for a, state in self.delayed.items() if not state.alive and state.late > bool(self.lossy)}
        if not self.lossy:
            before = self.clock() - MUTE_S
            mute.update(a for a, (state, at) in self.awaited.items() if at < before and not state.alive and a in silent)
        return len(mute)

    def note_delay(self, state: "Visit") -> None:
        """Remember a device that let a connection wait in vain; at other addresses perhaps nobody is."""
        if state.target.address in self.alive:
            self.delayed[state.target.address] = state

    def trips_to(self, address: str) -> Trips:
        """The round trips to the network of an address."""
        return self.trips.setdefault(self.attached.network_of(address), Trips())

    def learn_trip(self, address: str, took_s: float) -> None:
        """Learn from a connection that was answered, if only with a refusal, how long packets travel there and back."""
        self.trips_to(address).take(took_s)
        self.resent += took_s >= RESENT_S and not self.attached.is_near(address)
        place = place_of(address)
        self.slowest_s[place] = max(took_s, self.slowest_s.get(place, 0.0))

    def _standing(self, stage: str, done: int, total: int) -> Standing:
        near = self.heard.get("arp", set())
        silent = near - self.discovered()
        return Standing(
            stage=stage,
            done=done,
            total=total,
            phase=self.phase,
            alive=len(self.alive),
            near=len(near),
            silent=len(silent),
            dialled=self.dialled,
            in_flight=self.in_flight,
            late=len(self.late.keys() - self.left_alone),
            mute=self._mute(silent),
            lossy=bool(self.lossy),
            resent=self.resent,
            prospect=self.prospect,
        )

    def multicast_networks(self) -> list[IPv4Network]:
        """The attached networks that a multicast question reaches."""
        return [link.network for link in self.attached.links if link.multicast]

    def discovered(self) -> set[str]:
        """The addresses that answered a discovery protocol."""
        return set[str]().union(*(self.heard.get(name, ()) for name, channel in BY_NAME.items() if channel.reach))

    def told_of(self, address: str) -> bool:
        """Whether this address answered a discovery protocol."""
        return any(address in self.heard.get(name, ()) for name, channel in BY_NAME.items() if channel.reach)

    def take(self, event: Event, name: str, question: Question | None = None) -> Iterator[Event]:
        """Learn from an event and pass it on; what we or an excluded address said is not kept."""
        if isinstance(event, ChannelReport):
            event = self._report(event, question)
        elif isinstance(event, Gap):
            self._gap(event)
        elif not isinstance(event, Reply):
            pass
        elif event.address in self.attached.own or self.hearsay.refuses(event, listened=name == LISTEN):
            return
        elif event.address and self.live.scope.bars(event.address):
            self.hearsay.bar(event)
            spoke = "it sent this unasked" if name == LISTEN else "it answered a question to the whole network"
            detail = f"{spoke}, and is excluded: that was thrown away"
            yield Problem(stage="find", channel=name, address=event.address, status="out_of_scope", detail=detail)
            return
        else:
            if event.transport == "udp" and name != LISTEN:
                self.heard_at = self.clock()
            yield from self._place(event)
            self._learn(event)
        if self.live.logins:
            self.live.logins.witness.take(event)
        yield event

    def relearn(self, event: Event) -> None:
        """Learn from an event of the run that this one continues."""
        if isinstance(event, Reply):
            self.hearsay.refuses(event, listened=False)
            list(self._place(event))
            self._learn(event)
        elif isinstance(event, Gap):
            self._gap(event)
        elif isinstance(event, ChannelReport) and event.name == "arp" and event.status == "done":
            self.swept.update(link for link in self.attached.links if str(link.network) == event.network)
        elif isinstance(event, ChannelReport) and event.name == "tcp":
            self.made[event.network] += event.sent
        if self.live.logins:
            self.live.logins.witness.take(event)

    def tell_connections(self, *, always: bool = False) -> Iterator[ChannelReport]:
        """The connections that were begun since the last telling, network by network."""
        new = self.live.gate.counted() - self.made
        self.made += new
        state = "partial" if self.live.gate.stopped.is_set() else "done"
        for network in sorted(new) or ([""] if always else []):
            yield ChannelReport(name="tcp", status=state, sent=new[network], network=network)

    def _report(self, report: ChannelReport, question: Question | None) -> ChannelReport:
        if question is None or question.interface is None:
            return report
        if report.name == "arp" and report.status == "done":
            self.swept.add(question.link)
        return replace(report, network=str(question.link.network))

    def _gap(self, gap: Gap) -> None:
        if gap.kind in {"locked", "left_alone"}:
            self.left_alone.add(gap.address)
        elif gap.kind == "lossy":
            self.lossy.add(gap.address)

    def _place(self, reply: Reply) -> Iterator[Gap]:
        """Say once of each address outside the targets what it is: a neighbour, or a device on the wrong subnet."""
        if reply.address in NOWHERE or reply.address in self.live.scope or reply.address in self.strangers:
            return
        if ":" in reply.address and reply.interface:  # on the link as all its neighbours are: listed, not asked
            return
        self.strangers.add(reply.address)
        if self.attached.is_near(reply.address):
            detail = "heard on the attached network, outside the targets: it was not asked further"
            yield Gap(kind="outside_targets", detail=detail, address=reply.address)
        elif reply.interface:
            detail = f"heard on {reply.interface}, with an address that does not belong to its network: "
            detail += "a device with a factory or foreign address; it was not asked further"
            yield Gap(kind="wrong_subnet", detail=detail, address=reply.address)

    def _learn(self, reply: Reply) -> None:
        if reply.address in self.live.scope:
            self.alive.setdefault(reply.address)
            if reply.transport in {"tcp", "tls"}:
                self.open_ports.setdefault(reply.address, reply.port)
            if self._tells(reply):
                known = self.heard.setdefault(reply.channel, set())
                if reply.address not in known:
                    known.add(reply.address)
                    self.news[reply.address] = self.clock()

    def _tells(self, reply: Reply) -> bool:
        """Whether a reply says anything of its device: who only asks others has not answered yet."""
        channel = BY_NAME.get(reply.channel)
        if channel is None or channel.find is None:
            return True
        try:
            observations = tuple(channel.read(reply))
        except ValueError:
            return False  # told as a problem when the replies are read for good
        self.hints.learn(observations)
        return bool(observations)
