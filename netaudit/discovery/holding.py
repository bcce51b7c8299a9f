"""Visits, many at once: what each connection gets of time, what is noted of a visit, and how far they are.

What a visit asks stands in `visit.py`; whom to visit, and in what order, in `ask.py`, `latecomers.py` and `again.py`.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial

from netaudit.discovery import arp
from netaudit.discovery.course import Course, Late
from netaudit.discovery.find import sweeping
from netaudit.discovery.jobs import hear
from netaudit.discovery.ledger import FIRST, UNHURRIED
from netaudit.discovery.patience import PATIENT_PORT_S, Patience
from netaudit.discovery.plan import renewed
from netaudit.discovery.resumption import noted, retrace
from netaudit.discovery.visit import go_on
from netaudit.discovery.visiting.state import SPACING_S, Visit
from netaudit.model import Event, Target
from netaudit.wire.steps import CONNECT_TIMEOUT_S, Connect, Conversation, Outcome, Pause, Step
from netaudit.wire.tcp import attend

_TABLE_READ_EVERY = 256  # visits: the kernel's table of neighbours holds 1,024 entries by default (gc_thresh3), and drops live ones beyond


def visit_all(
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
                yield from hear(course)
            else:
                yield from course.take(event, "tcp")
                yield from tell_table(course)
            over.tell()
    if total:
        course.progress(patience.stage, over.total, over.total)


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
        over.total = max(over.total, over.begun)
        if over.begun % _TABLE_READ_EVERY == 0:
            read_table(course)
        state.target = past.target if past else state.target
        if patience.visit == FIRST and state.target.address in course.alive:
            course.visited[state.target.address] = state
        conversation = noting_late(course, state, patience)
        limit_s = course.live.host_timeout_s
        renew = partial(_renewed, course, state) if patience.visit == FIRST else lambda: None
        visit = noted(course.live.ledger, patience.visit, state, conversation, limit_s, renew)
        yield state.target.address, over.count(state, visit)
        over.tell()


def _renewed(course: Course, state: Visit) -> Target | None:
    """What this device has named since its visit began."""
    address = state.target.address
    return renewed(state.target, course.hints.target(address), state.passed) if address in course.hints.fresh else None


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


def is_over(course: Course, address: str, visit: str) -> bool:
    past = course.live.ledger.visits.get((visit, address))
    return past is not None and past.over


def recall_late(course: Course) -> None:
    """Note anew who was late in a visit that was over before this run was continued."""
    for (visit, address), past in course.live.ledger.visits.items():
        if visit == FIRST and past.over and past.late and address not in course.late:
            state = Visit(past.target, course.live.channels)
            retrace(past, state, noting_late(course, state, Patience(connect_s=CONNECT_TIMEOUT_S)))


def noting_late(course: Course, state: Visit, patience: Patience) -> Conversation:
    """The visit, noting at its end the ports of a living device that did not answer in time."""
    near = course.attached.is_near(state.target.address)
    if near and state.target.address in course.alive and (wait_s := course.room.wait_s(state.target.address)):
        yield Pause(wait_s)
    began = course.clock()
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


def read_table(course: Course) -> None:
    """Take down what the kernel has resolved, before it forgets; `tell_table` tells it."""
    if "arp" in course.live.channels:
        course.table.extend(arp.read_table())


def tell_table(course: Course) -> Iterator[Event]:
    """Hardware addresses that the kernel resolved, where no ARP sweep has told them."""
    names = {link.name for link in course.attached.links}
    unswept = names - {link.name for link in course.swept | sweeping(course)}
    while course.table:
        reply = course.table.popleft()
        known = reply.address in course.heard.get("arp", ())
        # Where there was a sweep, an entry may be older than this run: it serves only who has answered otherwise.
        wanted = reply.interface in unswept or (reply.interface in names and reply.address in course.alive)
        if wanted and reply.address in course.live.scope and not known:
            yield from course.take(reply, "arp")
