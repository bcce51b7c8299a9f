"""One visit: all that a device is asked over TCP, its ports in turn, one connection at a time.

The requests are the closed list of docs/protocols.md: `GET /`, `GET /favicon.ico`, RTSP OPTIONS and, where that told
no realm, DESCRIBE; on the ports of makers' SDKs nothing is sent at all. This file sees no socket: see wire/tcp.py.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from netaudit.model import Event, Problem, Reply, Target
from netaudit.wire.messages import complete
from netaudit.wire.secure import legacy_context, modern_context
from netaudit.wire.tcp import Connect, Conversation, Exchange, Outcome, Pause, Secure, Step

SPACING_S = 0.1  # between two connections to one device
HTTP_TIMEOUT_S = 3.0
HTTP_LIMIT_BYTES = (16 + 64) * 1024  # headers and body
RTSP_TIMEOUT_S = 2.0
RTSP_LIMIT_BYTES = 16 * 1024
GREETING_TIMEOUT_S = 0.3
GREETING_LIMIT_BYTES = 64
LATE_IN_A_ROW = 3  # after an earlier success, so many time-outs end the visit: the device may be in trouble
MOST_PORTS = 12

RTSP_PORTS = frozenset({554, 8554})
SECURE_PORTS = frozenset({443, 8443})
SILENT_PORTS = frozenset({8000, 37777, 34567, 35000})  # SDKs of Hikvision, Dahua, Xiongmai, Lorex
PORTS = (80, 443, 554, 8000, 37777, 8080, 8443, 8554, 34567, 35000, 81, 88)

Talk = Generator[Step | Event, Outcome, bool]  # whether the visit may go on


@dataclass(slots=True)
class _Visit:
    """What a visit has learnt so far."""

    target: Target
    alive: bool = False
    late: int = 0
    icon_wanted: bool = True
    refusals: list[int] = field(default_factory=list)


def visit(target: Target) -> Conversation:
    """Ask the target's ports in turn, until the last one, or until the device shows that it has had enough."""
    state = _Visit(target)
    for number, port in enumerate(target.ports[:MOST_PORTS]):
        if number:
            yield Pause(SPACING_S)
        outcome = yield Connect(port)
        going = yield from (_met(state, port, outcome) if outcome.status == "ok" else _missed(state, port, outcome))
        if not going:
            return


def _met(state: _Visit, port: int, outcome: Outcome) -> Talk:
    state.alive, state.late = True, 0
    if port in state.target.silent_ports:
        return (yield from _hear_greeting(state, port))
    if port in state.target.secure_ports:
        return (yield from _ask_secured(state, port))
    if port in RTSP_PORTS:
        return (yield from _ask_rtsp(state, port))
    return (yield from _ask_web(state, port, again=lambda: _connect(port)))


def _missed(state: _Visit, port: int, outcome: Outcome) -> Talk:
    """A port that cannot be reached; nobody at an address is no problem, and is told by the coverage."""
    if outcome.status == "refused":
        state.alive, state.late = True, 0
        if not state.refusals:
            yield _reply(state, "tcp", port, outcome, facts=(("tcp.refused", str(port)),))
        state.refusals.append(port)
        return True
    if outcome.status == "timeout":
        state.late += 1
        if state.alive and state.late >= LATE_IN_A_ROW:
            detail = f"no answer on {LATE_IN_A_ROW} ports in a row after it had answered: left alone"
            yield _problem(state, "tcp", "timeout", detail)
            return False
        return True
    if outcome.status == "closed" or (outcome.status == "unreachable" and state.alive):
        yield _problem(state, "tcp", outcome.status, f"port {port}: {outcome.detail}")
        return True
    if outcome.detail != "EHOSTUNREACH":
        yield _problem(state, "tcp", outcome.status, outcome.detail)
    return False


def _hear_greeting(state: _Visit, port: int) -> Talk:
    outcome = yield Exchange(b"", lambda _: False, GREETING_LIMIT_BYTES, GREETING_TIMEOUT_S)
    yield _reply(state, "tcp", port, outcome, payload=outcome.data[:GREETING_LIMIT_BYTES])
    return True


def _connect(port: int) -> Generator[Step | Event, Outcome, str | None]:
    """Open a plain connection again; the transport it gives, or None."""
    outcome = yield Connect(port)
    return "tcp" if outcome.status == "ok" else None


