"""Runs: a scan and a replay, from what the user asked for to the inventory.

Both end in `assemble`; what they add is what a pure function may not have: sockets, files and a clock.
"""

import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from netaudit import __version__
from netaudit.assemble import assemble
from netaudit.coverage import is_empty_handed
from netaudit.credentials import Credentials
from netaudit.discovery import CHANNELS, UDP_PORTS
from netaudit.discovery.attached import Attached
from netaudit.discovery.course import Live, Progress
from netaudit.discovery.live import live_events
from netaudit.discovery.login.lockout import Guard
from netaudit.discovery.login.means import Means
from netaudit.identify.fingerprints import Library
from netaudit.model import Event, Gap, Inventory, Reply, Run
from netaudit.profiles import PROFILES
from netaudit.quiet import NO_QUIET_HOURS, QuietHours
from netaudit.recognise import Recogniser
from netaudit.records.bundle import BundleWriter, read_bundle
from netaudit.records.digest import Digest
from netaudit.records.kind import recorded_kind
from netaudit.scope import Scope, parse_scope
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import attached_networks, list_interfaces

ACTIVE = tuple(c.name for c in CHANNELS if c.sends)  # the channels that a scan can ask
USUAL = tuple(c.name for c in CHANNELS if c.sends and not c.by_name_only)  # those that it asks unless told otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a user asks of a scan."""

    targets: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    channels: frozenset[str] = frozenset(USUAL)
    profile: str = "gentle"
    rate_pps: float | None = None  # None: the profile's
    host_timeout_s: float | None = None  # a device's visit ends after this; None: when it is over
    quiet_hours: QuietHours = NO_QUIET_HOURS
    again: bool = True  # late devices are asked once more
    listen_s: float | None = None  # how long others are listened to; None: the profile's
    site: str | None = None
    confirmed: bool = False  # a large scope, or one with public addresses, was confirmed
    logins: tuple[Credentials, Guard] | None = None  # None: no login is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A scan that is ready to begin: what it may touch, and what is known to be missing before it starts."""

    live: Live
    run: Run
    gaps: tuple[Gap, ...]
    logins: tuple[Credentials, Guard] | None = None


def prepare(request: Request, *, progress: Progress | None = None, stopped: threading.Event | None = None) -> Prepared:
    """Check a request and turn it into a scan; nothing is sent. ValueError says what to change."""
    _check(request)
    if request.logins:
        request.logins[1].open()
    scope = parse_scope(request.targets, request.excluded, attached_networks)
    doubt = scope.needs_confirmation
    if doubt and not request.confirmed:
        raise ValueError(f"scope: {doubt}: say --yes if you mean it and may scan it")
    interfaces, gaps = list_interfaces(request.interfaces)
    profile = PROFILES[request.profile]
    gate = Gate(
        scope.__contains__,
        rate_pps=request.rate_pps or profile.rate_pps,
        spacing_s=profile.spacing_s,
        silent=not profile.sends,
        broadcasts=frozenset(i.broadcast for i in interfaces if i.broadcast),
        stopped=stopped,
        area=Attached(scope, interfaces).network_of,
    )
    live = Live(
        scope=scope,
        interfaces=interfaces,
        gate=gate,
        channels=request.channels if profile.channels is None else request.channels & profile.channels,
        progress=progress,
        profile=profile,
        host_timeout_s=request.host_timeout_s,
        quiet_from=request.quiet_hours.begin_at(_now()),
        again=request.again,
        listen_s=profile.listen_s if request.listen_s is None else request.listen_s,
    )
    gaps = gaps if request.interfaces else ()
    return Prepared(live=live, run=_run(request, scope), gaps=gaps, logins=request.logins)


def scan(prepared: Prepared, library: Library, *, record: Path | None = None) -> Inventory:
    """Discover and identify; with `record`, write every event to a bundle as it comes.

    An interrupt ends the asking, not the run: what was learnt is kept, and a gap says so.
    """
    events = _with_gaps(_with_witness(prepared, library))
    if record is None:
        return assemble(events, lambda: replace(prepared.run, finished_at=time.time()), library)
    with ExitStack() as stack:
        writer = stack.enter_context(BundleWriter(record, prepared.run, _settings(prepared.live)))

        def ended() -> Run:
            finished_at = time.time()
            writer.finish(finished_at)
            return replace(prepared.run, finished_at=finished_at)

        return assemble(_written(events, writer), ended, library)


