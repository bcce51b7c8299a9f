"""The live feed: find, then ask.

Each finding channel runs in a thread of its own per interface; one device answers all of them at once, but is only
ever connected to afterwards, in its visit, one connection at a time. Everything that comes is yielded as it comes.
"""

import queue
import random
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from itertools import islice

from netaudit.discovery import BY_NAME, CHANNELS, arp
from netaudit.discovery.attached import Attached, holds
from netaudit.discovery.channel import Channel, Question
from netaudit.discovery.plan import Hints, targets
from netaudit.discovery.visit import VISIT_CHANNELS, visit
from netaudit.model import ChannelReport, Event, Gap, Problem, Reply, Target
from netaudit.scope import Scope
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface
from netaudit.wire.link import PASSES
from netaudit.wire.steps import Conversation
from netaudit.wire.tcp import IN_FLIGHT, converse

Job = tuple[Channel, Question]
Events = queue.Queue[tuple[str, Question, Event | BaseException | None]]  # None: the job has ended
Progress = Callable[[str, int, int], None]  # stage, done, total

NEIGHBOUR_BATCH = 256  # the kernel's table holds 1,024 entries by default (gc_thresh3) and drops live ones beyond
UNICAST_BATCH = 65_536  # addresses that are probed by one volley: a larger scope costs time, not memory
UNKNOWN_IN_FLIGHT = 256  # connects to addresses where perhaps nobody is; known devices keep the smaller number
WAITING_EVENTS = 20_000  # that jobs may be ahead of their reader; then the kernel's buffers fill, and it counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What a live run may use."""

    scope: Scope
    interfaces: tuple[Interface, ...]
    gate: Gate
    channels: frozenset[str]
    progress: Progress | None = None


def live_events(live: Live) -> Iterator[Event]:
    """Everything that is heard, in the order in which it comes.

    When the gate is stopped, or a KeyboardInterrupt comes, the asking ends, and a Gap says so.
    """
    run = _Run(live, Attached(live.scope, live.interfaces))
    try:
        yield from run.until_interrupted()
        if live.gate.stopped.is_set():
            yield Gap(kind="interrupted", detail="the run was interrupted: what it had not reached by then is missing")
    finally:
        run.end()


