"""The visits that late answers lead to: devices that were heard when the others were visited already, and what was named late.

Questions to a whole network are heard out while devices are visited (find.py). Whoever answered only then is visited
now; of who had been visited only what its late answer named is asked, out of what its visit has left.
"""

from collections.abc import Iterator
from dataclasses import replace

from netaudit.discovery.ask import tell_locked
from netaudit.discovery.attached import holds
from netaudit.discovery.course import Course
from netaudit.discovery.holding import hold, plan_visits
from netaudit.discovery.jobs import hear_until
from netaudit.discovery.ledger import FIRST, MORE
from netaudit.discovery.patience import PATIENT_CONNECT_S, Patience
from netaudit.discovery.plan import named_since
from netaudit.discovery.visit import VISIT_CHANNELS
from netaudit.discovery.visiting.state import Visit
from netaudit.model import Event, Target
from netaudit.wire.tcp import IN_FLIGHT

LAST_ASKED_S = 1.5  # after the first question: Hikvision's is sent for the third time
# SSDP is asked at 0.3 s for the last time, and devices may take two seconds (MX), and half a one more.
LONGEST_DELAY_S = 2.8
AS_LATE = 2  # where answers come late, nothing has come when nothing came for so many times as long
_RESUMED_HTTP = 2  # requests that are left to a visit of a run that this one continues: how many it made is not known


def visit_latecomers(course: Course) -> Iterator[Event]:
    """Visit who was heard late, until all questions have been heard out; then ask what was named late."""
    if not course.live.channels & VISIT_CHANNELS:
        yield from hear_until(course, lambda: not _is_asking(course))
        return
    patience = Patience(connect_s=PATIENT_CONNECT_S)
    yield from hold(course, plan_visits(course, _newcomers(course)), 0, IN_FLIGHT, patience)
    yield from tell_locked(course)
    named = [more for address in course.alive if (more := _named_late(course, address))]
    patience = Patience(connect_s=PATIENT_CONNECT_S, visit=MORE)
    yield from hold(course, named, len(named), IN_FLIGHT, patience)
    yield from course.tell_connections()


def _newcomers(course: Course) -> Iterator[str | None]:
    """The devices that nobody has visited, as they come; None while there may be more."""
    looked_at = 0
    swept = [link.network for link in course.attached.links if link in course.swept]
    while True:
        addresses = list(course.alive)[looked_at:] if looked_at < len(course.alive) else []
        looked_at += len(addresses)
        for address in addresses:
            # Where no ARP sweep was done every address has been visited, whether or not somebody was heard there.
            new = address not in course.visited and not course.live.ledger.has_visited(address)
            if new and any(holds(network, address) for network in swept):
                yield address
        if not addresses:
            if not _is_asking(course):
                return
            if _is_quiet(course):
                course.answered.set()
            yield None


def _is_asking(course: Course) -> bool:
    """Whether answers to our questions are still listened for."""
    return any(not question.listen_s for _, question in course.under_way.values())


def _is_quiet(course: Course) -> bool:
    """Whether everybody has been visited, and no answer has come for as long as this profile listens for more."""
    asked_at = max(course.began_at + LAST_ASKED_S, course.asked_at)
    last_at = max(asked_at, course.heard_at)
    quiet_s = max(course.live.profile.quiet_s, AS_LATE * (last_at - asked_at))
    return course.clock() >= max(last_at + quiet_s, course.began_at + LONGEST_DELAY_S)


def _named_late(course: Course, address: str) -> Visit | None:
    """What is left to ask of a device, where it has named more since it was visited."""
    before = _visited(course, address)
    if before is None or before.over or address in course.left_alone:
        return None
    target = named_since(before.target, course.hints.target(address))
    return replace(before, target=target, late=0) if target else None


def _visited(course: Course, address: str) -> Visit | None:
    """The first visit to this device, by this run or by the one that it continues."""
    past = course.live.ledger.visits.get((FIRST, address))
    return course.visited.get(address) or (_spent(past.latest, course.live.channels) if past else None)


def _spent(target: Target, channels: frozenset[str]) -> Visit:
    return Visit(
        target, channels, alive=True, icon_wanted=False, activation_wanted=False, product_wanted=False,
        greeters_wanted=False, http_left=_RESUMED_HTTP, rtsp_left=0,
    )  # fmt: skip
