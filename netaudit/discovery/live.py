"""The live feed: find, then ask.

Each finding channel runs in a thread of its own per interface; one device answers all of them at once, but is only
ever connected to afterwards, in its visit, one connection at a time. Everything that comes is yielded as it comes.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network, ip_address
from itertools import islice

from netaudit.discovery import BY_NAME, CHANNELS, arp
from netaudit.discovery.channel import Channel, Question
from netaudit.discovery.plan import Hints, targets
from netaudit.discovery.visit import visit
from netaudit.model import ChannelReport, Event, Gap, Problem, Reply, Target
from netaudit.scope import Scope
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface
from netaudit.wire.tcp import IN_FLIGHT, converse

Events = queue.SimpleQueue[tuple[str, Question, Event | BaseException | None]]  # None: the job has ended
Progress = Callable[[str, int, int], None]  # stage, done, total

VISIT_CHANNELS = frozenset({"http", "rtsp", "tls", "tcp"})
NEIGHBOUR_BATCH = 256  # the kernel's table holds 1,024 entries by default (gc_thresh3) and drops live ones beyond
UNKNOWN_IN_FLIGHT = 256  # connects to addresses where perhaps nobody is; known devices keep the smaller number


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
    run = _Run(live)
    try:
        yield from run.until_interrupted()
        if live.gate.stopped.is_set():
            yield Gap(kind="interrupted", detail="the run was interrupted: what it had not reached by then is missing")
    finally:
        live.gate.stopped.set()
        for thread in run.threads:
            thread.join()


@dataclass(slots=True)
class _Run:
    """What a live run has learnt: who is alive, who answered which channel, what devices said of their ports."""

    live: Live
    hints: Hints = field(default_factory=Hints)
    alive: dict[str, None] = field(default_factory=dict)  # in scope, in order of first answer
    heard: dict[str, set[str]] = field(default_factory=dict)  # channel -> addresses
    swept: set[str] = field(default_factory=set)  # names of interfaces whose ARP sweep was done
    strangers: set[str] = field(default_factory=set)  # heard, outside the targets
    threads: list[threading.Thread] = field(default_factory=list)

    def until_interrupted(self) -> Iterator[Event]:
        try:
            yield from self.find()
            yield from self.ask()
        except KeyboardInterrupt:
            self.live.gate.stopped.set()

    def find(self) -> Iterator[Event]:
        """All finding channels on all interfaces, and unicast probes to what no interface is attached to."""
        jobs = [job for interface in self.attached() for job in self.find_jobs(interface)]
        routed = tuple(self.routed())
        jobs += [(c, Question(gate=self.live.gate, addresses=routed)) for c in self.reaching() if routed]
        yield from self.coverage_before(routed)
        yield from self.run_jobs(jobs)

    def ask(self) -> Iterator[Event]:
        """Probe once, by unicast, who was silent to every multicast; then visit what is alive, or may be."""
        silent = tuple(a for a in self.alive if self.on_link(a) and not self.discovered(a))
        yield from self.run_jobs(
            [(c, Question(gate=self.live.gate, addresses=silent)) for c in self.reaching() if silent]
        )
        if self.live.channels & VISIT_CHANNELS:
            yield from self.visit_all(list(self.alive), IN_FLIGHT)
            unknown = [a for a in self.unswept() if a not in self.alive]
            yield from self.visit_all(unknown, UNKNOWN_IN_FLIGHT)
            state = "partial" if self.live.gate.stopped.is_set() else "done"
            yield ChannelReport(name="tcp", status=state, sent=self.live.gate.connections)
        yield from self.read_table()

    def progress(self, stage: str, done: int, total: int) -> None:
        if self.live.progress:
            self.live.progress(stage, done, total)

    def attached(self) -> list[Interface]:
        """The interfaces whose network is in scope; loopback has no link to discover on."""
        return [i for i in self.live.interfaces if not i.loopback and self.live.scope.overlaps(i.network)]

    def find_jobs(self, interface: Interface) -> Iterator[tuple[Channel, Question]]:
        gate = self.live.gate
        for channel in CHANNELS:
            if channel.find is None or channel.name not in self.live.channels:
                continue
            if channel.name == "arp" and interface.has_link_layer:
                addresses = tuple(a for a in self.live.scope.within(interface.network) if a != interface.address)
                yield channel, Question(gate=gate, interface=interface, addresses=addresses)
            elif channel.name != "arp" and interface.multicast:
                yield channel, Question(gate=gate, interface=interface)

    def reaching(self) -> list[Channel]:
        return [c for c in CHANNELS if c.reach and c.name in self.live.channels]

    def routed(self) -> Iterator[str]:
        """Addresses that only unicast reaches: behind a router, on loopback, or on a link without multicast."""
        linked = [i.network for i in self.attached() if i.multicast]
        own = {i.address for i in self.live.interfaces if not i.loopback}
        for first in self.live.scope.addresses():
            if first not in own and not any(_holds(network, first) for network in linked):
                yield first

    def unswept(self) -> Iterator[str]:
        """Addresses that nobody asked by ARP: whether somebody is there only a connect can tell."""
        swept = [i.network for i in self.attached() if i.name in self.swept]
        own = {i.address for i in self.live.interfaces if not i.loopback}
        for address in self.live.scope.addresses():
            if address not in own and not any(_holds(network, address) for network in swept):
                yield address

    def on_link(self, address: str) -> bool:
        return any(_holds(i.network, address) for i in self.attached())

    def discovered(self, address: str) -> bool:
        return any(address in self.heard.get(channel.name, ()) for channel in self.reaching())

    def coverage_before(self, routed: tuple[str, ...]) -> Iterator[Event]:
        """What is known before the first packet: where which channel cannot work."""
        loopback = [i.network for i in self.live.interfaces if i.loopback]
        distant = [a for a in routed if not any(_holds(network, a) for network in loopback)]
        if distant:
            detail = f"{len(distant)} addresses are not on an attached network ({distant[0]} and others): there is no "
            detail += "ARP and no multicast across a router; devices that answer neither unicast probes nor the asked "
            detail += "TCP ports are not seen"
            yield Gap(kind="routed", detail=detail)
        if not self.attached():
            for name in sorted({"arp", "mdns"} & self.live.channels):
                reason = "no target is on an attached network" if distant else "loopback has no link to discover on"
                yield ChannelReport(name=name, status="skipped", reason=reason)

    def run_jobs(self, jobs: list[tuple[Channel, Question]]) -> Iterator[Event]:
        """Run each job in a thread; yield what they give until the last has ended."""
        events: Events = queue.SimpleQueue()
        for channel, question in jobs:
            work = channel.find if question.interface else channel.reach
            assert work is not None  # noqa: S101
            thread = threading.Thread(target=_work, args=(channel.name, work, question, events), daemon=True)
            self.threads.append(thread)
            thread.start()
        running, total = len(jobs), len(jobs)
        while running:
            self.progress("listening", total - running, total)
            name, question, event = _next(events)
            if isinstance(event, BaseException):
                raise event
            if event is None:
                running -= 1
                continue
            yield from self.take(event, name, question)

    def take(self, event: Event, name: str, question: Question | None = None) -> Iterator[Event]:
        """Learn from an event and pass it on; what an excluded address says is not kept."""
        if not isinstance(event, Reply):
            if isinstance(event, ChannelReport) and name == "arp" and event.status == "done" and question:
                assert question.interface is not None  # noqa: S101
                self.swept.add(question.interface.name)
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
        if self.on_link(reply.address):
            detail = "heard on the attached network, outside the targets: it was not asked further"
            yield Gap(kind="outside_targets", detail=detail, address=reply.address)
        elif reply.interface:
            detail = f"heard on {reply.interface}, with an address that does not belong to its network: "
            detail += "a device with a factory or foreign address; it was not asked further"
            yield Gap(kind="wrong_subnet", detail=detail, address=reply.address)

    def learn(self, reply: Reply) -> None:
        if reply.address in self.live.scope:
            self.alive.setdefault(reply.address)
            self.heard.setdefault(reply.channel, set()).add(reply.address)
        if reply.channel in {"sadp", "dhip"}:
            try:
                self.hints.learn(BY_NAME[reply.channel].read(reply))
            except ValueError:
                return  # told as a problem when the replies are read for good

    def visit_all(self, addresses: list[str], in_flight: int) -> Iterator[Event]:
        """Visits in batches, so that the kernel's neighbour table is read before it forgets."""
        for address in sorted(self.hints.locked.intersection(addresses)):
            yield Gap(kind="locked", detail="the device says that it is locked: it was not asked", address=address)
        every = targets(addresses, self.hints)
        done = 0
        while batch := list(islice(every, NEIGHBOUR_BATCH)):
            conversations = ((t.address, visit(t)) for t in self.counted(batch, done, len(addresses)))
            for event in converse(conversations, self.live.gate, in_flight):
                yield from self.take(event, "tcp")
            yield from self.read_table()
            done += len(batch)
        self.progress("asking", len(addresses), len(addresses))

    def counted(self, batch: list[Target], done: int, total: int) -> Iterator[Target]:
        for number, target in enumerate(batch):
            self.progress("asking", done + number, total)
            yield target

    def read_table(self) -> Iterator[Event]:
        """Hardware addresses that the kernel resolved, where no ARP sweep has told them."""
        if "arp" not in self.live.channels:
            return
        names = {i.name for i in self.attached()} - self.swept
        for reply in arp.read_table():
            known = reply.address in self.heard.setdefault("arp", set())
            if reply.interface in names and reply.address in self.live.scope and not known:
                yield from self.take(reply, "arp")


def _work(
    name: str,
    work: Callable[[Question], Iterable[Event]],
    question: Question,
    events: Events,
) -> None:
    try:
        for event in work(question):
            events.put((name, question, event))
        events.put((name, question, None))
    except BaseException as error:  # noqa: BLE001  raised again in the thread that waits
        events.put((name, question, error))


def _next(events: Events) -> tuple[str, Question, Event | BaseException | None]:
    """The next event; waits in slices, so that an interrupt is noticed at once on every platform."""
    while True:
        try:
            return events.get(timeout=0.2)
        except queue.Empty:
            continue


def _holds(network: IPv4Network, address: str) -> bool:
    return ip_address(address) in network
