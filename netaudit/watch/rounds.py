"""One round of the watch: scan the sites that are due, store, compare, tell. Never two scans of one site at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from platformdirs import user_state_path

from netaudit.history import History, StoredRun, compare_stored, follow
from netaudit.inventory import Document, Surveyed
from netaudit.quiet import parse_quiet_hours
from netaudit.tell.notices import Notice, gather
from netaudit.tell.outbox import Outbox
from netaudit.watch.law import Law, law_of
from netaudit.watch.memory import MOST_ATTEMPTS, Memory, moment, named, recall, remember
from netaudit.watch.scanning import scan_site
from netaudit.watch.schedule import is_due
from netaudit.watch.settings import Site, Watch
from netaudit.watch.told import of_changes, of_coverage, of_findings, of_unseen

NOTHING_DUE, COMPLETE, INCOMPLETE, FAILED = range(4)  # how a round went, the worst last
Scan = Callable[[Site, Watch, Path, threading.Event], tuple[Document, bool]]
_LONGEST_NAP_S: Final = 30.0  # how soon a site is scanned after its time, and a waiting message sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """All that rounds share: the settings, whom to speak to, and what scans."""

    settings: Watch
    stopped: threading.Event
    say: Callable[[str], None] = lambda _: None
    scan: Scan = scan_site

    @property
    def folder(self) -> Path:
        """Where locks, memories and waiting messages are kept."""
        return Path(self.settings.state or user_state_path("netaudit", appauthor=False)) / "watch"

    @property
    def outbox(self) -> Outbox:
        """The messages that wait."""
        return Outbox(self.folder / "outbox")


def watch(post: Post, after: Callable[[], None] = lambda: None) -> None:
    """Rounds without end, until stopped; `after` is called after each in which something was scanned."""
    while not post.stopped.is_set():
        if run_due(post) != NOTHING_DUE:
            after()
        post.stopped.wait(_LONGEST_NAP_S)


def run_due(post: Post, only: frozenset[str] = frozenset(), now: datetime | None = None) -> int:
    """Scan every site that is due, or these whether they are or not; how the worst of them went.

    ValueError, before anything is sent, on policies or a history that cannot be used.
    """
    post.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    law, worst = law_of(post.settings), NOTHING_DUE
    for site in post.settings.site:
        if not post.stopped.is_set() and (not only or site.name in only):
            worst = max(worst, _visit(post, site, law, now or moment(), forced=bool(only)))
    for failure in post.outbox.deliver(post.settings.tell):
        post.say(failure)
    return worst


def _visit(post: Post, site: Site, law: Law, now: datetime, *, forced: bool) -> int:
    """Scan one site, if it is its time and nobody else is at it."""
    with _held(post, site) as held:
        if not held:
            return NOTHING_DUE
        memory = recall(post.folder, site.name, now)
        if memory.attempts >= MOST_ATTEMPTS:
            remember(post.folder, site.name, memory.ended())
            return _fail(post, site, now, f"it was cut off {memory.attempts} times, and waits for its next time")
        if not forced and not is_due(site, memory.since, now):
            return NOTHING_DUE
        end = parse_quiet_hours(",".join(site.quiet_hours)).ends_at(now.astimezone().replace(tzinfo=None))
        if end:
            post.say(f"{site.name}: due, and waits for the end of its quiet hours at {end:%H:%M}")
            return NOTHING_DUE
        return _scan(post, site, law, memory.begun(now))


@contextmanager
def _held(post: Post, site: Site) -> Iterator[bool]:
    """Whether the site is ours alone; it stays so within the context."""
    try:
        with FileLock(post.folder / f"{named(site.name)}.lock", timeout=0):
            yield True
    except Timeout:
        post.say(f"{site.name}: another scan of it is running")
        yield False


def _scan(post: Post, site: Site, law: Law, memory: Memory) -> int:
    remember(post.folder, site.name, memory)
    record = post.folder / f"{named(site.name)}.bundle"
    record.unlink(missing_ok=True)  # of a scan that was cut off
    told, went = memory.told, FAILED
    try:
        document, complete = post.scan(site, post.settings, record, post.stopped)
        told = _keep(post, site, law, document, record if record.exists() else None, memory.told)
        went = COMPLETE if complete else INCOMPLETE
    except (ValueError, OSError) as error:
        if not post.stopped.is_set():
            _fail(post, site, moment(), str(error))
    record.unlink(missing_ok=True)
    if not post.stopped.is_set():  # a scan that was stopped is caught up at the next start
        remember(post.folder, site.name, memory.ended(told))
    return went


def _keep(post: Post, site: Site, law: Law, document: Document, record: Path | None, told: str) -> str:
    """Store a run, and gather what is to be told of it and of earlier runs that nobody told; when the last one began."""
    with History(post.settings.history) as history:
        history.add(document, bundle=record)
        runs = history.runs(site.name)
        changes = follow(history, post.settings.gone_after).changes
        for before, run in zip((None, *runs), runs, strict=False):
            if run.started_at > told:
                mine = [change for change in changes if change.run == run.id]
                notices = [*of_changes(mine), *_more(history, law, before, run)]
                message = gather(site=site.name, at=run.started_at, run=run.id, notices=notices)
                if message:
                    post.outbox.put(message, post.settings.tell)
    return runs[-1].started_at


def _more(history: History, law: Law, before: StoredRun | None, run: StoredRun) -> Iterator[Notice]:
    """What two runs tell beside the changes of devices; nothing of runs whose evidence was pruned."""
    if run.pruned_at or (before and before.pruned_at):
        return
    now, earlier = history.survey(run.id), history.survey(before.id) if before else None
    if before:
        drift = compare_stored(history, before.id, run.id)
        yield from of_unseen(change for change in drift.changes if change.kind == "unseen")
    yield from of_coverage(earlier.coverage if earlier else None, now.coverage)
    yield from of_findings(law(earlier, _day(earlier)) if earlier else (), law(now, _day(now)))


def _day(document: Surveyed) -> date:
    return datetime.fromisoformat(document.run.finished_at).date()


def _fail(post: Post, site: Site, now: datetime, why: str) -> int:
    at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    post.say(f"{site.name}: {why}")
    notice = Notice(kind="scan_failed", words=f"{site.name}: {why}")
    message = gather(site=site.name, at=at, run=f"{named(site.name)}-{at}", notices=[notice])
    if message:
        post.outbox.put(message, post.settings.tell)
    return FAILED
