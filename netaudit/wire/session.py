"""A requests session that cannot leave its device: one address and port, one connection, bounded answers.

Every request goes over a line (`line.py`), so it is admitted and paced by the gate, and its answer is read as
forgivingly as any other. No redirect is followed, no cookie kept, no proxy or .netrc looked at; with TLS the device must
show the certificate that it has shown before. HTTP/1.1, RFC 9112.
"""

import http.cookiejar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.structures import CaseInsensitiveDict

from netaudit.wire.line import SPACING_S, Line, Site
from netaudit.wire.messages import MAX_HEADER_BYTES, Message, complete, read_messages
from netaudit.wire.secure import modern_context
from netaudit.wire.steps import Connect, Exchange, Outcome, Pause, Secure

TIMEOUT_S = 10.0  # for a whole answer: a recorder of 256 channels composes its list for seconds
MOST_REQUEST_BYTES = 4096  # of a head: nonces are short, and long headers are known to hurt devices
# All that a request may say besides its line: what libraries add of their own is left out.
_SPOKEN = ("Authorization", "Content-Type", "SOAPAction", "Content-Length")


class Unanswered(requests.exceptions.ConnectionError):
    """No answer came, or none that may be used: `status` is one of vocabulary.STATUSES."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(slots=True)
class Exchanged:
    """What the last request of a session came to: for those to whom a library does not tell it."""

    code: int = 0
    body: bytes = b""
    failure: Unanswered | None = None
    at: float = 0.0
    local: tuple[str, int] = ("", 0)
    connections: int = 0  # so far


class PinnedSession(requests.Session):
    """A session for one site. `last` tells how its last request went."""

    def __init__(self, line: Line, site: Site, most_bytes: int, keep: Callable[[bytes], bytes] | None = None) -> None:
        super().__init__()
        self.trust_env = False
        self.max_redirects = 0
        self.headers = CaseInsensitiveDict()
        self.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=()))
        self.last = Exchanged()
        self.adapters.clear()
        self.mount("http", _Pinned(line, site, most_bytes, keep or bytes, self.last))

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        """Nowhere: what a device names is not followed."""
        return


class _Pinned(BaseAdapter):
    """Carries the requests of a session over its line."""

    def __init__(
        self, line: Line, site: Site, most_bytes: int, keep: Callable[[bytes], bytes], last: Exchanged
    ) -> None:
        super().__init__()
        self._line, self._site, self._most, self._keep, self.last = line, site, most_bytes, keep, last
        self._reusable = False

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002
        timeout: Any = None,  # noqa: ARG002  the line has its own
        verify: Any = True,  # noqa: ARG002  the certificate is the one that was seen
        cert: Any = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> requests.Response:
        """The answer; Unanswered where there is none."""
        self.last.code, self.last.body, self.last.failure = 0, b"", None
        try:
            asked = _written(request, self._site)
            self._open()
            outcome = self._line.do(
                Exchange(asked, lambda data: complete(data, self._most), self._most + MAX_HEADER_BYTES, TIMEOUT_S)
            )
            return self._answer(request, asked, outcome)
        except Unanswered as failure:
            self.last.failure = failure
            raise

    def close(self) -> None:
        """Nothing of its own to close: the line belongs to who opened it."""

    def _open(self) -> None:
        """An open connection: the same as before, where the device has left it open."""
        if self._reusable and self._line.is_quiet:
            return
        if self.last.connections:
            self._line.do(Pause(SPACING_S))
        self.last.connections += 1
        _must(self._line.do(Connect(self._site.port)))
        if self._site.certificate:
            outcome = self._line.do(Secure(modern_context()))
            _must(outcome)
            if sha256(outcome.data).hexdigest() != self._site.certificate:
                raise Unanswered("tls", "it shows another certificate than before: no login is sent")

    def _answer(self, request: requests.PreparedRequest, asked: bytes, outcome: Outcome) -> requests.Response:
        found = [m for m in read_messages(outcome.data, asked, self._most) if m.code and m.code >= 200]
        if outcome.status == "too_large" or (outcome.status == "ok" and found and found[0].cut):
            raise Unanswered("too_large", f"an answer of more than {self._most:,} bytes")
        if outcome.status in {"ok", "closed"} and outcome.data and not found:
            raise Unanswered("malformed", "it answers, but not with HTTP")
        if outcome.status != "closed" or not found or found[0].cut:
            _must(outcome)
        message = found[0]
        kept_open = message.start.startswith("HTTP/1.1") and message.value("connection").lower() != "close"
        self._reusable = outcome.status == "ok" and kept_open
        self.last.code, self.last.body = message.code or 0, self._kept(message)
        self.last.at, self.last.local = outcome.at, outcome.local
        return _response(request, message, self.last.body, self)

    def _kept(self, message: Message) -> bytes:
        """The body, of a good answer what may be kept of it."""
        if not 200 <= (message.code or 0) < 300:
            return message.body
        try:
            return self._keep(message.body)
        except ValueError as error:
            raise Unanswered("malformed", str(error)) from None


def _must(outcome: Outcome) -> None:
    if outcome.status != "ok":
        raise Unanswered(outcome.status, outcome.detail or f"no answer within {TIMEOUT_S:g} s")


def _written(request: requests.PreparedRequest, site: Site) -> bytes:
    """The bytes of a request; Unanswered where it would go elsewhere, or would be no harmless one."""
    if not (request.url or "").startswith(f"{site.origin}/"):
        raise Unanswered("out_of_scope", f"a request to {urlsplit(request.url or '').netloc} was not sent")
    spoken = ((name, request.headers[name]) for name in _SPOKEN if name in request.headers)
    fixed = (("Host", site.host), ("User-Agent", "netaudit"), ("Accept", "*/*"))
    lines = (f"{request.method} {request.path_url} HTTP/1.1", *(f"{n}: {_text(v)}" for n, v in (*fixed, *spoken)))
    head = "".join(f"{line}\r\n" for line in (*lines, "")).encode()
    if len(head) > MOST_REQUEST_BYTES or any(not line.isprintable() for line in lines):
        raise Unanswered("malformed", "what it asks to be repeated cannot be sent: too long, or no text")
    body = cast("str | bytes | None", request.body) or b""  # nothing here sends files
    return head + (body.encode() if isinstance(body, str) else body)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _response(
    request: requests.PreparedRequest, message: Message, body: bytes, adapter: BaseAdapter
) -> requests.Response:
    response = requests.Response()
    response.status_code = message.code or 0
    response.reason = message.reason
    response.url = request.url or ""
    response.request = request
    response.headers = CaseInsensitiveDict({n: ", ".join(message.values(n)) for n, _ in message.headers})
    response._content = body  # noqa: SLF001  requests has no other way to make an answer of bytes
    response._content_consumed = True  # noqa: SLF001
    response.connection = cast("HTTPAdapter", adapter)
    return response
