"""The second phase of a live run: visit what is alive, or may be, one connection at a time per device.

Without an ARP sweep a connect is what tells whether somebody is at an address, and what makes the kernel resolve it:
its table is then read while it still knows.
"""

from collections.abc import Iterable, Iterator

from netaudit.discovery import arp
from netaudit.discovery.course import Course
from netaudit.discovery.plan import targets
from netaudit.discovery.shuffle import shuffled
from netaudit.discovery.visit import VISIT_CHANNELS, visit
from netaudit.model import ChannelReport, Event, Gap, Target
from netaudit.wire.steps import Conversation
from netaudit.wire.tcp import IN_FLIGHT, converse

NEIGHBOUR_BATCH = 256  # the kernel's table holds 1,024 entries by default (gc_thresh3) and drops live ones beyond
UNKNOWN_IN_FLIGHT = 256  # connects to addresses where perhaps nobody is; known devices keep the smaller number


def ask(course: Course) -> Iterator[Event]:
    """Visit the addresses that answered, then those of which only a connect can tell."""
    if course.live.channels & VISIT_CHANNELS:
        yield from _visit_known(course)
        yield from _visit_unknown(course)
        state = "partial" if course.live.gate.stopped.is_set() else "done"
        yield ChannelReport(name="tcp", status=state, sent=course.live.gate.connections)
    _read_table(course)
    yield from _tell_table(course)


def _visit_known(course: Course) -> Iterator[Event]:
    for address in sorted(course.hints.locked.intersection(course.alive)):
        yield Gap(kind="locked", detail="the device says that it is locked: it was not asked", address=address)
    yield from _visit_all(course, tuple(course.alive), IN_FLIGHT, len(course.alive))


def _visit_unknown(course: Course) -> Iterator[Event]:
    """Addresses that nobody asked by ARP: whether somebody is there only a connect can tell."""
    swept = [link.network for link in course.attached.links if link in course.swept]
    known = frozenset(course.alive)
    unknown = (a for a in course.attached.beyond(swept) if a not in known)
    yield from _visit_all(course, unknown, UNKNOWN_IN_FLIGHT, course.attached.count_beyond(swept))


def _visit_all(course: Course, addresses: Iterable[str], in_flight: int, total: int) -> Iterator[Event]:
    wanted = _conversations(course, targets(shuffled(addresses), course.hints), total)
    for event in converse(wanted, course.live.gate, in_flight):
        yield from course.take(event, "tcp")
        yield from _tell_table(course)
    course.progress("asking", total, total)


def _conversations(course: Course, every: Iterable[Target], total: int) -> Iterator[tuple[str, Conversation]]:
    for number, target in enumerate(every):
        course.progress("asking", number, total)
        if number % NEIGHBOUR_BATCH == NEIGHBOUR_BATCH - 1:
            _read_table(course)
        yield target.address, visit(target, course.live.channels)


def _read_table(course: Course) -> None:
    """Take down what the kernel has resolved, before it forgets; `_tell_table` tells it."""
    if "arp" in course.live.channels:
        course.table.extend(arp.read_table())


def _tell_table(course: Course) -> Iterator[Event]:
    """Hardware addresses that the kernel resolved, where no ARP sweep has told them."""
    names = {link.name for link in course.attached.links if link not in course.swept}
    while course.table:
        reply = course.table.popleft()
        known = reply.address in course.heard.get("arp", ())
        if reply.interface in names and reply.address in course.live.scope and not known:
            yield from course.take(reply, "arp")
