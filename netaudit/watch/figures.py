"""The figures of each site for Prometheus, from what the history holds."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from netaudit.history import History
from netaudit.inventory import Surveyed
from netaudit.tell.metrics import SiteFigures
from netaudit.vocabulary import GAPS
from netaudit.watch.memory import moment, recall
from netaudit.watch.rounds import Post
from netaudit.watch.schedule import next_due


def figures_of(post: Post) -> tuple[SiteFigures, ...]:
    """The last run of each site that was ever scanned, and when the next one is due."""
    return tuple(_figures(post))


def waiting_of(post: Post) -> dict[str, int]:
    """How many messages wait for each receiver."""
    return {receiver.name: len(post.outbox.waiting(receiver.name)) for receiver in post.settings.tell}


def _figures(post: Post) -> Iterator[SiteFigures]:
    with History(post.settings.history) as history:
        for site in post.settings.site:
            runs = [run for run in history.runs(site.name) if run.pruned_at is None]
            if runs:
                due = next_due(site, recall(post.folder, site.name, moment()).since)
                yield _of_run(site.name, history.survey(runs[-1].id), due.timestamp())


def _of_run(site: str, document: Surveyed, due_at: float) -> SiteFigures:
    gaps = Counter(gap.kind for gap in document.coverage.gaps)
    states = {channel.status for channel in document.coverage.channels}
    return SiteFigures(
        site=site,
        finished_at=_seconds(document.run.finished_at),
        duration_s=_seconds(document.run.finished_at) - _seconds(document.run.started_at),
        complete=not states & {"partial", "failed"} and not any(GAPS.get(kind) for kind in gaps),
        devices=dict(Counter((asset.family, asset.verdict) for asset in document.assets)),
        gaps=dict(gaps),
        due_at=due_at,
    )


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).astimezone(UTC).timestamp()
