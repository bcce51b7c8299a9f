"""Jobs of a live run: channels that ask and listen at the same time, each in a thread of its own.

Everything that comes is yielded as it comes; an error in a thread is raised again where its events are read.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from netaudit.discovery.channel import Channel, Question
from netaudit.discovery.course import Course, Events
from netaudit.model import Event
from netaudit.wire.link import PASSES

Job = tuple[Channel, Question]
Work = Callable[[Question], Iterable[Event]]


def run_jobs(course: Course, jobs: list[Job]) -> Iterator[Event]:
    """Run each job in a thread; yield what they give until the last has ended."""
    gate = course.live.gate
    for channel, question in jobs:
        work = channel.find if question.interface else channel.reach
        assert work is not None  # noqa: S101
        thread = threading.Thread(target=_work, args=(channel.name, work, question, course.events), daemon=True)
        course.threads.append(thread)
        thread.start()
    running, total, before = len(jobs), sum(_most_sent(*job) for job in jobs), gate.slots
    began, alone_s = time.monotonic(), max((q.listen_s for _, q in jobs if q.alone), default=0.0)
    while running:
        if alone_s:
            course.progress("listening", min(int(time.monotonic() - began), int(alone_s)), int(alone_s))
        else:
            course.progress("finding", min(gate.slots - before, total), total)
        found = _next(course.events)
        if found is None:
            continue
        name, question, event = found
        if isinstance(event, BaseException):
            raise event
        if event is None:
            running -= 1
            continue
        yield from course.take(event, name, question)


def end_jobs(course: Course) -> None:
    """Stop all threads and wait for them; what they still had to say is dropped."""
    course.live.gate.stopped.set()
    for thread in course.threads:
        while thread.is_alive():
            with suppress(queue.Empty):
                course.events.get(timeout=0.02)


def _work(name: str, work: Work, question: Question, events: Events) -> None:
    try:
        for event in work(question):
            events.put((name, question, event))
        events.put((name, question, None))
    except BaseException as error:  # noqa: BLE001  raised again in the thread that waits
        events.put((name, question, error))


def _next(events: Events) -> tuple[str, Question, Event | BaseException | None] | None:
    """The next event, or None for now: an interrupt is noticed at once on every platform, and progress is shown."""
    try:
        return events.get(timeout=0.2)
    except queue.Empty:
        return None


def _most_sent(channel: Channel, question: Question) -> int:
    """The most packets that a job sends: what its progress is measured by."""
    return len(question.addresses) * (PASSES if channel.name == "arp" else 1)
