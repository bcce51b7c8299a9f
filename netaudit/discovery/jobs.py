"""Jobs of a live run: channels that ask and listen at the same time, each in a thread of its own.

Everything that comes is yielded as it comes; an error in a thread is raised again where its events are read.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

from netaudit.discovery.channel import Channel, Question
from netaudit.discovery.course import Course, Events, Job
from netaudit.discovery.ledger import Ledger
from netaudit.model import ChannelReport, Event, Gap
from netaudit.wire.link import PASSES

Work = Callable[[Question], Iterable[Event]]
_PATIENCE_S = 0.1  # after which an interrupt is noticed on every platform, and progress is shown
_END_S = 0.02  # that a thread is waited for which is about to say something
_AT_ONCE = 256  # events that are passed on before whoever hears them has his turn


def run_jobs(course: Course, jobs: list[Job], part: str = "") -> Iterator[Event]:
    """Begin these jobs, and yield what all jobs give until the last of these has ended, or need not be waited for."""
    gate, before = course.live.gate, course.live.gate.slots
    began, alone_s = course.clock(), max((q.listen_s for _, q in jobs if q.alone), default=0.0)
    numbers = begin(course, jobs, part)
    total = sum(_most_sent(*course.under_way[number]) for number in numbers)
    while any(_is_waited_for(course.under_way[number]) for number in numbers & course.under_way.keys()):
        if alone_s:
            course.progress("listening", min(int(course.clock() - began), int(alone_s)), int(alone_s))
        else:
            course.progress("finding", min(gate.slots - before, total), total)
        yield from hear(course, _PATIENCE_S)


def begin(course: Course, jobs: list[Job], part: str = "") -> frozenset[int]:
    """Start each job in a thread of its own, and give back their numbers in `course.under_way`; `hear` has what they give.

    With the name of a part of the run it is noted what they send, and one that has ended is not begun again.
    """
    jobs = _left(course.live.ledger, jobs, part) if part else jobs
    numbers = range(len(course.threads), len(course.threads) + len(jobs))
    course.under_way.update(zip(numbers, jobs, strict=True))
    for number, (channel, question) in zip(numbers, jobs, strict=True):
        work = channel.find if question.interface else channel.reach
        assert work is not None  # noqa: S101
        thread = threading.Thread(target=_work, args=(number, work, question, course.events), daemon=True)
        course.threads.append(thread)
        thread.start()
    return frozenset(numbers)


def hear(course: Course, wait_s: float = 0.0) -> Iterator[Event]:
    """What the jobs under way have given by now; where that is nothing, wait so long for the first of it."""
    course.clock()  # goes on while somebody looks at it
    if wait_s and course.events.empty():
        course.live.ledger.flush()
    for _ in range(_AT_ONCE):
        try:
            number, event = course.events.get(wait_s > 0, wait_s)
        except queue.Empty:
            return
        wait_s = 0.0
        if isinstance(event, BaseException):
            raise event
        channel, question = course.under_way[number]
        if event is None:
            _end(course, number)
            continue
        yield from _unheard(event, question)
        yield from course.take(event, channel.name, question)


def hear_until(course: Course, over: Callable[[], bool]) -> Iterator[Event]:
    """What the jobs under way give, until this is so, or none of them is under way any more.

    What they had by then, and are about to give, is heard as well.
    """
    is_over = False
    while course.under_way and not is_over:
        is_over = over()
        yield from hear(course, _END_S if is_over else _PATIENCE_S)


def hear_out(course: Course) -> Iterator[Event]:
    """Wait for the end of all that is under way; of listening only where the user asked for a time."""
    if course.live.gate.stopped.is_set() or not course.live.listens_on:
        course.heard_enough.set()
    yield from hear_until(course, lambda: False)


def end_jobs(course: Course) -> None:
    """Stop all threads and wait for them; what they still had to say is dropped."""
    course.live.gate.stopped.set()
    course.heard_enough.set()
    for thread in course.threads:
        while thread.is_alive():
            with suppress(queue.Empty):
                while True:
                    course.events.get_nowait()
            thread.join(_END_S)


def _is_waited_for(job: Job) -> bool:
    _, question = job
    return question.asked is None or not question.asked.is_set()


def _left(ledger: Ledger, jobs: list[Job], part: str) -> list[Job]:
    """The jobs that a run which this one continues has not brought to their end."""
    every = [(channel, replace(question, ledger=ledger, part=part)) for channel, question in jobs]
    return [(channel, question) for channel, question in every if _key(channel.name, question) not in ledger.ended]


def _end(course: Course, number: int) -> None:
    channel, question = course.under_way.pop(number)
    if question.ledger and not course.live.gate.stopped.is_set():
        question.ledger.end(_key(channel.name, question))
    if question.listen_s and not any(q.listen_s for _, q in course.under_way.values()):
        course.hearsay.forget()


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
    if ledger.is_unheard(question.part, report.name, link.name):
        detail = f"{link.name}: {report.name}: the run was stopped when all had been asked: answers that came while "
        yield Gap(kind="answers_lost", detail=detail + "it stood still are missing", address=link.address)


def _work(number: int, work: Work, question: Question, events: Events) -> None:
    try:
        for event in work(question):
            events.put((number, event))
        events.put((number, None))
    except BaseException as error:  # noqa: BLE001  raised again in the thread that waits
        events.put((number, error))


def _most_sent(channel: Channel, question: Question) -> int:
    """The most packets that a job sends: what its progress is measured by."""
    return len(question.addresses) * (PASSES if channel.name == "arp" else 1)
