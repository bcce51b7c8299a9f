"""The second phase of a live run: visit what is alive, or may be, one connection at a time per device.

Without an ARP sweep a connect is what tells whether somebody is at an address, and what makes the kernel resolve it:
its table is then read while it still knows.
"""

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network
from itertools import chain

from netaudit.discovery import arp
from netaudit.discovery.attached import holds, place_of
from netaudit.discovery.course import Course, Late
from netaudit.discovery.find import PROBED_S, SILENT
from netaudit.discovery.jobs import hear
from netaudit.discovery.ledger import FIRST, UNHURRIED
from netaudit.discovery.patience import (
    FEW_RESENT,
    LOSSY_CONNECT_S,
    PATIENT_CONNECT_S,
    PATIENT_PORT_S,
    UNKNOWN_IN_FLIGHT,
    Looking,
    Patience,
    patience_with_nobody,
)
from netaudit.discovery.resumption import noted, retrace
from netaudit.discovery.shuffle import shuffled
from netaudit.discovery.visit import VISIT_CHANNELS, go_on
from netaudit.discovery.visiting.state import SPACING_S, Visit
from netaudit.model import Event, Gap
from netaudit.wire.steps import CONNECT_TIMEOUT_S, Connect, Conversation, Outcome, Pause, Step
from netaudit.wire.tcp import IN_FLIGHT, attend

NEIGHBOUR_BATCH = 256  # the kernel's table holds 1,024 entries by default (gc_thresh3) and drops live ones beyond


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
    patience = patience_with_nobody(course.live.gate.rate_pps, course.resent)
    slow = _slow_places(course, patience)
    unknown = (a for a in course.attached.beyond(swept) if a not in known and place_of(a) not in slow)
    yield from _dial(course, shuffled(unknown), _count_unknown(course, known, slow), patience)
    yield from _dial_unhurried(course, patience)


def _count_unknown(course: Course, known: frozenset[str], slow: frozenset[str]) -> int:
    """How many addresses are left to be asked at once: but for those known, those asked already, those in slow places."""
    swept, visits = _swept(course), course.live.ledger.visits
    known_there = sum(not any(holds(network, address) for network in swept) for address in known)
    beyond = course.attached.beyond(swept) if slow else ()
    later = sum(address not in known and place_of(address) in slow for address in beyond)
    over_before = sum(
        past.over and visit == FIRST and address not in known and place_of(address) not in slow
        for (visit, address), past in visits.items()
    )
    return max(0, course.dialled - known_there - later - over_before)


def _dial_unhurried(course: Course, hurried: Patience) -> Iterator[Event]:
    """Where answers came that a connection in a hurry would not have waited for, ask who was silent with patience."""
    slow = _slow_places(course, hurried)
    if not slow:
        return
    addresses = [a for a in course.attached.beyond(_swept(course)) if a not in course.alive and place_of(a) in slow]
    connect_s = LOSSY_CONNECT_S if course.resent >= FEW_RESENT else PATIENT_CONNECT_S
    patience = Patience(connect_s=connect_s, stage=hurried.stage, visit=UNHURRIED)
    total = sum(not _is_over(course, address, UNHURRIED) for address in addresses)
    yield from _dial(course, shuffled(addresses), total, patience)


def _slow_places(course: Course, patience: Patience) -> frozenset[str]:
    """Where somebody took longer to answer than a connection gets in such a hurry."""
    if not patience.quick_s:
        return frozenset()
    return frozenset(place for place, took_s in course.slowest_s.items() if took_s >= patience.quick_s)


def _dial(course: Course, addresses: Iterable[str], total: int, patience: Patience) -> Iterator[Event]:
    """Visit these addresses, begun no faster than routers and the rate allow."""
    looking = Looking(course.live.gate)
    patience = replace(patience, found=looking.found)
    yield from _visit_all(course, _paced(course, addresses, patience, looking), total, UNKNOWN_IN_FLIGHT, patience)


def _paced(course: Course, addresses: Iterable[str], patience: Patience, looking: Looking) -> Iterator[str | None]:
    """Each address when it may be begun; None meanwhile."""
    for address in addresses:
        if _is_over(course, address, patience.visit):
            continue
        while not looking.may_begin():
            yield None
        looking.begin(address, patience.looked_s(course.trips_to(address)))
        yield address


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
    for state in visits:
        if state is None:
            yield None
            continue
        past = course.live.ledger.visits.get((patience.visit, state.target.address))
        if past and past.over:
            continue
        over.begun += 1
        if over.begun % NEIGHBOUR_BATCH == 0:
            _read_table(course)
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
    address = state.target.address
    patience = patience.fitted(course.trips_to(address))
    waited = yield from _awaited(course, state, patience)
    if waited.hurried and waited.slowest_s >= patience.quick_s and address not in course.left_alone:
        yield Pause(SPACING_S)
        state = replace(state, target=replace(state.target, ports=tuple(waited.hurried)), late=0)
        yield from _awaited(course, state, patience)
    elif waited.ports and address in course.alive and patience.visit != UNHURRIED:
        before = course.late.get(address)
        course.late[address] = Late(state, (*(before.ports if before else ()), *waited.ports), began)


@dataclass(slots=True)
class _Waited:
    """What a visit has waited for."""

    ports: list[int] = field(default_factory=list)  # in vain
    hurried: list[int] = field(default_factory=list)  # of these, in a hurry
    slowest_s: float = 0.0  # the longest with success


def _awaited(course: Course, state: Visit, patience: Patience) -> Generator[Step | Event, Outcome, _Waited]:
    """The visit, each connection with the time that it gets; what it has waited for."""
    waited, conversation = _Waited(), go_on(state)
    item = next(conversation, None)
    while item is not None:
        outcome = yield from _taken(course, state, patience, waited, item)
        is_enough = len(waited.ports) >= patience.most_late and not state.alive
        if is_enough or state.target.address in course.hints.locked:  # that may be heard in the middle of a visit
            conversation.close()
            break
        try:
            item = conversation.send(outcome)
        except StopIteration:
            break
    return waited


def _taken(
    course: Course, state: Visit, patience: Patience, waited: _Waited, item: Step | Event
) -> Generator[Step | Event, Outcome, Outcome]:
    """One step of a visit: a connection with the time that it gets."""
    address, hurries = state.target.address, patience.quick_s > 0 and not state.alive
    if isinstance(item, Pause) and hurries:
        return Outcome()  # nothing was open that could be hung up, and the gate keeps questions apart
    if not isinstance(item, Connect):
        return (yield item)
    wait_s = patience.wait_s(state, item.port, len(waited.ports), course.trips_to(address))
    outcome = yield replace(item, timeout_s=wait_s)
    if outcome.status == "timeout":
        waited.ports.append(item.port)
        waited.hurried += [item.port] if hurries and wait_s < PATIENT_PORT_S else []
        course.note_delay(state)
    elif outcome.status in {"ok", "refused"}:
        patience.found(address)
        course.learn_trip(address, outcome.took_s)
        waited.slowest_s = max(waited.slowest_s, outcome.took_s)
    return outcome


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
