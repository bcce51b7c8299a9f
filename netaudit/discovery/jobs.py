"""Jobs of a live run: channels that ask and listen at the same time, each in a thread of its own.

Everything that comes is yielded as it comes; an error in a thread is raised again where its events are read.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

from netaudit.discovery.channel import Channel, Question
from netaudit.discovery.course import Course, Events
from netaudit.discovery.ledger import Ledger
from netaudit.model import ChannelReport, Event, Gap
from netaudit.wire.link import PASSES

Job = tuple[Channel, Question]
Work = Callable[[Question], Iterable[Event]]


def run_jobs(course: Course, jobs: list[Job], part: str = "") -> Iterator[Event]:
    """Run each job in a thread; yield what they give until the last has ended.

    With the name of a part of the run it is noted what they send, and one that has ended is not begun again.
    """
    gate, ledger = course.live.gate, course.live.ledger
    jobs = _left(ledger, jobs, part) if part else jobs
    _start(course, jobs)
    running, total, before = len(jobs), sum(_most_sent(*job) for job in jobs), gate.slots
    began, alone_s = time.monotonic(), max((q.listen_s for _, q in jobs if q.alone), default=0.0)
    while running:
        if alone_s:
            course.progress("listening", min(int(time.monotonic() - began), int(alone_s)), int(alone_s))
        else:
            course.progress("finding", min(gate.slots - before, total), total)
        if course.events.empty():
            ledger.flush()
        found = _next(course.events)
        if found is None:
            continue
        name, question, event = found
        if isinstance(event, BaseException):
            raise event
        if event is None:
            running -= 1
            _end(course, name, question)
            continue
        yield from _unheard(event, question)
        yield from course.take(event, name, question)


def end_jobs(course: Course) -> None:
    """Stop all threads and wait for them; what they still had to say is dropped."""
    course.live.gate.stopped.set()
    for thread in course.threads:
        while thread.is_alive():
            with suppress(queue.Empty):
                course.events.get(timeout=0.02)


def _left(ledger: Ledger, jobs: list[Job], part: str) -> list[Job]:
    """The jobs that a run which this one continues has not brought to their end."""
    every = [(channel, replace(question, ledger=ledger, part=part)) for channel, question in jobs]
    return [(channel, question) for channel, question in every if _key(channel.name, question) not in ledger.ended]


def _start(course: Course, jobs: list[Job]) -> None:
    for channel, question in jobs:
        work = channel.find if question.interface else channel.reach
        assert work is not None  # noqa: S101
        thread = threading.Thread(target=_work, args=(channel.name, work, question, course.events), daemon=True)
        course.threads.append(thread)
        thread.start()


def _end(course: Course, name: str, question: Question) -> None:
    if question.ledger and not course.live.gate.stopped.is_set():
        question.ledger.end(_key(name, question))


def _key(name: str, question: Question) -> str:
    """What names a job in the ledger: of unicast ones with the digest of whom it asks."""
    if question.interface:
        listens = " listening" if question.listen_s else ""
        where = f"{question.interface.name}{'-ipv6' if question.ipv6 else ''}{listens}"
        return f"{question.part} {name} {where}"
    digest = sha256(" ".join(sorted(question.addresses)).encode()).hexdigest()
    return f"{question.part} {name} #{digest}"


def _unheard(report: Event, question: Question) -> Iterator[Gap]:
    """Where all questions to a network had been sent before this run was continued, nobody was there to hear it."""
    link, ledger = question.interface, question.ledger
    if (
        link is None
        or ledger is None
        or not isinstance(report, ChannelReport)
        or report.sent
        or report.status != "done"
        or report.name == "arp"
    ):
        return
    if any(shot[:3] == (question.part, report.name, link.name) for shot in ledger.shots):
        detail = f"{link.name}: {report.name}: the run was stopped when all had been asked: answers that came while "
        yield Gap(kind="answers_lost", detail=detail + "it stood still are missing", address=link.address)


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
