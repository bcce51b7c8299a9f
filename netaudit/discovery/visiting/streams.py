"""Asking a stream server: OPTIONS, and DESCRIBE where that told no realm (RFC 2326 sections 10.1 and 10.2)."""

from netaudit.discovery.rtsp import build_request
from netaudit.discovery.visiting.state import Talk, Visit, has_enough, heard, unanswered
from netaudit.wire.messages import complete
from netaudit.wire.steps import Exchange

TIMEOUT_S = 2.0
LIMIT_BYTES = 16 * 1024


def ask_rtsp(state: Visit, port: int) -> Talk:
    """OPTIONS, and DESCRIBE on the same connection where OPTIONS told no realm."""
    for method in ("OPTIONS", "DESCRIBE")[: state.rtsp_left]:
        state.rtsp_left -= 1
        request = build_request(state.target.address, port, method)
        outcome = yield Exchange(request, complete, LIMIT_BYTES, TIMEOUT_S)
        if not outcome.data and method == "OPTIONS":
            return (yield from unanswered(state, port, "rtsp", outcome, "no answer to OPTIONS"))
        if outcome.data:
            state.late = 0
            yield heard(state, "rtsp", port, outcome, payload=outcome.data[:LIMIT_BYTES], request=request)
            if (yield from has_enough(state, port, "rtsp", outcome.data)):
                return False
        if outcome.status != "ok" or b"authenticate:" in outcome.data.lower():
            break
    return True
