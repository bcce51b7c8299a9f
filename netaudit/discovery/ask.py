"""The second phase of a live run: visit what is alive, or may be, one connection at a time per device.

Without an ARP sweep a connect is what tells whether somebody is at an address, and what makes the kernel resolve it:
its table is then read while it still knows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from ipaddress import IPv4Network

from netaudit.discovery.attached import holds, place_of
from netaudit.discovery.course import Course
from netaudit.discovery.find import sweeping
from netaudit.discovery.holding import is_over, read_table, tell_table, visit_all
from netaudit.discovery.ledger import FIRST, UNHURRIED
from netaudit.discovery.patience import (
    FEW_RESENT,
    LOSSY_CONNECT_S,
    PATIENT_CONNECT_S,
    UNKNOWN_IN_FLIGHT,
    Looking,
    Patience,
    patience_with_nobody,
)
from netaudit.discovery.shuffle import shuffled
from netaudit.discovery.turns import in_turn
from netaudit.discovery.visit import VISIT_CHANNELS
from netaudit.model import Event, Gap
from netaudit.wire.tcp import IN_FLIGHT


def ask(course: Course) -> Iterator[Event]:
    """Visit the addresses that answered, then those of which only a connect can tell."""
    course.dialled = course.attached.count_beyond([link.network for link in course.swept | sweeping(course)])
    if course.live.channels & VISIT_CHANNELS:
        yield from tell_locked(course)
        yield from _visit_devices(course, in_turn(course), course.alive)
        yield from _visit_unknown(course)
        yield from course.tell_connections(always=True)
    read_table(course)
    yield from tell_table(course)


def tell_locked(course: Course) -> Iterator[Gap]:
    """The devices that said that they are locked, as far as nobody was told yet."""
    for address in sorted(course.hints.locked.intersection(course.alive) - course.left_alone):
        course.left_alone.add(address)
        yield Gap(kind="locked", detail="the device says that it is locked: it was not asked", address=address)


def visit_known(course: Course, addresses: Sequence[str]) -> Iterator[Event]:
    """Visit addresses where a device is known to be."""
    yield from _visit_devices(course, shuffled(addresses), addresses)


def _visit_devices(course: Course, addresses: Iterable[str | None], known: Iterable[str]) -> Iterator[Event]:
    total = sum(not is_over(course, address, FIRST) for address in frozenset(known) - course.hints.locked)
    yield from visit_all(course, addresses, total, IN_FLIGHT, Patience(connect_s=PATIENT_CONNECT_S))


def _visit_unknown(course: Course) -> Iterator[Event]:
    """Addresses that nobody asked by ARP: whether somebody is there only a connect can tell, or has told meanwhile."""
    known, swept = frozenset(course.visited), _swept(course)
    course.dialled = course.attached.count_beyond(swept)
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
    total = sum(not is_over(course, address, UNHURRIED) for address in addresses)
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
    yield from visit_all(course, _paced(course, addresses, patience, looking), total, UNKNOWN_IN_FLIGHT, patience)


def _paced(course: Course, addresses: Iterable[str], patience: Patience, looking: Looking) -> Iterator[str | None]:
    """Each address when it may be begun; None meanwhile."""
    for address in addresses:
        if is_over(course, address, patience.visit):
            continue
        while not looking.may_begin():
            yield None
        looking.begin(address, patience.looked_s(course.trips_to(address)))
        yield address


def _swept(course: Course) -> list[IPv4Network]:
    return [link.network for link in course.attached.links if link in course.swept]
