"""The second look, at the end of a live run: devices that were late are asked once more, slowly.

Only what had no answer is asked again, and not sooner than the profile allows (a minute, unless the user is in a hurry):
ports whose connection timed out, on a link that loses packets the addresses that were silent to ARP, and by unicast
the devices behind a router that answered no discovery. A port that lost a later connection is asked what was to follow,
and not its start page again. Where nobody was late, there is no second look.
"""

from collections.abc import Iterator
from dataclasses import replace

from netaudit.discovery.ask import visit_known
from netaudit.discovery.attached import holds
from netaudit.discovery.course import Course, Late
from netaudit.discovery.find import sweep_again, unicast_again
from netaudit.discovery.holding import hold, recall_late
from netaudit.discovery.jobs import hear
from netaudit.discovery.ledger import AGAIN
from netaudit.discovery.patience import Patience
from netaudit.discovery.visit import VISIT_CHANNELS
from netaudit.discovery.visiting.state import Visit
from netaudit.model import Event, Target
from netaudit.wire.interfaces import Interface

CONNECT_S = 3.3  # a SYN that is lost is sent again by the kernel after 1 s and after 3 s
MOST_LATE = 2  # ports without an answer: who never took a connection is not waited for any longer
IN_FLIGHT = 16  # devices that are talked to at the same time
_LOOK_S = 0.2  # after which a stopped run is noticed


def look_again(course: Course) -> Iterator[Event]:
    """Ask the late ones once more; nothing where nobody was late, or where the user does not want it."""
    if not course.live.again or not course.live.channels & VISIT_CHANNELS:
        return
    recall_late(course)
    late = {a: late_one for a, late_one in course.late.items() if a not in course.left_alone}
    lossy = [link for link in course.attached.links if link in course.swept and link.address in course.lossy]
    if not (late or lossy):
        return
    yield from _wait(course, late)
    if course.live.gate.stopped.is_set():
        return
    gate = course.live.gate
    usual_pps = gate.rate_pps
    gate.slow_down(min(usual_pps, course.live.profile.again_pps))
    try:
        yield from _ask_again(course, lossy, late)
    finally:
        gate.slow_down(usual_pps)


def _ask_again(course: Course, lossy: list[Interface], late: dict[str, Late]) -> Iterator[Event]:
    known = set(course.alive) - _unvisited(course)
    yield from sweep_again(course, lossy)
    yield from unicast_again(course, _unheard(course), "again")
    yield from visit_known(course, [a for a in course.alive if a not in known])
    visits = [_rest_of(late_one) for late_one in late.values()]
    patience = Patience(connect_s=CONNECT_S, most_late=MOST_LATE, stage="asking the late", visit=AGAIN)
    yield from hold(course, visits, len(visits), IN_FLIGHT, patience)
    yield from course.tell_connections()


def _unvisited(course: Course) -> set[str]:
    """Devices that the second sweep of a run that this one continues had found, and that were not visited by then."""
    networks = [link.network for link in course.attached.links if link in course.swept]
    unknown = (a for a in course.alive if a not in course.visited and not course.live.ledger.has_visited(a))
    return {a for a in unknown if any(holds(network, a) for network in networks)}


def _unheard(course: Course) -> tuple[str, ...]:
    """Devices with an open port, where no multicast goes, that answered no discovery: one datagram may be lost."""
    networks = course.multicast_networks()
    heard = course.discovered()
    return tuple(
        a
        for a in course.open_ports
        if a not in heard and a not in course.left_alone and ":" not in a and not any(holds(n, a) for n in networks)
    )


def _wait(course: Course, late: dict[str, Late]) -> Iterator[Event]:
    """Wait until the late ones may be asked again, or the run is stopped; what is heard meanwhile is passed on."""
    stopped, pause_s = course.live.gate.stopped, course.live.profile.again_after_s
    began = course.clock()
    until = max([course.asked_at, *(late_one.at for late_one in late.values())]) + pause_s
    while (now := course.clock()) < until and not stopped.is_set():
        course.progress("waiting for the late", int(now - began), int(until - began))
        if course.under_way:
            yield from hear(course, min(_LOOK_S, until - now))
        else:
            stopped.wait(min(_LOOK_S, until - now))


def _rest_of(late: Late) -> Visit:
    """What its first visit has left: the ports that did not answer, with what remains of its budget."""
    target: Target = replace(late.state.target, ports=late.ports)
    return replace(late.state, target=target, late=0)
