"""Reading one device with one login: its protocol's questions, the guard's word before, and its note after."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

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
    held = guard.held(job.keys, job.credential)
    if held:
        read.events.append(Gap(kind="login", detail=held, address=job.address))
        return read
    channel = CHANNELS[job.protocol]
    desk = Desk(
        line=Line(gate, job.address, DEADLINE_S),
        site=job.site,
        credential=job.credential,
        claim=_claim(job, guard),
        path=job.path,
        recorder=job.recorder,
    )
    caller = cast("Caller", import_module(f"netaudit.discovery.login.{channel}").caller(desk))
    try:
        read.events.extend(_heard(caller, job, channel))
    finally:
        desk.line.close()
        if caller.fate in {Fate.TAKEN, Fate.REFUSED}:
            guard.settle(job.keys, job.credential, refused=caller.fate is Fate.REFUSED)
    read.sent[channel] += caller.session.last.connections
    return read


def _claim(job: Job, guard: Guard) -> Callable[[], str | None]:
    credential = job.credential
    assert credential is not None  # noqa: S101
    return lambda: guard.claim(job.keys, credential)


def _heard(caller: Caller, job: Job, channel: str) -> Iterator[Event]:
    try:
        yield from caller.ask()
    except Stop as stop:
        yield Problem(stage="ask", channel=channel, address=job.address, status=stop.status, detail=stop.detail)
        yield Gap(kind="locked" if stop.locked else "login", detail=stop.detail, address=job.address)
