"""The second phase of a live run: visit what is alive, or may be, one connection at a time per device.

Without an ARP sweep a connect is what tells whether somebody is at an address, and what makes the kernel resolve it:
its table is then read while it still knows.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from itertools import chain

from netaudit.discovery import arp
from netaudit.discovery.attached import holds
from netaudit.discovery.course import Course, Late
from netaudit.discovery.find import PROBED_S, SILENT
from netaudit.discovery.jobs import hear
from netaudit.discovery.ledger import FIRST
from netaudit.discovery.resumption import noted, retrace
from netaudit.discovery.shuffle import shuffled
from netaudit.discovery.visit import MOST_PORTS, VISIT_CHANNELS, go_on
from netaudit.discovery.visiting.state import Visit
from netaudit.model import Event, Gap
from netaudit.wire.steps import CONNECT_TIMEOUT_S, Connect, Conversation, Pause, Step
from netaudit.wire.tcp import IN_FLIGHT, attend
from netaudit.wire.trips import RESENT_S, Trips

NEIGHBOUR_BATCH = 256  # the kernel's table holds 1,024 entries by default (gc_thresh3) and drops live ones beyond
UNKNOWN_IN_FLIGHT = 256  # connects to addresses where perhaps nobody is; known devices keep the smaller number
# A lost SYN is sent again by the kernel after 1 s (RFC 6298 section 2.1), and the answer to that one is still waited
# for, so that one lost packet loses no port, and no device of which only one port would tell.
PATIENT_CONNECT_S = 1.4
# Where connects to known devices had to be sent again, on the way to those of which nothing is known packets are lost.
LOSSY_CONNECT_S = 3.3  # two repetitions, after 1 s and after 3 s
FEW_RESENT = 3  # devices may be slow by themselves
FEW_LATE = 3  # ports without an answer, and none with one: a firewall, not a lost packet
# The least that a connection gets then, where answers on this network come at once: a radio that sleeps hears of it after
# three beacons of its access point at the latest, as most set it (IEEE 802.11: DTIM period, beacons 102.4 ms apart).
SILENT_CONNECT_S = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a visit waits for connections, and with how many time-outs it ends where none was ever taken."""

    connect_s: float
    most_late: int = MOST_PORTS
    stage: str = "asking"  # what progress is told under
    visit: str = FIRST  # of a device: the ledger tells them apart


def ask(course: Course) -> Iterator[Event]:
    """Visit the addresses that answered, then those of which only a connect can tell."""
    course.dialled = course.attached.count_beyond(_swept(course))
    if course.live.channels & VISIT_CHANNELS:
        yield from tell_locked(course)
        known, heard = tuple(course.alive), course.discovered()
        near = frozenset(filter(course.attached.is_near, known))
        # Neighbours come last: they may have to wait for room in the kernel's table, and silent ones are just being
        # probed: what they name then is worth the wait.
        far, told = [a for a in known if a not in near], [a for a in known if a in near and a in heard]
        silent = [a for a in known if a in near and a not in heard]
        yield from visit_known(course, far, told, silent=silent)
        yield from _visit_unknown(course)
        yield from course.tell_connections(always=True)
    _read_table(course)
    yield from _tell_table(course)


def tell_locked(course: Course) -> Iterator[Gap]:
    """The devices that said that they are locked, as far as nobody was told yet."""
    for address in sorted(course.hints.locked.intersection(course.alive) - course.left_alone):
        course.left_alone.add(address)
        yield Gap(kind="locked", detail="the device says that it is locked: it was not asked", address=address)


def visit_known(course: Course, *groups: Sequence[str], silent: Sequence[str] = ()) -> Iterator[Event]:
    """Visit addresses where a device is known to be, one group of them after the other; the silent once they may answer."""
    addresses = chain(*(shuffled(group) for group in groups), _once_probed(course, silent))
    patience = Patience(connect_s=PATIENT_CONNECT_S)
    every = frozenset(chain(silent, *groups)) - course.hints.locked
    total = sum(not _is_over(course, address, FIRST) for address in every)
    yield from _visit_all(course, addresses, total, IN_FLIGHT, patience)


def _once_probed(course: Course, addresses: Sequence[str]) -> Iterator[str | None]:
    """Each address when it has answered its probes, or has had the time; None meanwhile."""
    for address in shuffled(addresses):
        while _may_answer(course, address):
            yield None
        yield address


def _may_answer(course: Course, address: str) -> bool:
    probing = any(question.part == SILENT for _, question in course.under_way.values())
    return probing and time.monotonic() < course.asked_at + PROBED_S and not course.told_of(address)


def _visit_unknown(course: Course) -> Iterator[Event]:
    """Addresses that nobody asked by ARP: whether somebody is there only a connect can tell."""
    known, swept = frozenset(course.alive), _swept(course)
    unknown = shuffled(a for a in course.attached.beyond(swept) if a not in known)
    over_before = sum(past.over for (_, address), past in course.live.ledger.visits.items() if address not in known)
    known_there = sum(not any(holds(network, address) for network in swept) for address in known)
    total = max(0, course.dialled - known_there - over_before)
    connect_s = LOSSY_CONNECT_S if course.resent >= FEW_RESENT else PATIENT_CONNECT_S
    patience = Patience(connect_s=connect_s, stage="asking the silent")
    yield from _visit_all(course, unknown, total, UNKNOWN_IN_FLIGHT, patience)


def _swept(course: Course) -> list[IPv4Network]:
    return [link.network for link in course.attached.links if link in course.swept]


def _visit_all(
    course: Course, addresses: Iterable[str | None], total: int, in_flight: int, patience: Patience
) -> Iterator[Event]:
    yield from hold(course, plan_visits(course, addresses), total, in_flight, patience)


