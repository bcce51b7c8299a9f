"""One visit: all that a device is asked over TCP, its ports in turn, one connection at a time.

The requests are the closed list of docs/protocols.md: `GET /`, `GET /favicon.ico`, RTSP OPTIONS and, where that told
no realm, DESCRIBE; on the ports of makers' SDKs nothing is sent at all. This file sees no socket: see wire/steps.py.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from netaudit.model import Event, Gap, Problem, Reply, Target
from netaudit.wire.messages import complete
from netaudit.wire.secure import legacy_context, modern_context
from netaudit.wire.steps import Connect, Conversation, Exchange, Outcome, Pause, Secure, Step

SPACING_S = 0.1  # between two connections to one device
HTTP_TIMEOUT_S = 3.0
HTTP_LIMIT_BYTES = (16 + 64) * 1024  # headers and body
RTSP_TIMEOUT_S = 2.0
RTSP_LIMIT_BYTES = 16 * 1024
GREETING_TIMEOUT_S = 0.3
GREETING_LIMIT_BYTES = 64
LATE_IN_A_ROW = 3  # after an earlier success, so many time-outs end the visit: the device may be in trouble
MOST_PORTS = 12
MOST_HTTP_REQUESTS = 8
MOST_RTSP_REQUESTS = 2

RTSP_PORTS = frozenset({554, 8554})
SECURE_PORTS = frozenset({443, 8443})
SILENT_PORTS = frozenset({8000, 37777, 34567, 35000})  # SDKs of Hikvision, Dahua, Xiongmai, Lorex
PORTS = (80, 443, 554, 8000, 37777, 8080, 8443, 8554, 34567, 35000, 81, 88)
VISIT_CHANNELS = frozenset({"http", "rtsp", "tls", "tcp"})  # what a visit can ask

Talk = Generator[Step | Event, Outcome, bool]  # whether the visit may go on
Again = Generator[Step | Event, Outcome, bool]  # opens one more connection; whether it is open


@dataclass(slots=True)
class _Visit:
    """What a visit may still do, and what it has learnt so far."""

    target: Target
    channels: frozenset[str]
    alive: bool = False
    late: int = 0  # time-outs in a row
    refused: bool = False  # and it was told
    icon_wanted: bool = True
    http_left: int = MOST_HTTP_REQUESTS
    rtsp_left: int = MOST_RTSP_REQUESTS

    @property
    def may_http(self) -> bool:
        """Whether a web request may be sent: its Host is a plain IPv4 address always (docs/protocols.md)."""
        return "http" in self.channels and self.http_left > 0 and ":" not in self.target.address

    @property
    def may_rtsp(self) -> bool:
        return "rtsp" in self.channels and self.rtsp_left > 0 and ":" not in self.target.address


def visit(target: Target, channels: frozenset[str] = VISIT_CHANNELS) -> Conversation:
    """Ask the target's ports in turn, until the last one, or until the device shows that it has had enough."""
    state = _Visit(target, channels)
    connected = False
    for port in target.ports[:MOST_PORTS]:
        ask = _manner(state, port)
        if ask is None:
            continue
        if connected:
            yield Pause(SPACING_S)
        connected = True
        outcome = yield Connect(port)
        state.alive = state.alive or outcome.status == "ok"
        going = yield from (ask(state, port) if outcome.status == "ok" else _missed(state, port, outcome))
        if not going:
            return


def _manner(state: _Visit, port: int) -> Callable[[_Visit, int], Talk] | None:
    """How this port is asked; None where nothing of it is wanted."""
    listen = _hear_greeting if "tcp" in state.channels else None
    if port in state.target.silent_ports:
        return listen
    if port in state.target.secure_ports:
        return _ask_secured if state.channels & {"tls", "http"} else listen
    if port in RTSP_PORTS:
        return _ask_rtsp if state.may_rtsp else listen
    return _ask_plain_web if state.may_http else listen


