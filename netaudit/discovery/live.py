"""The live feed: the phases of a run in their order; what is heard is yielded as it comes."""

from collections.abc import Callable, Iterator

from netaudit.discovery.ask import ask
from netaudit.discovery.attached import Attached
from netaudit.discovery.course import Course, Live
from netaudit.discovery.find import find, probe_silent
from netaudit.discovery.jobs import end_jobs
from netaudit.model import Event, Gap

# A new phase is a function of the course, here in its place: what listens only, before or beside `find`; what asks a
# device again or with a login, after `ask`.
PHASES: tuple[Callable[[Course], Iterator[Event]], ...] = (find, probe_silent, ask)


def live_events(live: Live) -> Iterator[Event]:
    """Everything that is heard, in the order in which it comes.

    When the gate is stopped, or a KeyboardInterrupt comes, the asking ends, and a Gap says so.
    """
    course = Course(live, Attached(live.scope, live.interfaces))
    try:
        yield from _until_interrupted(course)
        if live.gate.stopped.is_set():
            yield Gap(kind="interrupted", detail="the run was interrupted: what it had not reached by then is missing")
    finally:
        end_jobs(course)


def _until_interrupted(course: Course) -> Iterator[Event]:
    try:
        for phase in PHASES:
            yield from phase(course)
    except KeyboardInterrupt:
        course.live.gate.stopped.set()
