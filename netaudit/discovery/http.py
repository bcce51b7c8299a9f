"""HTTP: what a web server says of itself in status line, headers and page (RFC 9110, RFC 9112)."""

import hashlib
from base64 import encodebytes
from collections.abc import Iterator
from functools import partial

import mmh3

from netaudit.discovery import pages
from netaudit.discovery.channel import EXAMPLE, Channel, Request, observe
from netaudit.discovery.text import clean
from netaudit.model import Observation, Reply
from netaudit.wire.messages import Message, challenges, read_messages

BODY_CHARACTERS = 4096
_FAVICON = "/favicon.ico"
_STARTS = (b"HTTP/", b"ICY ")


def read(reply: Reply) -> Iterator[Observation]:
    """What the answers of this stream say; nothing of requests."""
    messages = read_messages(reply.payload, reply.request)
    if not messages or not any(_is_web(message) for message in messages):
        raise ValueError("no HTTP: neither a status line, nor headers, nor a page")
    pairs = (pair for message in messages if _is_web(message) for pair in _pairs(message))
    for field, value in dict.fromkeys(pairs):
        yield from observe(reply, field, value)


def derive(field: str, value: str) -> Iterator[tuple[str, str]]:
    """The (field, value) pairs that a value cut out by somebody else holds as well."""
    if field == "http.www_authenticate":
        yield from (("http.realm", realm) for realm in realms(value))
    if field == "http.body":
        yield from _page_pairs(value.encode(errors="replace"))


def realms(challenge: str) -> tuple[str, ...]:
    """The realms of a WWW-Authenticate value."""
    found = (clean(parameters.get("realm", "")) for _, parameters in challenges(challenge))
    return tuple(dict.fromkeys(realm for realm in found if realm))


def _is_web(message: Message) -> bool:
    if message.protocol == "RTSP":
        return False
    if message.method or message.code is not None or message.headers:
        return True
    return message.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _pairs(message: Message) -> Iterator[tuple[str, str]]:
    if message.method:
        return
    yield "http.status", clean(message.start)
    yield "http.headers", clean(",".join(name for name, _ in message.headers))
    for name, field in (
        ("Server", "http.server"),
        ("WWW-Authenticate", "http.www_authenticate"),
        ("Location", "http.location"),
        ("Set-Cookie", "http.set_cookie"),
    ):
        yield from ((field, clean(value)) for value in message.values(name))
    for value in message.values("WWW-Authenticate"):
        yield from derive("http.www_authenticate", value)
    yield from _favicon_pairs(message) if _is_favicon(message) else _body_pairs(message)


def _body_pairs(message: Message) -> Iterator[tuple[str, str]]:
    kind = message.value("Content-Type").lower()
    if not message.body or kind.startswith(("image/", "video/", "audio/", "multipart/", "application/octet-stream")):
        return
    yield from _page_pairs(message.body)
    yield "http.body", pages.beginning(message.body, BODY_CHARACTERS)


def _page_pairs(page: bytes) -> Iterator[tuple[str, str]]:
    yield "http.title", pages.title(page)
    yield from (("http.location", target) for target in pages.redirects(page))


def _is_favicon(message: Message) -> bool:
    return (
        message.asked_path == _FAVICON
        and message.code == 200
        and (pages.is_image(message.body) or message.value("Content-Type").lower().startswith("image/"))
    )


def _favicon_pairs(message: Message) -> Iterator[tuple[str, str]]:
    if message.cut or not message.body:  # the hash of a part is the hash of nothing
        return
    yield "http.favicon_md5", hashlib.md5(message.body, usedforsecurity=False).hexdigest()
    yield "http.favicon_mmh3", str(mmh3.hash(encodebytes(message.body)))


def build_get(address: str, port: int, path: str, *, secured: bool) -> bytes:
    """A GET with four short headers: size is the safety measure (docs/protocols.md)."""
    return _head(f"GET {path}", address, port, secured=secured)


def build_post(address: str, port: int, path: str, body: bytes, kind: str, *, secured: bool) -> bytes:
    """A POST that reads: the same headers, and those that its body needs."""
    more = (f"Content-Type: {kind}", f"Content-Length: {len(body)}")
    return _head(f"POST {path}", address, port, *more, secured=secured) + body


def _head(start: str, address: str, port: int, *more: str, secured: bool) -> bytes:
    host = address if port == (443 if secured else 80) else f"{address}:{port}"
    own = f"{start} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: netaudit\r\nAccept: */*\r\nConnection: close\r\n"
    return "".join((own, *(f"{line}\r\n" for line in more), "\r\n")).encode("ascii")


def _knows(reply: Reply) -> bool:
    return reply.transport in {"tcp", "tls", "given"} and reply.payload[:64].lstrip().startswith(_STARTS)


HTTP = Channel(
    name="http",
    title="HTTP and HTTPS: status, headers, title, favicon of web ports",
    read=read,
    hears=tuple(("tcp", port) for port in (80, 81, 88, 8080, 8081, 8899)),
    knows=_knows,
    fields=(
        "http.status", "http.headers", "http.server", "http.www_authenticate", "http.realm", "http.location",
        "http.set_cookie", "http.title", "http.body", "http.favicon_md5", "http.favicon_mmh3",
    ),
    requests=tuple(
        Request(
            what=f"GET {path}",
            build=partial(build_get, EXAMPLE, 80, path, secured=False),
            to="each device",
            transport="tcp",
            ports=(80, 443, 8080, 8443, 81, 88),
            most=most,
            when=when,
            source="RFC 9110 section 9.3.1",
        )
        for path, most, when in (
            ("/", 8, "once per web port, with and without TLS"),
            (_FAVICON, 1, "once per device, where GET / was answered"),
        )
    ),
    sends="GET /, and once per device GET /favicon.ico, without credentials",
)  # fmt: skip