def _missed(state: _Visit, port: int, outcome: Outcome) -> Talk:
    """A port that cannot be reached; nobody at an address is no problem, and is told by the coverage."""
    if outcome.status == "refused":
        state.alive, state.late = True, 0
        if not state.refused:
            yield _reply(state, "tcp", port, outcome, facts=(("tcp.refused", str(port)),))
        state.refused = True
        return True
    if outcome.status == "timeout":
        return (yield from _waited(state))
    if outcome.status == "closed" or (outcome.status == "unreachable" and state.alive):
        yield _problem(state, "tcp", outcome.status, f"port {port}: {outcome.detail}")
        return True
    if outcome.detail != "EHOSTUNREACH":
        yield _problem(state, "tcp", outcome.status, outcome.detail)
    return False


def _waited(state: _Visit) -> Talk:
    """One time-out more; three in a row are enough for a device that had answered before."""
    state.late += 1
    if not state.alive or state.late < LATE_IN_A_ROW:
        return True
    detail = f"no answer {LATE_IN_A_ROW} times in a row after it had answered: left alone"
    yield _problem(state, "tcp", "timeout", detail)
    return False


def _unanswered(state: _Visit, port: int, channel: str, outcome: Outcome, detail: str) -> Talk:
    """The port is open, and that is all: say so, and why."""
    yield _reply(state, "tcp", port, outcome)
    status = "malformed" if outcome.status == "ok" else outcome.status
    yield _problem(state, channel, status, f"port {port}: {detail}")
    return (yield from _waited(state)) if outcome.status == "timeout" else True


def _hear_greeting(state: _Visit, port: int) -> Talk:
    """Send nothing, and take what comes; silence is no time-out here, it is what the port is known for."""
    outcome = yield Exchange(b"", lambda _: False, GREETING_LIMIT_BYTES, GREETING_TIMEOUT_S)
    yield _reply(state, "tcp", port, outcome, payload=outcome.data[:GREETING_LIMIT_BYTES])
    return True


def _ask_plain_web(state: _Visit, port: int) -> Talk:
    def again() -> Again:
        return (yield Connect(port)).status == "ok"

    return (yield from _ask_web(state, port, "tcp", again))


def _ask_web(state: _Visit, port: int, transport: str, again: Callable[[], Again] | None) -> Talk:
    """The start page, and once per device the icon, on a connection of its own (`again` opens it)."""
    outcome = yield from _get(state, port, transport, "/")
    if not outcome.data:
        detail = f"no answer to GET / ({outcome.detail or 'silence'})"
        return (yield from _unanswered(state, port, "http", outcome, detail))
    state.late = 0
    if (yield from _has_enough(state, port, "http", outcome.data)):
        return False
    if not (state.icon_wanted and again and outcome.data.startswith(b"HTTP/") and state.may_http):
        return True
    state.icon_wanted = False
    yield Pause(SPACING_S)
    if not (yield from again()):
        return True
    outcome = yield from _get(state, port, transport, "/favicon.ico")
    return not (yield from _has_enough(state, port, "http", outcome.data))


def _get(state: _Visit, port: int, transport: str, path: str) -> Generator[Step | Event, Outcome, Outcome]:
    state.http_left -= 1
    request = build_get(state.target.address, port, path, secured=transport == "tls")
    outcome = yield Exchange(request, complete, HTTP_LIMIT_BYTES, HTTP_TIMEOUT_S)
    if outcome.data:
        payload = outcome.data[:HTTP_LIMIT_BYTES]
        yield _reply(state, "http", port, outcome, transport, payload=payload, request=request)
    return outcome


def _ask_secured(state: _Visit, port: int) -> Talk:
    """The certificate and the page behind it; a second handshake, for old devices, where the first one failed."""
    outcome = yield Secure(modern_context())
    if outcome.status not in {"tls", "closed"}:
        return (yield from _met_secured(state, port, outcome, legacy=False))
    first = outcome
    yield Pause(SPACING_S)
    outcome = yield Connect(port)
    if outcome.status != "ok":
        yield _problem(state, "tls", outcome.status, f"port {port}: no second connection ({outcome.detail})")
        return (yield from _waited(state)) if outcome.status == "timeout" else True
    if first.data.startswith(b"HTTP/") and state.may_http:  # a plain web server on a port where TLS is usual
        return (yield from _ask_web(state, port, "tcp", None))
    outcome = yield Secure(legacy_context())
    if outcome.status in {"tls", "closed"}:
        what = "TLS is there, but no version or suite in common" if _is_tls(first.data) else "it does not speak TLS"
        yield _reply(state, "tcp", port, outcome)
        yield _problem(state, "tls", "tls", f"port {port}: {what} ({first.detail}; {outcome.detail})")
        return True
    return (yield from _met_secured(state, port, outcome, legacy=True))


