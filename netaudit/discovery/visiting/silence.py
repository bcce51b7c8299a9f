"""Connecting and saying nothing: that a port is open, and what it says unasked."""

from netaudit.discovery.tcp import GREETING_BYTES
from netaudit.discovery.visiting.state import Talk, Visit, heard
from netaudit.wire.steps import Exchange

TIMEOUT_S = 0.3


def hear_greeting(state: Visit, port: int) -> Talk:
    """Send nothing, and take what comes; silence is no time-out here, it is what the port is known for."""
    outcome = yield Exchange(b"", lambda _: False, GREETING_BYTES, TIMEOUT_S)
    yield heard(state, "tcp", port, outcome, payload=outcome.data[:GREETING_BYTES])
    return True
