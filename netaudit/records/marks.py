"""Marks: what a scan writes into its bundle beside its events, so that it can be continued where it was killed.

A question is marked before it is sent, and what came back after it; see `discovery/ledger.py` for what they are used
for. They tell nothing of devices that the events do not tell, and a replay passes over them.
"""

from dataclasses import dataclass, replace
from typing import Final

from netaudit.model import ChannelReport, Event, Gap, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The visit of a device begins, or takes up what the device has named meanwhile: then with another target."""

    stage: str  # which of its visits: "first", "again"
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request is about to be sent. One that was marked is never sent again by a run that continues this one."""

    stage: str  # of a visit, or the part of finding
    address: str  # to whom, or the group
    port: int
    digest: str  # SHA-256 of the request
    at: float
    channel: str = ""  # of a datagram
    interface: str = ""  # from which a datagram goes to a group
    source: str = ""  # our address on it
    number: int = 0  # of several datagrams to one group


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How a step of a visit went: a connection, a handshake or an exchange. Steps come in the order of the visit."""

    stage: str
    address: str
    step: str  # "connect", "secure", "exchange"
    status: str
    data: bytes = b""
    detail: str = ""
    tls_version: str = ""
    local: tuple[str, int] = ("", 0)
    at: float = 0.0
    port: int = 0  # of a connection
    took_s: float = 0.0  # a connection, from its first packet to the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """The visit of a device is over."""

    stage: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """An ARP sweep has come so far. Marked after it went: nobody is passed over, the last second is asked again."""

    part: str
    interface: str
    seed: int  # of the order of the addresses
    digest: str  # SHA-256 of the addresses in their order
    answered: tuple[int, ...]  # of those asked in each pass that is over
    last: str  # address that the present pass has come to


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A part of the run has come to its end, and is not begun again."""

    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """The run was continued here: what said before that it had been interrupted is over."""

    at: float


Mark = Begun | Asked | Answered | Over | Swept | Ended | Resumed
MARKS: Final[dict[str, type[Mark]]] = {
    "begun": Begun,
    "asked": Asked,
    "answered": Answered,
    "over": Over,
    "swept": Swept,
    "ended": Ended,
    "resumed": Resumed,
}

_ENDINGS = frozenset({"interrupted", "quiet_hours"})


def as_if_uninterrupted(event: Event) -> Event | None:
    """An event from before the run was continued, without what only the interruption made it say; None: all of it."""
    if isinstance(event, Gap) and event.kind in _ENDINGS:
        return None
    if isinstance(event, ChannelReport) and event.status == "partial" and _is_interrupted(event):
        reason = (event.reason or "").removesuffix("interrupted").removesuffix(", ")
        return replace(event, status="done", reason=None if not reason or reason.endswith(": ") else reason)
    return event


def _is_interrupted(report: ChannelReport) -> bool:
    """Whether a report is partial for no other reason; that of the connections names none (discovery/course.py)."""
    return report.reason is None or report.reason.endswith("interrupted")
