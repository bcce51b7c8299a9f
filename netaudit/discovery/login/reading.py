"""Reading one device with one login: its protocol's questions, the guard's word before, and its note after."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from netaudit.credentials import Credential
from netaudit.discovery.login.desk import Desk, Fate, Stop
from netaudit.discovery.login.lockout import Guard
from netaudit.discovery.login.plan import Job
from netaudit.model import Event, Gap, Problem, Reply
from netaudit.wire.gate import Gate
from netaudit.wire.line import Line

if TYPE_CHECKING:
    from netaudit.wire.session import PinnedSession

DEADLINE_S = 40.0  # for all that one device is asked, however it drips
CHANNELS = {"isapi": "isapi", "dahua": "magicbox", "onvif": "onvif"}  # a protocol of the credentials -> its channel


@dataclass(slots=True)
class Read:
    """What one device told, and what that took."""

    events: list[Event] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)  # channel -> connections or datagrams
    address: str = ""  # of the device, once all was asked


class Caller(Protocol):
    """Who asks a device in one protocol."""

    fate: Fate
    session: "PinnedSession"

    def ask(self) -> Iterator[Reply]:
        """Each answer, in order; Stop where one is refused."""


def read_device(job: Job, gate: Gate, guard: Guard) -> Read:
    """What the device tells to its login; a Problem and a Gap where it tells nothing, or not all."""
    read = Read()
    if job.site is None or job.credential is None or job.protocol is None:
        return read
    held = _noted(guard.held, job)
    if held:
        read.events.append(Gap(kind="login", detail=held, address=job.address))
        return read
    channel = CHANNELS[job.protocol]
    desk = Desk(
        line=Line(gate, job.address, DEADLINE_S),
        site=job.site,
        credential=job.credential,
        claim=lambda: _noted(guard.claim, job),
        path=job.path,
        recorder=job.recorder,
    )
    caller = cast("Caller", import_module(f"netaudit.discovery.login.{channel}").caller(desk))
    try:
        read.events.extend(_heard(caller, job, channel))
    finally:
        desk.line.close()
        read.events.extend(_settled(caller.fate, job, guard, channel))
    read.sent[channel] += caller.session.last.connections
    return read


def _noted(ask: Callable[[frozenset[str], Credential], str | None], job: Job) -> str | None:
    """What the guard says; where it cannot remember, no login is sent."""
    assert job.credential is not None  # noqa: S101
    try:
        return ask(job.keys, job.credential)
    except (OSError, ValueError) as error:
        return f"what is refused cannot be remembered ({error})"


def _settled(fate: Fate, job: Job, guard: Guard, channel: str) -> Iterator[Event]:
    """Note how the login went; a Problem where that cannot be: then it counts as one whose end is not known."""
    assert job.credential is not None  # noqa: S101
    try:
        if fate in {Fate.TAKEN, Fate.REFUSED}:
            guard.settle(job.keys, job.credential, refused=fate is Fate.REFUSED)
    except (OSError, ValueError) as error:
        detail = f"how its login went cannot be remembered: {error}"
        yield Problem(stage="ask", channel=channel, address=job.address, status="permission", detail=detail)


def _heard(caller: Caller, job: Job, channel: str) -> Iterator[Event]:
    try:
        yield from caller.ask()
    except Stop as stop:
        yield Problem(stage="ask", channel=channel, address=job.address, status=stop.status, detail=stop.detail)
        yield Gap(kind="locked" if stop.locked else "login", detail=stop.detail, address=job.address)
