"""What a visit may still do, what it has learnt of its device, and how both are told. Pure, as all of this folder is."""

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field

from netaudit.model import Event, Gap, Problem, Reply, Target
from netaudit.wire.steps import Outcome, Step

SPACING_S = 0.1  # between two connections to one device
LATE_IN_A_ROW = 3  # after an earlier success, so many time-outs end the visit: the device may be in trouble
MOST_HTTP_REQUESTS = 8
MOST_HTTP_PER_PORT = 4
MOST_RTSP_REQUESTS = 2

Talk = Generator[Step | Event, Outcome, bool]  # whether the visit may go on
Asking = Generator[Step | Event, Outcome, None]


@dataclass(slots=True)
class Visit:
    """The running state of one visit."""

    target: Target
    channels: frozenset[str]
    alive: bool = False
    late: int = 0  # time-outs in a row
    refused: bool = False  # and it was told
    over: bool = False  # the device has had enough
    icon_wanted: bool = True
    description_wanted: bool = True
    activation_wanted: bool = True
    device_info_wanted: bool = False  # until the activation status told nothing
    product_wanted: bool = True
    services_wanted: bool = True
    greeters_wanted: bool = True
    http_left: int = MOST_HTTP_REQUESTS
    rtsp_left: int = MOST_RTSP_REQUESTS
    asked: Counter[int] = field(default_factory=Counter)  # web requests by port
    pages: dict[int, str] = field(default_factory=dict)  # whom each start page that was answered speaks for
    passed: list[int] = field(default_factory=list)  # ports that had their turn

    @property
    def may_ask_web(self) -> bool:
        """Whether a web request may be sent: its Host is a plain IPv4 address always (docs/protocols.md)."""
        return self.http_left > 0 and ":" not in self.target.address

    @property
    def may_rtsp(self) -> bool:
        """Whether a stream server may be asked; its URI holds the address just so."""
        return "rtsp" in self.channels and self.rtsp_left > 0 and ":" not in self.target.address


def missed(state: Visit, port: int, outcome: Outcome) -> Talk:
    """A port that cannot be reached; nobody at an address is no problem, and is told by the coverage."""
    if outcome.status == "refused":
        state.alive, state.late = True, 0
        if not state.refused:
            yield heard(state, "tcp", port, outcome, facts=(("tcp.refused", str(port)),))
        state.refused = True
        return True
    if outcome.status == "timeout":
        return (yield from waited(state))
    if outcome.status == "closed" or (outcome.status == "unreachable" and state.alive):
        yield problem(state, "tcp", outcome.status, f"port {port}: {outcome.detail}")
        return True
    if outcome.detail != "EHOSTUNREACH":
        yield problem(state, "tcp", outcome.status, outcome.detail)
    return False


def waited(state: Visit) -> Talk:
    """One time-out more; three in a row are enough for a device that had answered before."""
    state.late += 1
    if not state.alive or state.late < LATE_IN_A_ROW:
        return True
    detail = f"no answer {LATE_IN_A_ROW} times in a row after it had answered: left alone"
    yield problem(state, "tcp", "timeout", detail)
    yield Gap(kind="left_alone", detail=detail, address=state.target.address)
    return False


def unanswered(state: Visit, port: int, channel: str, outcome: Outcome, detail: str) -> Talk:
    """The port is open, and that is all: say so, and why."""
    yield heard(state, "tcp", port, outcome)
    status = "malformed" if outcome.status == "ok" else outcome.status
    yield problem(state, channel, status, f"port {port}: {detail}")
    return (yield from waited(state)) if outcome.status == "timeout" else True


def has_enough(state: Visit, port: int, channel: str, data: bytes) -> Talk:
    """Whether an answer says that the device must be left alone: overloaded, or locked against logins."""
    if data[:5] in {b"HTTP/", b"RTSP/"} and data[:32].split(b" ")[1:2] == [b"503"]:
        detail = f"port {port}: 503, the device is overloaded: left alone"
        yield problem(state, channel, "closed", detail)
        yield Gap(kind="left_alone", detail=detail, address=state.target.address)
        return True
    lowered = data.lower()
    if b"lock" in lowered and b"<lockstatus>lock<" in b"".join(lowered.split()):
        detail = f"port {port}: the device says that it is locked: it was not asked further"
        yield Gap(kind="locked", detail=detail, address=state.target.address)
        return True
    return False


def heard(
    state: Visit,
    channel: str,
    port: int,
    outcome: Outcome,
    transport: str = "tcp",
    *,
    payload: bytes = b"",
    request: bytes = b"",
    facts: tuple[tuple[str, str], ...] = (),
) -> Reply:
    """What the device answered, as a reply of this channel."""
    return Reply(
        channel=channel,
        transport=transport,
        address=state.target.address,
        port=port,
        payload=payload,
        heard_at=outcome.at,
        destination=outcome.local[0],
        destination_port=outcome.local[1],
        request=request,
        asked=state.target.address,
        facts=facts,
    )


def problem(state: Visit, channel: str, status: str, detail: str) -> Problem:
    """Something that failed while this device was asked."""
    return Problem(stage="ask", channel=channel, address=state.target.address, status=status, detail=detail)
