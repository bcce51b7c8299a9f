"""Where a request of HTTP or RTSP ends: after an empty line and as many bytes as Content-Length says.

RFC 9112 section 6, RFC 2326 section 4.4.
"""

import re

from netaudit.demo.device import Answer
from netaudit.demo.logins import Login, lets_in

MOST = 64 * 1024  # bytes of one request; devices take far less
BEGINNING = re.compile(rb"[A-Z_-]{1,32}(?: |\Z)")
CONTENT_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)
NOT_FOUND = {
    "http": Answer(when="", head="HTTP/1.1 404 Not Found\nContent-Length: 0\nConnection: close"),
    "rtsp": Answer(when="", head="RTSP/1.0 404 Not Found\nCSeq: @cseq@"),
}


def split_request(received: bytes) -> tuple[bytes, bytes]:
    """The first whole request, and what came after it; no request while it is not whole, ValueError if too long."""
    head, blank, rest = received.partition(b"\r\n\r\n")
    found = CONTENT_LENGTH.search(head + b"\r\n")
    length = int(found[1]) if found else 0
    if len(head) + length > MOST:
        raise ValueError(f"a request of more than {MOST} bytes")
    if not blank or len(rest) < length:
        return b"", received
    return head + blank + rest[:length], rest[length:]


def may_become_request(received: bytes) -> bool:
    """Whether this may be the beginning of a request: a method, and a space after it (RFC 9112 section 3)."""
    return BEGINNING.match(received) is not None


def choose_answer(answers: tuple[Answer, ...], speaks: str, request: bytes, login: Login | None = None) -> Answer:
    """The first answer that fits, and that this request is let in to; or that there is no such thing here."""
    fitting = (a for a in answers if fits(a.when, request) and (not a.login or lets_in(login, a.login, request)))
    return next(fitting, NOT_FOUND[speaks])


def fits(when: str, request: bytes) -> bool:
    """Whether the expression is found in the request; a full stop stands for any byte."""
    return re.search(when.encode("latin-1"), request, re.DOTALL) is not None


def ends_connection(request: bytes, head: bytes) -> bool:
    """Whether either side says that the connection ends after this answer."""
    return any(re.search(rb"(?i)\r\nConnection:[ \t]*close", text) for text in (request, head))
