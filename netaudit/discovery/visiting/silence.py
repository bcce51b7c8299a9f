"""Connecting and saying nothing: that a port is open, and what it says unasked."""

from netaudit.discovery.tcp import GREETING_BYTES
from netaudit.discovery.visiting.state import Talk, Visit, heard
from netaudit.wire.steps import Exchange

TIMEOUT_S = 0.3
# Who greets: RFC 959, RFC 4253, RFC 854. Asked only where they were named: a connection there may be logged as a try.
GREETERS = {21: "ftp", 22: "ssh", 23: "telnet"}
BANNER_TIMEOUT_S = 1.0  # small devices make their keys, or look up our name, before they greet
BANNER_BYTES = 512  # RFC 4253 section 4.2: 255 of the identification string


def hear_greeting(state: Visit, port: int) -> Talk:
    """Send nothing, and take what comes; silence is no time-out here, it is what the port is known for."""
    outcome = yield Exchange(b"", lambda _: False, GREETING_BYTES, TIMEOUT_S)
    yield heard(state, "tcp", port, outcome, payload=outcome.data[:GREETING_BYTES])
    return True


def hear_banner(state: Visit, port: int) -> Talk:
    """The greeting of a login service, which is heard and not answered; a line is all of it, but for prompts."""
    channel = GREETERS[port]
    outcome = yield Exchange(b"", _is_line if channel != "telnet" else _is_never, BANNER_BYTES, BANNER_TIMEOUT_S)
    payload = outcome.data[:BANNER_BYTES]
    yield heard(state, channel if payload else "tcp", port, outcome, payload=payload)
    return True


def _is_line(data: bytes) -> bool:
    return data.endswith(b"\n")


def _is_never(_: bytes) -> bool:
    return False
