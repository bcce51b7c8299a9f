"""For programs: a scan, a replay and the inventory file, as functions. `import netaudit` names them all.

What the command line prints and decides by exit code is here a Document: its coverage says what is missing.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from netaudit import runs
from netaudit.credentials import load_credentials
from netaudit.discovery.login.lockout import usual_guard
from netaudit.identify.fingerprints import Library, load_library
from netaudit.inventory import Document, document
from netaudit.inventory import read as read_inventory
from netaudit.inventory import write as write_inventory

__all__ = ["FilePath", "read_inventory", "replay", "scan", "write_inventory"]

FilePath = str | os.PathLike[str]


def scan(
    targets: str | Iterable[str],
    *,
    excluded: str | Iterable[str] = (),
    interfaces: Iterable[str] = (),
    channels: Iterable[str] | None = None,
    profile: str = "gentle",
    rate_pps: float | None = None,
    listen_s: float | None = None,
    site: str | None = None,
    confirmed: bool = False,
    record: FilePath | None = None,
    credentials: FilePath | None = None,
    library: Library | None = None,
) -> Document:
    """Discover and identify what is at these targets, written as on the command line; `record` keeps every reply.

    `listen_s` seconds others are heard; None: as long as the profile says. `confirmed` stands for --yes, `credentials`
    is a file of logins, with which devices are read as well. ValueError says what to change; an interrupt ends the scan,
    and a gap tells of it.
    """
    request = runs.Request(
        targets=_words(targets),
        excluded=_words(excluded),
        interfaces=tuple(interfaces),
        channels=frozenset(runs.USUAL if channels is None else channels),
        profile=profile,
        rate_pps=rate_pps,
        listen_s=listen_s,
        site=site,
        confirmed=confirmed,
        logins=(load_credentials(Path(credentials)), usual_guard()) if credentials is not None else None,
    )
    path = None if record is None else Path(record)
    return document(runs.scan(runs.prepare(request), library, record=path))


def replay(
    files: FilePath | Iterable[FilePath], *, kind: str | None = None, library: Library | None = None
) -> Document:
    """The inventory of a recorded scan, or of captures of one network; nothing is sent.

    ValueError where a file is neither, or was changed. One that was cut off is read as far as it goes; a gap says so.
    """
    paths = [files] if isinstance(files, str | os.PathLike) else files
    return document(runs.replay([Path(path) for path in paths], library or load_library(), kind=kind))


def _words(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
