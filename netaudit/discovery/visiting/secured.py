"""Asking a port where TLS comes first: the certificate, and the page behind it.

Two handshakes per port are the most: one as clients of today do it, and where that fails one as the oldest do.
"""

from netaudit.discovery.visiting.door import Door
from netaudit.discovery.visiting.state import SPACING_S, Talk, Visit, heard, problem, unanswered, waited
from netaudit.discovery.visiting.web import ask_web, is_wanted
from netaudit.wire.steps import Connect, Outcome, Pause, Secure


def ask_secured(state: Visit, port: int) -> Talk:
    """The certificate and the page behind it; a second handshake, for old devices, where the first one failed."""
    from netaudit.wire.secure import legacy_context, modern_context  # noqa: PLC0415  OpenSSL is not needed before visits

    outcome = yield Secure(modern_context())
    if outcome.status not in {"tls", "closed"}:
        return (yield from _met(state, port, outcome, legacy=False))
    first = outcome
    yield Pause(SPACING_S)
    outcome = yield Connect(port)
    if outcome.status != "ok":
        yield problem(state, "tls", outcome.status, f"port {port}: no second connection ({outcome.detail})")
        return (yield from waited(state)) if outcome.status == "timeout" else True
    if first.data.startswith(b"HTTP/") and is_wanted(state, port):  # a plain web server where TLS is usual
        return (yield from ask_web(state, Door(port, opens_left=0)))
    outcome = yield Secure(legacy_context())
    if outcome.status in {"tls", "closed"}:
        what = "TLS is there, but no version or suite in common" if _is_tls(first.data) else "it does not speak TLS"
        yield heard(state, "tcp", port, outcome)
        yield problem(state, "tls", "tls", f"port {port}: {what} ({first.detail}; {outcome.detail})")
        return True
    return (yield from _met(state, port, outcome, legacy=True))


def _met(state: Visit, port: int, outcome: Outcome, *, legacy: bool) -> Talk:
    """What follows a handshake. Two per port are the most: after a legacy one there is none left for more requests."""
    if outcome.status != "ok":
        detail = f"no TLS handshake ({outcome.detail or 'silence'})"
        return (yield from unanswered(state, port, "tls", outcome, detail))
    state.late = 0
    facts = (("tls.version", outcome.tls_version), ("tls.legacy", "yes" if legacy else "no"))
    yield heard(state, "tls", port, outcome, "tls", payload=outcome.data, facts=facts)
    if not is_wanted(state, port):
        return True
    return (yield from ask_web(state, Door(port, "tls", opens_left=0 if legacy else 1)))


def _is_tls(data: bytes) -> bool:
    """Whether these first bytes are a record of SSL 3.0 or TLS: a handshake or an alert (RFC 8446 section 5.1)."""
    return data[:2] in {b"\x15\x03", b"\x16\x03"}
