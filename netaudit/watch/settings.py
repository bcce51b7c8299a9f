"""The watch file: sites with their schedules, and who is told. TOML, strictly checked before anything is sent."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from cronsim import CronSim, CronSimError
from msgspec import Meta

from netaudit.quiet import parse_quiet_hours
from netaudit.tell.receivers import AnyReceiver, mistakes, secret_files

_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
Seconds = Annotated[int, Meta(ge=0, le=86_400)]


class Site(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One site: what to scan there, how gently, and when. Names are those of `netaudit scan`."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    targets: tuple[str, ...]
    schedule: str  # a cron expression of five fields, in the site's own time
    timezone: str | None = None  # IANA name; None: this machine's
    jitter_s: Seconds = 0  # so that many sites do not begin in one second
    exclude: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()  # none: the default ones
    profile: str = "gentle"
    rate_pps: float | None = None
    quiet_hours: tuple[str, ...] = ()  # by this machine's clock, as of `netaudit scan`
    host_timeout_s: float | None = None
    credentials: str | None = None  # the file for --credentials
    yes: bool = False


class Watch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole watch file."""

    site: tuple[Site, ...]
    tell: tuple[AnyReceiver, ...] = ()
    history: str | None = None  # a file or a database URL; None: where `netaudit history` looks
    state: str | None = None  # the folder of locks and waiting messages; None: the platform's
    policies: tuple[str, ...] = ()  # findings of these are told when they become due
    organisation: str | None = None  # the profile that policies ask for
    fingerprints: tuple[str, ...] = ()  # folders of your own
    gone_after: Annotated[int, Meta(ge=1, le=100)] = 2  # runs that covered a device's place and did not hear it
    metrics_file: str | None = None  # for the text file collector of Prometheus' node exporter
    metrics_port: Annotated[int, Meta(ge=1, le=65535)] | None = None  # `/metrics`, while running
    metrics_address: str = "127.0.0.1"


def read_settings(path: Path) -> Watch:
    """The settings in a file. ValueError, with the file's name, on every kind of mistake."""
    try:
        settings = msgspec.convert(tomllib.loads(path.read_bytes().decode()), Watch)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    for mistake in _mistakes(settings):
        raise ValueError(f"{path}: {mistake}")
    return settings


def secrets_of(settings: Watch) -> tuple[str, ...]:
    """The files with secrets that these settings name."""
    logins = (site.credentials for site in settings.site if site.credentials)
    return tuple(dict.fromkeys((*secret_files(settings.tell), *logins)))


def _mistakes(settings: Watch) -> list[str]:
    names = [site.name for site in settings.site]
    found = [f"site {name!r} stands there twice" for name in sorted({n for n in names if names.count(n) > 1})]
    if not names:
        found.append("no [[site]]: name at least one")
    for site in settings.site:
        found += [f"site {site.name!r}: {mistake}" for mistake in _site_mistakes(site)]
    return found + mistakes(settings.tell)


def _site_mistakes(site: Site) -> list[str]:
    found = [] if site.targets else ["it has no targets"]
    try:
        next(CronSim(site.schedule, _SOME_DAY))
    except (CronSimError, StopIteration):
        found.append(f"schedule {site.schedule!r} is no cron expression that ever comes: write '0 2 * * 6'")
    try:
        parse_quiet_hours(",".join(site.quiet_hours))
    except ValueError as error:
        found.append(str(error))
    if site.timezone is not None and not _is_zone(site.timezone):
        found.append(f"timezone {site.timezone!r} is not known here: write an IANA name such as America/Toronto")
    return found


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