@dataclass(slots=True)
class _Run:
    """What a live run has learnt: who is alive, who answered which channel, what devices said of their ports."""

    live: Live
    attached: Attached
    hints: Hints = field(default_factory=Hints)
    alive: dict[str, None] = field(default_factory=dict)  # in scope, in order of first answer
    heard: dict[str, set[str]] = field(default_factory=dict)  # channel -> addresses that told something
    swept: set[Interface] = field(default_factory=set)  # whose ARP sweep was done
    strangers: set[str] = field(default_factory=set)  # heard, outside the targets
    threads: list[threading.Thread] = field(default_factory=list)
    events: Events = field(default_factory=lambda: queue.Queue(WAITING_EVENTS))
    table: deque[Reply] = field(default_factory=deque)  # read from the kernel while it still knew them

    def until_interrupted(self) -> Iterator[Event]:
        try:
            yield from self.find()
            yield from self.ask()
        except KeyboardInterrupt:
            self.live.gate.stopped.set()

    def end(self) -> None:
        """Stop all threads and wait for them; what they still had to say is dropped."""
        self.live.gate.stopped.set()
        for thread in self.threads:
            while thread.is_alive():
                with suppress(queue.Empty):
                    self.events.get(timeout=0.02)

    def find(self) -> Iterator[Event]:
        """All finding channels on all interfaces, and unicast probes to where no multicast goes."""
        jobs = [job for link in self.attached.links for job in self.find_jobs(link)]
        distant = (a for a in self.attached.beyond(self.multicast_networks()) if ":" not in a)
        yield from self.coverage_before()
        batch = tuple(islice(distant, UNICAST_BATCH))
        yield from self.run_jobs([*jobs, *self.reach_jobs(batch)])
        while (batch := tuple(islice(distant, UNICAST_BATCH))) and not self.live.gate.stopped.is_set():
            yield from self.run_jobs([*self.reach_jobs(batch)])

    def ask(self) -> Iterator[Event]:
        """Probe once, by unicast, who was silent to every multicast; then visit what is alive, or may be."""
        networks = self.multicast_networks()
        silent = tuple(a for a in self.alive if any(holds(n, a) for n in networks) and not self.discovered(a))
        yield from self.run_jobs([*self.reach_jobs(silent)])
        if self.live.channels & VISIT_CHANNELS:
            yield from self.visit_known()
            yield from self.visit_unknown()
            state = "partial" if self.live.gate.stopped.is_set() else "done"
            yield ChannelReport(name="tcp", status=state, sent=self.live.gate.connections)
        self.read_table()
        yield from self.tell_table()

    def progress(self, stage: str, done: int, total: int) -> None:
        if self.live.progress:
            self.live.progress(stage, done, total)

    def multicast_networks(self) -> list[IPv4Network]:
        return [link.network for link in self.attached.links if link.multicast]

    def find_jobs(self, link: Interface) -> Iterator[Job]:
        gate = self.live.gate
        for channel in CHANNELS:
            if channel.find is None or channel.name not in self.live.channels:
                continue
            if channel.name == "arp" and link.has_link_layer:
                addresses = tuple(self.attached.neighbours(link))
                yield channel, Question(gate=gate, interface=link, addresses=addresses)
            elif channel.name != "arp" and link.multicast:
                yield channel, Question(gate=gate, interface=link)

    def reach_jobs(self, addresses: tuple[str, ...]) -> Iterator[Job]:
        if addresses:
            shuffled = tuple(_shuffled(addresses))
            yield from ((c, Question(gate=self.live.gate, addresses=shuffled)) for c in self.reaching())

    def reaching(self) -> list[Channel]:
        return [c for c in CHANNELS if c.reach and c.name in self.live.channels]

    def discovered(self, address: str) -> bool:
        return any(address in self.heard.get(channel.name, ()) for channel in self.reaching())

    def coverage_before(self) -> Iterator[Event]:
        """What is known before the first packet: where which channel cannot work."""
        networks = [i.network for i in self.live.interfaces if i.loopback or i in self.attached.links]
        distant = self.attached.count_beyond(networks)
        if distant:
            detail = (
                f"{distant:,} addresses are not on an attached network ({next(self.attached.beyond(networks), '')} "
            )
            detail += "and others): there is no ARP and no multicast across a router; devices that answer neither "
            detail += "unicast probes nor the asked TCP ports are not seen"
            yield Gap(kind="routed", detail=detail)
        for name in sorted({"arp", "mdns"} & self.live.channels):
            if not self.attached.links:
                reason = "no target is on an attached network" if distant else "loopback has no link to discover on"
                yield ChannelReport(name=name, status="skipped", reason=reason)
            for link in self.attached.links:
                if not (link.has_link_layer if name == "arp" else link.multicast):
                    yield ChannelReport(name=name, status="skipped", reason=f"{link.name} has no such link layer")

    def run_jobs(self, jobs: list[Job]) -> Iterator[Event]:
        """Run each job in a thread; yield what they give until the last has ended."""
        for channel, question in jobs:
            work = channel.find if question.interface else channel.reach
            assert work is not None  # noqa: S101
            thread = threading.Thread(target=_work, args=(channel.name, work, question, self.events), daemon=True)
            self.threads.append(thread)
            thread.start()
        running, total, before = len(jobs), sum(_most_sent(*job) for job in jobs), self.live.gate.slots
        while running:
            self.progress("finding", min(self.live.gate.slots - before, total), total)
            found = _next(self.events)
            if found is None:
                continue
            name, question, event = found
            if isinstance(event, BaseException):
                raise event
            if event is None:
                running -= 1
                continue
            yield from self.take(event, name, question)

    def take(self, event: Event, name: str, question: Question | None = None) -> Iterator[Event]:
        """Learn from an event and pass it on; what we or an excluded address said is not kept."""
        if not isinstance(event, Reply):
            if isinstance(event, ChannelReport) and name == "arp" and event.status == "done" and question:
                assert question.interface is not None  # noqa: S101
                self.swept.add(question.interface)
        elif event.address in self.attached.own:
            return
        elif event.address and self.live.scope.bars(event.address):
            detail = "it answered a question to the whole network, and is excluded: its answer was thrown away"
            yield Problem(stage="find", channel=name, address=event.address, status="out_of_scope", detail=detail)
            return
        else:
            yield from self.place(event)
            self.learn(event)
        yield event

    def place(self, reply: Reply) -> Iterator[Gap]:
        """Say once of each address outside the targets what it is: a neighbour, or a device on the wrong subnet."""
        if not reply.address or reply.address in self.live.scope or reply.address in self.strangers:
            return
        self.strangers.add(reply.address)
        if self.attached.is_near(reply.address):
            detail = "heard on the attached network, outside the targets: it was not asked further"
            yield Gap(kind="outside_targets", detail=detail, address=reply.address)
        elif reply.interface:
            detail = f"heard on {reply.interface}, with an address that does not belong to its network: "
            detail += "a device with a factory or foreign address; it was not asked further"
            yield Gap(kind="wrong_subnet", detail=detail, address=reply.address)

    def learn(self, reply: Reply) -> None:
        if reply.address in self.live.scope:
            self.alive.setdefault(reply.address)
            if self.tells(reply):
                self.heard.setdefault(reply.channel, set()).add(reply.address)

    def tells(self, reply: Reply) -> bool:
        """Whether a reply says anything of its device: who only asks others has not answered yet."""
        channel = BY_NAME.get(reply.channel)
        if channel is None or channel.reach is None:
            return True
        try:
            observations = tuple(channel.read(reply))
        except ValueError:
            return False  # told as a problem when the replies are read for good
        self.hints.learn(observations)
        return bool(observations)

    def visit_known(self) -> Iterator[Event]:
        for address in sorted(self.hints.locked.intersection(self.alive)):
            yield Gap(kind="locked", detail="the device says that it is locked: it was not asked", address=address)
        yield from self.visit_all(tuple(self.alive), IN_FLIGHT, len(self.alive))

    def visit_unknown(self) -> Iterator[Event]:
        """Addresses that nobody asked by ARP: whether somebody is there only a connect can tell."""
        swept = [link.network for link in self.attached.links if link in self.swept]
        known = frozenset(self.alive)
        unknown = (a for a in self.attached.beyond(swept) if a not in known)
        yield from self.visit_all(unknown, UNKNOWN_IN_FLIGHT, self.attached.count_beyond(swept))

    def visit_all(self, addresses: Iterable[str], in_flight: int, total: int) -> Iterator[Event]:
        wanted = self.conversations(targets(_shuffled(addresses), self.hints), total)
        for event in converse(wanted, self.live.gate, in_flight):
            yield from self.take(event, "tcp")
            yield from self.tell_table()
        self.progress("asking", total, total)

    def conversations(self, every: Iterable[Target], total: int) -> Iterator[tuple[str, Conversation]]:
        for number, target in enumerate(every):
            self.progress("asking", number, total)
            if number % NEIGHBOUR_BATCH == NEIGHBOUR_BATCH - 1:
                self.read_table()
            yield target.address, visit(target, self.live.channels)

    def read_table(self) -> None:
        """Take down what the kernel has resolved, before it forgets; `tell_table` tells it."""
        if "arp" in self.live.channels:
            self.table.extend(arp.read_table())

    def tell_table(self) -> Iterator[Event]:
        """Hardware addresses that the kernel resolved, where no ARP sweep has told them."""
        names = {link.name for link in self.attached.links if link not in self.swept}
        while self.table:
            reply = self.table.popleft()
            known = reply.address in self.heard.get("arp", ())
            if reply.interface in names and reply.address in self.live.scope and not known:
                yield from self.take(reply, "arp")


def _work(name: str, work: Callable[[Question], Iterable[Event]], question: Question, events: Events) -> None:
    try:
        for event in work(question):
            events.put((name, question, event))
        events.put((name, question, None))
    except BaseException as error:  # noqa: BLE001  raised again in the thread that waits
        events.put((name, question, error))


def _next(events: Events) -> tuple[str, Question, Event | BaseException | None] | None:
    """The next event, or None for now: an interrupt is noticed at once on every platform, and progress is shown."""
    try:
        return events.get(timeout=0.2)
    except queue.Empty:
        return None


def _most_sent(channel: Channel, question: Question) -> int:
    """The most packets that a job sends: what its progress is measured by."""
    return len(question.addresses) * (PASSES if channel.name == "arp" else 1)


def _shuffled(addresses: Iterable[str]) -> Iterator[str]:
    """The same addresses, mixed within each batch, so that no switch port's devices are asked in a row."""
    remaining = iter(addresses)
    while batch := list(islice(remaining, NEIGHBOUR_BATCH)):
        random.shuffle(batch)
        yield from batch