def replay(paths: Sequence[Path], library: Library, *, kind: str | None = None) -> Inventory:
    """The inventory of a recording: one bundle, or captures of one network, together.

    ValueError where a file is neither, was tampered with, or was cut off before anything in it could be read.
    """
    inventory = _replay(paths, library, kind)
    cut = [gap.detail for gap in inventory.coverage.gaps if gap.kind == "truncated_input"]
    if cut and is_empty_handed(inventory.coverage):
        raise ValueError(f"{cut[0]}: nothing in it could be read")
    return inventory


def _replay(paths: Sequence[Path], library: Library, kind: str | None) -> Inventory:
    kinds = {kind or recorded_kind(path) for path in paths}
    if kinds == {"bundle"} and len(paths) == 1:
        recording = read_bundle(paths[0])
        return assemble(recording.events, lambda: recording.run, library)
    if "bundle" in kinds:
        raise ValueError("replay: a bundle is one whole run: replay it by itself")
    from netaudit.records.capture import read_capture  # noqa: PLC0415  many runs never need it

    clock = _Clock(tuple(paths), Digest(paths))
    return assemble(
        clock.watched(event for path in paths for event in read_capture(path, UDP_PORTS)), clock.run, library
    )


def _check(request: Request) -> None:
    unknown = request.channels - set(ACTIVE)
    if unknown or not request.channels:
        words = ", ".join(sorted(unknown)) or "none"
        raise ValueError(f"channels: {words} cannot be asked; some of {', '.join(ACTIVE)}")
    if request.profile not in PROFILES:
        raise ValueError(f"profile: {request.profile!r} is none of {', '.join(PROFILES)}")
    if request.rate_pps is not None and not request.rate_pps >= 1:  # also what is not a number
        raise ValueError(f"rate: {request.rate_pps:g} packets a second: give 1 or more")
    if request.host_timeout_s is not None and not request.host_timeout_s > 0:
        raise ValueError(f"host timeout: {request.host_timeout_s:g} seconds: give more than 0")
    if request.logins and request.profile == "passive":
        raise ValueError("credentials: the passive profile sends nothing, and no login either: leave out one of the two")
    listens_at_all = PROFILES[request.profile].sends
    if request.listen_s is not None and not (request.listen_s > 0 or (request.listen_s == 0 and listens_at_all)):
        raise ValueError(f"listen: {request.listen_s:g} seconds: give more than 0")
    over_at = request.quiet_hours.ends_at(_now())
    if over_at:
        raise ValueError(f"quiet hours: nothing is sent until {over_at:%H:%M}: begin the scan after that")


def _now() -> datetime:
    """The time on this machine's clock, with which quiet hours are written."""
    return datetime.now().astimezone()


def _run(request: Request, scope: Scope) -> Run:
    now = time.time()
    return Run(
        id=str(uuid.uuid4()),
        feed="live",
        started_at=now,
        finished_at=now,
        targets=request.targets,
        excluded=request.excluded,
        profile=request.profile,
        site=request.site,
        version=__version__,
        addresses_in_scope=len(scope),
    )


@dataclass(slots=True)
class _Clock:
    """The run that a capture stands for: its times are those of its replies."""

    paths: tuple[Path, ...]
    digest: Digest
    first: float = 0.0
    last: float = 0.0

    def watched(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            if isinstance(event, Reply):
                self.first = min(self.first or event.heard_at, event.heard_at)
                self.last = max(self.last, event.heard_at)
            yield event
        yield Gap(kind="passive", detail="a capture shows what crossed its wire in its time: silence proves nothing")

    def run(self) -> Run:
        return Run(
            id=self.digest.text()[:32],
            feed="capture",
            started_at=self.first,
            finished_at=self.last,
            targets=tuple(path.name for path in self.paths),
            version=__version__,
        )


def _with_witness(prepared: Prepared, library: Library) -> Prepared:
    """The same with all that logging in needs: somebody who knows whom it would be sent to."""
    if prepared.logins is None:
        return prepared
    credentials, guard = prepared.logins
    means = Means(credentials=credentials, guard=guard, witness=Recogniser(library))
    return replace(prepared, live=replace(prepared.live, logins=means))


def _with_gaps(prepared: Prepared) -> Iterator[Event]:
    yield from prepared.gaps
    if not prepared.live.profile.sends:
        heard = f"nothing was sent, and others were heard for {prepared.live.listen_s:g} seconds"
        yield Gap(kind="passive", detail=f"{heard}: a device that said nothing in that time is not here")
    yield from live_events(prepared.live)


def _written(events: Iterable[Event], writer: BundleWriter) -> Iterator[Event]:
    for event in events:
        writer.add(event)
        yield event


def _settings(live: Live) -> dict[str, str]:
    return {"channels": ",".join(sorted(live.channels)), "interfaces": ",".join(i.name for i in live.interfaces)}
