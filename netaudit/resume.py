"""Continuing a run that was killed or interrupted: what its bundle says of it, held against what is here now.

The bundle carries its own options, exclusions first of all: a run that forgot them would touch what must not be
touched. What it can be continued with only is what it was begun with; see docs/resume.md.
"""

from dataclasses import replace
from pathlib import Path

import msgspec

from netaudit import __version__
from netaudit.model import Event, Gap
from netaudit.plain import shorten
from netaudit.quiet import QuietHours
from netaudit.records.bundle import read_bundle
from netaudit.records.lasting import check_free
from netaudit.runs import Prepared, Request

ENDINGS = frozenset({"interrupted", "quiet_hours"})
_LOST = "the bundle does not say with which options its run was begun: it can be replayed, and not continued"


class _Told(msgspec.Struct, forbid_unknown_fields=True):
    """As `runs.settings_of` writes it."""

    targets: tuple[str, ...]
    excluded: tuple[str, ...]
    interfaces: tuple[str, ...]
    channels: frozenset[str]
    profile: str
    rate_pps: float | None
    host_timeout_s: float | None
    quiet_hours: tuple[tuple[int, int], ...]
    again: bool
    listen_s: float | None
    site: str | None
    confirmed: bool
    logins: bool


def read_request(path: Path) -> tuple[Request, bool]:
    """What the run of this bundle was asked to do, without its logins; whether it had any.

    ValueError where it cannot be continued: another version may ask other questions, to which the old answers would
    be taken for the new.
    """
    check_free(path)
    recording = read_bundle(path)
    if recording.complete and not any(_ends(event) for event in recording.events):
        raise ValueError(f"{path.name}: this run came to its end: `netaudit replay` gives its inventory")
    if recording.run.version != __version__:
        begun = f"was begun with netaudit {shorten(recording.run.version, 40)}, and this is {__version__}"
        raise ValueError(f"{path.name}: {begun}: continue it with that version, or begin a new run")
    try:
        told = msgspec.json.decode(recording.settings["request"], type=_Told)
    except (KeyError, ValueError):
        raise ValueError(f"{path.name}: {_LOST}") from None
    given = {name: getattr(told, name) for name in told.__struct_fields__ if name not in {"logins", "quiet_hours"}}
    return Request(**given, quiet_hours=QuietHours(told.quiet_hours)), told.logins


def resume(prepared: Prepared, path: Path) -> Prepared:
    """The scan that continues the run of this bundle. ValueError where the network here is not that run's."""
    recording = read_bundle(path)
    for name, what in (("interfaces", "the network interfaces"), ("scope", "the addresses in scope")):
        if prepared.settings[name] != recording.settings.get(name):
            raise ValueError(f"{path.name}: {what} are not those of the run that is to be continued: begin a new one")
    return replace(prepared, run=recording.run, resumed=path)


def _ends(event: Event) -> bool:
    return isinstance(event, Gap) and event.kind in ENDINGS
