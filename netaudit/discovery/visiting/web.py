"""Asking a web server: the start page, and once per device the icon, each on a connection of its own."""

from collections.abc import Callable, Generator

from netaudit.discovery.http import build_get
from netaudit.discovery.visiting.state import SPACING_S, Talk, Visit, has_enough, heard, unanswered
from netaudit.model import Event
from netaudit.wire.messages import complete
from netaudit.wire.steps import Connect, Exchange, Outcome, Pause, Step

TIMEOUT_S = 3.0
LIMIT_BYTES = (16 + 64) * 1024  # headers and body


def ask_plain_web(state: Visit, port: int) -> Talk:
    """What is asked of a web server without TLS."""

    def again() -> Talk:
        return (yield Connect(port)).status == "ok"

    return (yield from ask_web(state, port, "tcp", again))


def ask_web(state: Visit, port: int, transport: str, again: Callable[[], Talk] | None) -> Talk:
    """What is asked of a web server, the first time on the open connection; `again` opens one more."""
    outcome = yield from _get(state, port, transport, "/")
    if not outcome.data:
        detail = f"no answer to GET / ({outcome.detail or 'silence'})"
        return (yield from unanswered(state, port, "http", outcome, detail))
    state.late = 0
    if (yield from has_enough(state, port, "http", outcome.data)):
        return False
    if not (state.icon_wanted and again and outcome.data.startswith(b"HTTP/") and state.may_http):
        return True
    state.icon_wanted = False
    yield Pause(SPACING_S)
    if not (yield from again()):
        return True
    outcome = yield from _get(state, port, transport, "/favicon.ico")
    return not (yield from has_enough(state, port, "http", outcome.data))


def _get(state: Visit, port: int, transport: str, path: str) -> Generator[Step | Event, Outcome, Outcome]:
    state.http_left -= 1
    request = build_get(state.target.address, port, path, secured=transport == "tls")
    outcome = yield Exchange(request, complete, LIMIT_BYTES, TIMEOUT_S)
    if outcome.data:
        payload = outcome.data[:LIMIT_BYTES]
        yield heard(state, "http", port, outcome, transport, payload=payload, request=request)
    return outcome