def _met_secured(state: _Visit, port: int, outcome: Outcome, *, legacy: bool) -> Talk:
    """What follows a handshake. Two per port are the most: after a legacy one there is none left for the icon."""
    if outcome.status != "ok":
        return (
            yield from _unanswered(state, port, "tls", outcome, f"no TLS handshake ({outcome.detail or 'silence'})")
        )
    state.late = 0
    facts = (("tls.version", outcome.tls_version), ("tls.legacy", "yes" if legacy else "no"))
    yield _reply(state, "tls", port, outcome, "tls", payload=outcome.data, facts=facts)

    def again() -> Again:
        return (yield Connect(port)).status == "ok" and (yield Secure(modern_context())).status == "ok"

    return (yield from _ask_web(state, port, "tls", None if legacy else again)) if state.may_http else True


def _ask_rtsp(state: _Visit, port: int) -> Talk:
    """OPTIONS, and DESCRIBE on the same connection where OPTIONS told no realm (RFC 2326 sections 10.1 and 10.2)."""
    for method in ("OPTIONS", "DESCRIBE")[: state.rtsp_left]:
        state.rtsp_left -= 1
        request = build_rtsp(state.target.address, port, method)
        outcome = yield Exchange(request, complete, RTSP_LIMIT_BYTES, RTSP_TIMEOUT_S)
        if not outcome.data and method == "OPTIONS":
            return (yield from _unanswered(state, port, "rtsp", outcome, "no answer to OPTIONS"))
        if outcome.data:
            state.late = 0
            yield _reply(state, "rtsp", port, outcome, payload=outcome.data[:RTSP_LIMIT_BYTES], request=request)
            if (yield from _has_enough(state, port, "rtsp", outcome.data)):
                return False
        if outcome.status != "ok" or b"authenticate:" in outcome.data.lower():
            break
    return True


def build_get(address: str, port: int, path: str, *, secured: bool) -> bytes:
    """A GET with four short headers: size is the safety measure (facts in docs/protocols.md)."""
    host = address if port == (443 if secured else 80) else f"{address}:{port}"
    lines = (f"GET {path} HTTP/1.1", f"Host: {host}", "User-Agent: netaudit", "Accept: */*", "Connection: close")
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


def build_rtsp(address: str, port: int, method: str) -> bytes:
    """An OPTIONS or DESCRIBE request for the root."""
    extra = "CSeq: 1\r\n" if method == "OPTIONS" else "CSeq: 2\r\nAccept: application/sdp\r\n"
    return f"{method} rtsp://{address}:{port}/ RTSP/1.0\r\n{extra}\r\n".encode("ascii")


def _has_enough(state: _Visit, port: int, channel: str, data: bytes) -> Generator[Step | Event, Outcome, bool]:
    """Whether an answer says that the device must be left alone: overloaded, or locked against logins."""
    if data[:5] in {b"HTTP/", b"RTSP/"} and data[:32].split(b" ")[1:2] == [b"503"]:
        yield _problem(state, channel, "closed", f"port {port}: 503, the device is overloaded: left alone")
        return True
    if b"<lockstatus>lock<" in b"".join(data.lower().split()):
        detail = f"port {port}: the device says that it is locked: it was not asked further"
        yield Gap(kind="locked", detail=detail, address=state.target.address)
        return True
    return False


def _is_tls(data: bytes) -> bool:
    """Whether these first bytes are a record of SSL 3.0 or TLS: a handshake or an alert (RFC 8446 section 5.1)."""
    return data[:2] in {b"\x15\x03", b"\x16\x03"}


def _reply(
    state: _Visit,
    channel: str,
    port: int,
    outcome: Outcome,
    transport: str = "tcp",
    *,
    payload: bytes = b"",
    request: bytes = b"",
    facts: tuple[tuple[str, str], ...] = (),
) -> Reply:
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


def _problem(state: _Visit, channel: str, status: str, detail: str) -> Problem:
    return Problem(stage="ask", channel=channel, address=state.target.address, status=status, detail=detail)
