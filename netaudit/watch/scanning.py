"""The scan of one site, as `netaudit scan` would do it with the same words."""

from pathlib import Path
from threading import Event

from netaudit.coverage import is_complete, is_empty_handed
from netaudit.credentials import load_credentials
from netaudit.discovery.login.lockout import usual_guard
from netaudit.identify.fingerprints import load_library
from netaudit.inventory import Document, document
from netaudit.quiet import parse_quiet_hours
from netaudit.runs import USUAL, Request, prepare, scan
from netaudit.tell.receivers import handed_over
from netaudit.watch.settings import Site, Watch


def scan_site(site: Site, settings: Watch, record: Path, stopped: Event) -> tuple[Document, bool]:
    """Scan a site into an inventory and a recording; whether it is complete. ValueError where nothing could be done."""
    library = load_library(tuple(Path(folder) for folder in settings.fingerprints))
    inventory = scan(prepare(request_of(site), stopped=_Stop(stopped)), library, record=record)
    if is_empty_handed(inventory.coverage):
        raise ValueError("nothing was sent and nothing was heard: there is nothing to judge by")
    return document(inventory), is_complete(inventory.coverage)


class _Stop(Event):
    """One scan's own stop: set by the scan itself at its end, or with the watch as a whole."""

    def __init__(self, watch: Event) -> None:
        super().__init__()
        self._watch = watch

    def is_set(self) -> bool:
        return super().is_set() or self._watch.is_set()


def request_of(site: Site) -> Request:
    """What is asked of a scan of this site."""
    logins = None
    if site.credentials:
        logins = load_credentials(handed_over(site.credentials)), usual_guard()
    return Request(
        targets=site.targets,
        excluded=site.exclude,
        interfaces=site.interfaces,
        channels=frozenset(site.channels or USUAL),
        profile=site.profile,
        rate_pps=site.rate_pps,
        host_timeout_s=site.host_timeout_s,
        quiet_hours=parse_quiet_hours(",".join(site.quiet_hours)),
        site=site.name,
        confirmed=site.yes,
        logins=logins,
    )
