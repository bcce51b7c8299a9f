"""The live feed: the phases of a run in their order; what is heard is yielded as it comes."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module

from netaudit.discovery import CHANNELS
from netaudit.discovery.attached import Attached
from netaudit.discovery.course import Course, Live
from netaudit.discovery.find import FIND, SILENT, find, probe_silent
from netaudit.discovery.jobs import end_jobs, hear_out
from netaudit.discovery.standing import Prospect
from netaudit.discovery.visit import VISIT_CHANNELS
from netaudit.model import Event, Gap
from netaudit.wire.packets import may_hear_frames

Phase = Callable[[Course], Iterator[Event]]
# Phase -> its file, of those that nobody needs before somebody has answered: until then all time belongs to the questions.
_LATER = {
    "ask": "ask", "visit_latecomers": "latecomers", "look_again": "again", "log_in": "login.phase", "check_harm": "harm",
}  # fmt: skip


def _later(name: str) -> Phase:
    """The phase of this name, whose file is imported when it begins, if not before."""

    def phase(course: Course) -> Iterator[Event]:
        begin: Phase = getattr(import_module(f"netaudit.discovery.{_LATER[name]}"), name)
        yield from begin(course)

    phase.__name__ = name
    return phase


def import_later() -> None:
    """Import what later phases need, for whoever has time before they begin."""
    for file in _LATER.values():
        import_module(f"netaudit.discovery.{file}")


# A new phase is a function of the course, here in its place: what listens only, before or beside `find`; what asks a
# device with a login, after `ask`. What `find` and `probe_silent` have begun may go on while later phases do their work.
PHASES: tuple[Phase, ...] = (
    find, probe_silent, _later("ask"), _later("visit_latecomers"), _later("look_again"), _later("log_in"), hear_out,
    _later("check_harm"),
)  # fmt: skip
# Between two looks at the machine's clock, which goes on while the machine sleeps, as no timer does (clock_gettime(2)).
_LOOK_S = 0.5
PARTS = {"find": FIND, "probe_silent": SILENT}  # what the ledger calls the jobs that a phase leaves under way


def live_events(live: Live) -> Iterator[Event]:
    """Everything that is heard, in the order in which it comes.

    When the gate is stopped, or a KeyboardInterrupt comes, the asking ends, and a Gap says so.
    """
    course = Course(live, Attached(live.scope, live.interfaces))
    with _until(live.quiet_from, live.gate.stopped) as quiet:
        try:
            yield from _retold(course)
            _look_ahead(course)
            yield from _until_interrupted(course)
            if quiet.is_set():
                detail = (
                    f"quiet hours began at {live.quiet_from:%H:%M}: what the run had not reached by then is missing"
                )
                yield Gap(kind="quiet_hours", detail=detail)
            elif live.gate.stopped.is_set():
                detail = "the run was interrupted: what it had not reached by then is missing"
                yield Gap(kind="interrupted", detail=detail)
        finally:
            end_jobs(course)


@contextmanager
def _until(end: datetime | None, stopped: threading.Event) -> Iterator[threading.Event]:
    """Stop the run at this time; whether that was done, and not something else, can be told from what is given."""
    reached, over = threading.Event(), threading.Event()

    def watch(end_at: float) -> None:
        while (left_s := end_at - time.time()) > 0:
            if over.wait(min(left_s, _LOOK_S)):
                return
        if not stopped.is_set():
            reached.set()
            stopped.set()

    watching = threading.Thread(target=watch, args=(end.timestamp(),), daemon=True) if end else None
    try:
        if watching:
            watching.start()
        yield reached
    finally:
        over.set()
        if watching:
            watching.join()


def _retold(course: Course) -> Iterator[Event]:
    """What the run that this one continues had told, and what is missing because it was stopped."""
    ledger, gate = course.live.ledger, course.live.gate
    for event in ledger.retell():
        course.relearn(event)
        yield event
    for address, count in ledger.made.items():
        gate.made[course.attached.network_of(address)] += count
    for address, took_s in ledger.trips:
        course.learn_trip(address, took_s)
    ledger.retelling = False
    yield from ledger.lost_datagrams()


def _look_ahead(course: Course) -> None:
    """Reckon what the run sets out to do, for whoever wants to know how long it takes."""
    live, attached = course.live, course.attached
    sweeping = [link.network for link in attached.links if link.has_link_layer] if _may_sweep(live) else []
    course.dialled = attached.count_beyond(sweeping)
    course.prospect = Prospect(
        rate_pps=live.gate.rate_pps,
        spacing_s=live.profile.spacing_s,
        listen_s=live.listen_s if live.listens_on or not live.channels else 0.0,
        asks=bool(live.channels),
        swept=attached.count_beyond([]) - course.dialled,
        probed=attached.count_beyond(course.multicast_networks()),
        reaching=sum(channel.reach is not None and channel.name in live.channels for channel in CHANNELS),
        visits=bool(live.channels & VISIT_CHANNELS),
        quiet_s=live.profile.quiet_s,
        places=course.room.places,
        again_after_s=live.profile.again_after_s if live.again else None,
        again_pps=live.profile.again_pps,
        logins=live.logins is not None,
        ended=frozenset(phase.__name__ for phase in PHASES) & live.ledger.ended,
        gone_s=live.ledger.gone_s(),
    )


def _may_sweep(live: Live) -> bool:
    return "arp" in live.channels and (sys.platform != "linux" or may_hear_frames())


def _until_interrupted(course: Course) -> Iterator[Event]:
    over: list[str] = []
    try:
        for phase in PHASES:
            if phase.__name__ in course.live.ledger.ended:
                continue
            course.enter(phase.__name__)
            yield from phase(course)
            over.append(phase.__name__)
            _note_ended(course, over)
        course.enter("")
    except KeyboardInterrupt:
        course.live.gate.stopped.set()
    yield from hear_out(course)
    _note_ended(course, over)


def _note_ended(course: Course, over: list[str]) -> None:
    """Note the phases that are over, but for those of which something is still under way."""
    under_way = {question.part for _, question in course.under_way.values()}
    for phase in [phase for phase in over if PARTS.get(phase) not in under_way]:
        if not course.live.gate.stopped.is_set():
            course.live.ledger.end(phase)
        over.remove(phase)
