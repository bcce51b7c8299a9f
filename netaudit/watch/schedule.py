"""When a site is due: cron expressions (crontab(5)) in the site's own time, summer time as Debian's cron handles it.

Only the latest time that has passed counts, so that a machine that slept for a week scans once and not seven times.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from cronsim import CronSim

from netaudit.watch.settings import Site


def next_due(site: Site, after: datetime) -> datetime:
    """The first time after this one at which the site is due, its jitter included."""
    return next(due for due in _times(site, after - timedelta(seconds=site.jitter_s)) if due > after)


def is_due(site: Site, since: datetime, now: datetime) -> bool:
    """Whether a scheduled time has come since the last run began, or since the site was first seen."""
    return next_due(site, since) <= now


def _times(site: Site, after: datetime) -> Iterator[datetime]:
    """The scheduled times, each late by its jitter: the same for the same site and time, whoever asks."""
    for slot in CronSim(site.schedule, _local(site, after)):
        yield slot + timedelta(seconds=_jitter(site, slot))


def _local(site: Site, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(site.timezone) if site.timezone else None)


def _jitter(site: Site, slot: datetime) -> int:
    if not site.jitter_s:
        return 0
    digest = sha256(f"{site.name}\n{slot.isoformat()}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % site.jitter_s
