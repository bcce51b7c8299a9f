"""One web port while it is asked: a request for each connection, few requests, and one answer at a time."""

from collections.abc import Generator
from dataclasses import dataclass, replace

from netaudit.discovery.channel import Channel
from netaudit.discovery.isapi import ISAPI
from netaudit.discovery.onvif import ONVIF
from netaudit.discovery.upnp import UPNP
from netaudit.discovery.vapix import VAPIX
from netaudit.discovery.visiting.state import (
    MOST_HTTP_PER_PORT,
    SPACING_S,
    Visit,
    has_enough,
    heard,
    problem,
    unanswered,
    waited,
)
from netaudit.model import Event, Reply
from netaudit.wire.messages import complete
from netaudit.wire.steps import Connect, Exchange, Outcome, Pause, Secure, Step

TIMEOUT_S = 3.0
LIMIT_BYTES = (16 + 64) * 1024  # headers and body
_REFUSED = frozenset({401, 403})
_DOCUMENTS: tuple[Channel, ...] = (UPNP, ONVIF, VAPIX, ISAPI)

Answer = Generator[Step | Event, Outcome, bytes]


@dataclass(slots=True)
class Door:
    """A web port with its connection, which is open when the asking begins."""

    port: int
    transport: str = "tcp"  # or "tls"
    opens_left: int = MOST_HTTP_PER_PORT - 1  # connections that may follow the first one
    left: int = MOST_HTTP_PER_PORT  # requests; none once one was not answered
    is_open: bool = True
    sent: bool = False  # the last request that was to be asked

    @property
    def secured(self) -> bool:
        """Whether TLS is spoken here."""
        return self.transport == "tls"

    def may_ask(self, state: Visit) -> bool:
        """Whether one more request may be sent here."""
        left = min(self.left, MOST_HTTP_PER_PORT - state.asked[self.port])
        return state.may_ask_web and not state.over and left > 0 and (self.is_open or self.opens_left > 0)


def fetch(state: Visit, door: Door, request: bytes, channel: str) -> Answer:
    """The answer to one request of this channel, told as a reply; nothing where it could not be asked, or had none."""
    door.sent = False
    if not door.may_ask(state) or not (door.is_open or (yield from _opened(door))):
        return b""
    first = door.left == MOST_HTTP_PER_PORT
    door.sent, door.is_open = True, False
    door.left -= 1
    state.http_left -= 1
    state.asked[door.port] += 1
    outcome = yield Exchange(request, complete, LIMIT_BYTES, TIMEOUT_S)
    if not outcome.data:
        yield from _missing(state, door, request, channel, outcome, first=first)
        return b""
    state.late = 0
    payload = outcome.data[:LIMIT_BYTES]
    reply = heard(state, "http", door.port, outcome, door.transport, payload=payload, request=request)
    yield from _told(reply, channel)
    state.over = yield from has_enough(state, door.port, channel, payload)
    return payload


def status_of(answer: bytes) -> int:
    """The status code of a web answer, 0 where this is none."""
    words = answer[:32].split(None, 2)
    code = words[1][:3] if answer.startswith(b"HTTP/") and len(words) > 1 else b""
    return int(code) if code.isdigit() else 0


def _opened(door: Door) -> Generator[Step | Event, Outcome, bool]:
    door.opens_left -= 1
    yield Pause(SPACING_S)
    outcome = yield Connect(door.port)
    if outcome.status == "ok" and door.secured:
        from netaudit.wire.secure import modern_context  # noqa: PLC0415  OpenSSL is not needed before the first visit

        outcome = yield Secure(modern_context())
    if outcome.status != "ok":
        door.left = 0
    return outcome.status == "ok"


def _missing(
    state: Visit, door: Door, request: bytes, channel: str, outcome: Outcome, *, first: bool
) -> Generator[Step | Event, Outcome, None]:
    """No answer: where nothing was answered here before, all that is known is that the port is open."""
    door.left = 0
    asked = request.split(b" HTTP/", 1)[0].decode("ascii")
    detail = f"no answer to {asked} ({outcome.detail or 'silence'})"
    if first:
        state.over = not (yield from unanswered(state, door.port, channel, outcome, detail))
        return
    status = "malformed" if outcome.status == "ok" else outcome.status
    yield problem(state, channel, status, f"port {door.port}: {detail}")
    if outcome.status == "timeout":
        state.over = not (yield from waited(state))


def _told(reply: Reply, channel: str) -> Generator[Reply, Outcome, None]:
    """The reply, as that of the channel that its document belongs to; a refusal speaks by its headers as well."""
    documents = () if channel == "http" else _DOCUMENTS  # a start page may hold anything, and is one all the same
    known = next((c for c in documents if c.knows and c.knows(reply)), None)
    if known is None or status_of(reply.payload) in _REFUSED:
        yield reply
    if known is not None:
        yield replace(reply, channel=known.name)
