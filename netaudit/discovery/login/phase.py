"""The login phase of a live run: a few devices at a time, each by one job, each job one connection.

It comes after all finding and asking, because only then is it known what a device is, and whether it must be left alone.
"""

from collections import Counter
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from netaudit.discovery.course import Course
from netaudit.discovery.ledger import Ledger
from netaudit.discovery.login.community import read_snmp
from netaudit.discovery.login.lockout import Guard
from netaudit.discovery.login.plan import Job, plan
from netaudit.discovery.login.reading import Read, read_device
from netaudit.model import ChannelReport, Event, Gap
from netaudit.wire.gate import Gate

_BEGUN, _DONE = "reading {}", "read {}"  # how the ledger names what was begun, and what was done
AT_ONCE = 8  # devices; parsing SOAP in more threads makes it slower


def log_in(course: Course) -> Iterator[Event]:
    """Read with a login what the credentials allow; nothing at all where there are none."""
    means = course.live.logins
    if means is None or course.live.gate.stopped.is_set():
        return
    jobs: list[Job] = []
    barred = means.witness.barred() | course.left_alone
    for item in plan(means.witness.assets(), means.credentials, barred, course.live.scope.__contains__):
        if isinstance(item, Gap):
            yield item
        else:
            jobs.append(item)
    sent: Counter[str] = Counter()
    jobs = yield from _not_begun(course.live.ledger, jobs)
    for done, read in enumerate(_read_all(jobs, course.live.gate, means.guard, course.live.ledger), start=1):
        course.progress("logging in", done, len(jobs))
        sent.update(read.sent)
        for event in read.events:
            yield from course.take(event, "login")
        if read.address:
            course.live.ledger.end(_DONE.format(read.address))
    course.made = course.live.gate.counted()  # these connections are told here, and not once more by others
    state = "partial" if course.live.gate.stopped.is_set() else "done"
    yield from (ChannelReport(name=name, status=state, sent=count) for name, count in sorted(sent.items()))


def _not_begun(ledger: Ledger, jobs: list[Job]) -> Generator[Gap, None, list[Job]]:
    """The jobs that a run which this one continues had not begun: a login is never sent a second time."""
    for job in jobs:
        if _BEGUN.format(job.address) in ledger.ended and _DONE.format(job.address) not in ledger.ended:
            detail = "the run was stopped while it was read with a login: that was not begun again"
            yield Gap(kind="answers_lost", detail=detail, address=job.address)
    return [job for job in jobs if _BEGUN.format(job.address) not in ledger.ended]


def _read_all(jobs: list[Job], gate: Gate, guard: Guard, ledger: Ledger) -> Iterator[Read]:
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="login") as pool:
        futures: list[Future[Read]] = [pool.submit(_read, job, gate, guard, ledger) for job in jobs]
        try:
            yield from (future.result() for future in as_completed(futures))
        finally:  # an interrupt, or nobody reads on: what has not begun does not begin
            if not all(future.done() for future in futures):
                gate.stopped.set()
                pool.shutdown(wait=True, cancel_futures=True)


def _read(job: Job, gate: Gate, guard: Guard, ledger: Ledger) -> Read:
    """All that one device is asked, one thing after the other."""
    if gate.stopped.is_set():
        return Read()
    ledger.end(_BEGUN.format(job.address))
    told, more = read_device(job, gate, guard), read_snmp(job, gate)
    return Read(events=[*told.events, *more.events], sent=told.sent + more.sent, address=job.address)
