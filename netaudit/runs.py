"""Runs: a scan and a replay, from what the user asked for to the inventory.

Both end in `assemble`; what they add is what a pure function may not have: sockets, files and a clock.
"""

import json
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from netaudit import __version__
from netaudit.discovery import CHANNELS
from netaudit.discovery.attached import Attached
from netaudit.discovery.course import Live, Progress
from netaudit.discovery.ledger import Ledger
from netaudit.discovery.live import import_later, live_events
from netaudit.model import Event, Gap, Inventory, Reply, Run
from netaudit.profiles import PROFILES
from netaudit.quiet import NO_QUIET_HOURS, QuietHours
from netaudit.scope import Scope, parse_scope
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import attached_networks, list_interfaces

if TYPE_CHECKING:
    from netaudit.credentials import Credentials
    from netaudit.discovery.login.lockout import Guard
    from netaudit.identify.fingerprints import Library
    from netaudit.records.bundle import BundleWriter

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
    logins: "tuple[Credentials, Guard] | None" = None  # None: no login is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A scan that is ready to begin: what it may touch, and what is known to be missing before it starts."""

    live: Live
    run: Run
    gaps: tuple[Gap, ...]
    logins: "tuple[Credentials, Guard] | None" = None
    settings: Mapping[str, str] = field(default_factory=dict)  # of which the bundle tells
    resumed: Path | None = None  # the bundle of a run that this one continues


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
        allows_all=scope.holds_all,
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
        listens_on=request.listen_s is not None or not profile.sends,
    )
    gaps = gaps if request.interfaces else ()
    settings = _settings(request, live)
    return Prepared(live=live, run=_run(request, scope), gaps=gaps, logins=request.logins, settings=settings)


def scan(prepared: Prepared, library: "Library | None" = None, *, record: Path | None = None) -> Inventory:
    """Discover and identify; with `record`, write every event to a bundle as it comes.

    Without a library, that which is shipped is loaded when the first answer has come. What continues another run goes
    on writing that run's bundle. An interrupt ends the asking, not the run: what was learnt is kept, and a gap says so.
    """
    prepared, library = _with_witness(prepared, library)
    with ExitStack() as stack:
        if record is None and prepared.resumed is None:
            events = stack.enter_context(closing(_with_gaps(prepared)))
            return _assembled(events, lambda: replace(prepared.run, finished_at=time.time()), library)
        writer = stack.enter_context(_writer(prepared, record))
        ledger = _ledger(prepared, writer)
        events = stack.enter_context(closing(_with_gaps(replace(prepared, live=replace(prepared.live, ledger=ledger)))))

        def ended() -> Run:
            finished_at = time.time()
            writer.finish(finished_at)
            return replace(prepared.run, finished_at=finished_at)

        return _assembled(_written(events, writer, ledger), ended, library)


def replay(paths: Sequence[Path], library: "Library", *, kind: str | None = None) -> Inventory:
    """The inventory of recorded input: one bundle, or captures and files of `nmap -oX` of one network, together.

    ValueError where a file is neither, was tampered with, or was cut off before anything in it could be read.
    """
    from netaudit.recorded import Recorded, replay_recorded  # noqa: PLC0415  a scan never needs it

    with Recorded(paths, kind) as recorded:
        return replay_recorded(recorded, library)


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
        raise ValueError(
            "credentials: the passive profile sends nothing, and no login either: leave out one of the two"
        )
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


def _with_witness(prepared: Prepared, library: "Library | None") -> "tuple[Prepared, Library | None]":
    """The same with all that logging in needs: somebody who knows whom it would be sent to."""
    if prepared.logins is None:
        return prepared, library
    from netaudit.discovery.login.means import Means  # noqa: PLC0415  few runs have logins
    from netaudit.identify.fingerprints import load_library  # noqa: PLC0415
    from netaudit.recognise import Recogniser  # noqa: PLC0415

    library = library or load_library()
    credentials, guard = prepared.logins
    means = Means(credentials=credentials, guard=guard, witness=Recogniser(library))
    return replace(prepared, live=replace(prepared.live, logins=means)), library


def _assembled(events: Iterable[Event], ended: Callable[[], Run], library: "Library | None") -> Inventory:
    """The inventory of a scan. What visits, and what makes it, is loaded when an answer has come: the questions are out.

    Until somebody has answered all time belongs to the questions; afterwards there is time, as the slow are waited for.
    """
    events = _from_first_answer(events)
    import_later()
    from netaudit.assemble import assemble  # noqa: PLC0415
    from netaudit.identify.fingerprints import load_library  # noqa: PLC0415

    return assemble(events, ended, library or load_library())


def _from_first_answer(events: Iterable[Event]) -> Iterable[Event]:
    """The same events, given back when the first answer is among those that came."""
    coming, come = iter(events), []
    for event in coming:
        come.append(event)
        if isinstance(event, Reply):
            break
    return chain(come, coming)


def _with_gaps(prepared: Prepared) -> Generator[Event, None, None]:
    yield from prepared.gaps
    if not prepared.live.profile.sends:
        heard = f"nothing was sent, and others were heard for {prepared.live.listen_s:g} seconds"
        yield Gap(kind="passive", detail=f"{heard}: a device that said nothing in that time is not here")
    yield from live_events(prepared.live)


def _writer(prepared: Prepared, record: Path | None) -> "BundleWriter":
    from netaudit.records.bundle import BundleWriter, continue_bundle  # noqa: PLC0415  not every run is recorded

    if prepared.resumed:
        return continue_bundle(prepared.resumed, time.time())
    assert record is not None  # noqa: S101
    return BundleWriter(record, prepared.run, prepared.settings)


def _ledger(prepared: Prepared, writer: "BundleWriter") -> Ledger:
    """Where the run notes what it asks, with what was noted of the run that it continues."""
    from netaudit.records.bundle import read_items  # noqa: PLC0415  not every run is recorded

    path = prepared.resumed
    past = partial(read_items, path) if path else Ledger().past
    return Ledger(write=writer.add, flush=writer.flush, past=past, retelling=path is not None)


def _written(events: Iterable[Event], writer: "BundleWriter", ledger: Ledger) -> Iterator[Event]:
    for event in events:
        if not ledger.retelling:
            writer.add(event)
        yield event


def _settings(request: Request, live: Live) -> dict[str, str]:
    """What the bundle tells of how the run was set: enough to continue it, and nothing of its logins."""
    told = {f.name: getattr(request, f.name) for f in fields(request)}
    told |= {"channels": sorted(request.channels), "quiet_hours": request.quiet_hours.spans}
    told["logins"] = request.logins is not None
    ranges = json.dumps([live.scope.ranges, live.scope.ipv6, live.scope.barred])
    return {
        "channels": ",".join(sorted(live.channels)),
        "interfaces": ",".join(i.name for i in live.interfaces),
        "request": json.dumps(told),
        "scope": sha256(ranges.encode()).hexdigest(),
    }