def plan_visits(course: Course, addresses: Iterable[str | None]) -> Iterator[Visit | None]:
    """A visit for each address, by what is known when it comes, but for devices that said that they are locked."""
    for address in addresses:
        if address is None:
            yield None
        elif address not in course.hints.locked:
            yield Visit(course.hints.target(address), course.live.channels)


def hold(
    course: Course, visits: Iterable[Visit | None], total: int, in_flight: int, patience: Patience
) -> Iterator[Event]:
    """Hold these visits, at most `in_flight` at once, and learn from what they tell, and from what else is heard.

    None stands for nobody to visit just now.
    """
    over = _Over(course, patience.stage, total)
    over.tell()
    wanted = _conversations(course, visits, over, patience)
    with closing(attend(wanted, course.live.gate, in_flight, course.live.host_timeout_s)) as events:
        for event in events:
            if event is None:
                yield from hear(course) if course.under_way else ()
            else:
                yield from course.take(event, "tcp")
                yield from _tell_table(course)
            over.tell()
    if total:
        course.progress(patience.stage, total, total)


def _conversations(
    course: Course, visits: Iterable[Visit | None], over: "_Over", patience: Patience
) -> Iterator[tuple[str, Conversation] | None]:
    for number, state in enumerate(visits):
        if state is None:
            yield None
            continue
        if number % NEIGHBOUR_BATCH == NEIGHBOUR_BATCH - 1:
            _read_table(course)
        past = course.live.ledger.visits.get((patience.visit, state.target.address))
        if past and past.over:
            continue
        over.begun += 1
        state.target = past.target if past else state.target
        if patience.visit == FIRST and state.target.address in course.alive:
            course.visited[state.target.address] = state
        conversation = _noting_late(course, state, patience)
        limit_s = course.live.host_timeout_s
        visit = noted(course.live.ledger, patience.visit, state, conversation, limit_s)
        yield state.target.address, over.count(state, visit)
        over.tell()


@dataclass(slots=True)
class _Over:
    """How many visits of a stage are over."""

    course: Course
    stage: str
    total: int
    begun: int = 0
    ended: int = 0

    def count(self, state: Visit, conversation: Conversation) -> Conversation:
        """The same conversation; when it ends it is counted."""
        try:
            yield from conversation
        finally:
            self.ended += 1
            self.course.awaited.pop(state.target.address, None)

    def tell(self) -> None:
        self.course.in_flight = self.begun - self.ended
        self.course.progress(self.stage, self.ended, self.total)


def _is_over(course: Course, address: str, visit: str) -> bool:
    past = course.live.ledger.visits.get((visit, address))
    return past is not None and past.over


def recall_late(course: Course) -> None:
    """Note anew who was late in a visit that was over before this run was continued."""
    for (visit, address), past in course.live.ledger.visits.items():
        if visit == FIRST and past.over and past.late and address not in course.late:
            state = Visit(past.target, course.live.channels)
            retrace(past, _noting_late(course, state, Patience(connect_s=CONNECT_TIMEOUT_S)))


def _noting_late(course: Course, state: Visit, patience: Patience) -> Conversation:
    """The visit, noting at its end the ports of a living device that did not answer in time."""
    near = course.attached.is_near(state.target.address)
    if near and state.target.address in course.alive and (wait_s := course.room.wait_s(state.target.address)):
        yield Pause(wait_s)
    began = time.monotonic()
    if near:
        course.awaited[state.target.address] = state, began
    conversation = go_on(state)
    late: list[int] = []
    item = next(conversation, None)
    trips = course.trips.setdefault(course.attached.network_of(state.target.address), Trips())
    while item is not None:
        outcome = yield _patient(item, state, late, patience, trips)
        if isinstance(item, Connect) and outcome.status == "timeout":
            late.append(item.port)
            course.note_delay(state)
        elif isinstance(item, Connect) and outcome.status in {"ok", "refused"}:
            trips.take(outcome.took_s)
            course.resent += not near and outcome.took_s >= RESENT_S
        is_enough = len(late) >= patience.most_late and not state.alive
        if is_enough or state.target.address in course.hints.locked:  # that may be heard in the middle of a visit
            conversation.close()
            break
        try:
            item = conversation.send(outcome)
        except StopIteration:
            break
    if late and state.target.address in course.alive:
        before = course.late.get(state.target.address)
        course.late[state.target.address] = Late(state, (*(before.ports if before else ()), *late), began)


def _patient(item: Step | Event, state: Visit, late: list[int], patience: Patience, trips: Trips) -> Step | Event:
    """The step, with the time that a connection gets: who was silent on some ports is not waited for on all."""
    if not isinstance(item, Connect):
        return item
    silent = not state.alive and len(late) >= FEW_LATE
    silent_s = trips.timeout_s(SILENT_CONNECT_S, CONNECT_TIMEOUT_S)
    return replace(item, timeout_s=min(patience.connect_s, silent_s) if silent else patience.connect_s)


def _read_table(course: Course) -> None:
    """Take down what the kernel has resolved, before it forgets; `_tell_table` tells it."""
    if "arp" in course.live.channels:
        course.table.extend(arp.read_table())


def _tell_table(course: Course) -> Iterator[Event]:
    """Hardware addresses that the kernel resolved, where no ARP sweep has told them."""
    names = {link.name for link in course.attached.links}
    unswept = names - {link.name for link in course.swept}
    while course.table:
        reply = course.table.popleft()
        known = reply.address in course.heard.get("arp", ())
        # Where there was a sweep, an entry may be older than this run: it serves only who has answered otherwise.
        wanted = reply.interface in unswept or (reply.interface in names and reply.address in course.alive)
        if wanted and reply.address in course.live.scope and not known:
            yield from course.take(reply, "arp")