def _ask_web(
    state: _Visit, port: int, again: Callable[[], Generator[Step | Event, Outcome, str | None]], transport: str = "tcp"
) -> Talk:
    """The start page, and once per device the icon, on a connection of its own (`again` opens it)."""
    request = build_get(state.target.address, port, "/", secured=transport == "tls")
    outcome = yield Exchange(request, complete, HTTP_LIMIT_BYTES, HTTP_TIMEOUT_S)
    if not outcome.data:
        yield _reply(state, "tcp", port, outcome)
        yield _problem(state, "http", _why(outcome), f"port {port}: no answer to GET / ({outcome.detail or 'silence'})")
        return True
    yield _reply(state, "http", port, outcome, transport, payload=outcome.data[:HTTP_LIMIT_BYTES], request=request)
    if _is_busy(outcome.data):
        yield _problem(state, "http", "closed", f"port {port}: 503, the device is overloaded: left alone")
        return False
    if state.icon_wanted and outcome.data.startswith(b"HTTP/"):
        state.icon_wanted = False
        yield Pause(SPACING_S)
        if (yield from again()):
            request = build_get(state.target.address, port, "/favicon.ico", secured=transport == "tls")
            outcome = yield Exchange(request, complete, HTTP_LIMIT_BYTES, HTTP_TIMEOUT_S)
            if outcome.data:
                data = outcome.data[:HTTP_LIMIT_BYTES]
                yield _reply(state, "http", port, outcome, transport, payload=data, request=request)
    return True


def _ask_secured(state: _Visit, port: int) -> Talk:
    """The certificate and the page behind it; a second handshake, for old devices, where the first one failed."""
    outcome = yield Secure(modern_context())
    legacy = False
    if outcome.status in {"tls", "closed"}:
        yield Pause(SPACING_S)
        reached = yield Connect(port)
        if reached.status != "ok":
            yield _problem(state, "tls", reached.status, f"port {port}: no second connection")
            return True
        if outcome.data.startswith(b"HTTP/"):  # a plain web server on a port where TLS is usual
            return (yield from _ask_web(state, port, again=lambda: _connect(port)))
        first, legacy = outcome, True
        outcome = yield Secure(legacy_context())
        if outcome.status in {"tls", "closed"}:
            detail = f"port {port}: TLS is there, but no version or suite in common ({first.detail}; {outcome.detail})"
            yield _reply(state, "tcp", port, outcome)
            yield _problem(state, "tls", "tls", detail)
            return True
    if outcome.status != "ok":
        yield _reply(state, "tcp", port, outcome)
        yield _problem(state, "tls", outcome.status, f"port {port}: no TLS handshake")
        return True
    facts = (("tls.version", outcome.tls_version), ("tls.legacy", "yes" if legacy else "no"))
    yield _reply(state, "tls", port, outcome, "tls", payload=outcome.data, facts=facts)
    context = legacy_context() if legacy else modern_context()

    def again() -> Generator[Step | Event, Outcome, str | None]:
        if (yield Connect(port)).status == "ok" and (yield Secure(context)).status == "ok":
            return "tls"
        return None

    return (yield from _ask_web(state, port, again, "tls"))


def _ask_rtsp(state: _Visit, port: int) -> Talk:
    """OPTIONS, and DESCRIBE on the same connection where OPTIONS told no realm (RFC 2326 sections 10.1 and 10.2)."""
    address = state.target.address
    for method in ("OPTIONS", "DESCRIBE"):
        request = build_rtsp(address, port, method)
        outcome = yield Exchange(request, complete, RTSP_LIMIT_BYTES, RTSP_TIMEOUT_S)
        if outcome.data:
            yield _reply(state, "rtsp", port, outcome, payload=outcome.data[:RTSP_LIMIT_BYTES], request=request)
        elif method == "OPTIONS":
            yield _reply(state, "tcp", port, outcome)
            yield _problem(state, "rtsp", _why(outcome), f"port {port}: no answer to OPTIONS")
        if outcome.status != "ok" or b"authenticate:" in outcome.data.lower():
            break
    return True


def build_get(address: str, port: int, path: str, *, secured: bool) -> bytes:
    """A GET with five short headers: size is the safety measure (facts in docs/protocols.md)."""
    host = address if port == (443 if secured else 80) else f"{address}:{port}"
    lines = (f"GET {path} HTTP/1.1", f"Host: {host}", "User-Agent: netaudit", "Accept: */*", "Connection: close")
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


def build_rtsp(address: str, port: int, method: str) -> bytes:
    """An OPTIONS or DESCRIBE request for the root."""
    extra = "CSeq: 1\r\n" if method == "OPTIONS" else "CSeq: 2\r\nAccept: application/sdp\r\n"
    return f"{method} rtsp://{address}:{port}/ RTSP/1.0\r\n{extra}\r\n".encode("ascii")


def _is_busy(data: bytes) -> bool:
    return data[:5] == b"HTTP/" and data[:32].split(b" ")[1:2] == [b"503"]


def _why(outcome: Outcome) -> str:
    return "malformed" if outcome.status == "ok" else outcome.status


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
