"""RTSP: what a stream server says of itself (RFC 2326), and the kind of stream it describes (SDP, RFC 8866)."""

import re
from collections.abc import Iterator
from functools import partial

from netaudit.discovery.channel import EXAMPLE, Channel, Request, observe
from netaudit.discovery.http import realms
from netaudit.discovery.text import clean, decode, path_of
from netaudit.model import Observation, Reply
from netaudit.wire.messages import Message, read_messages

MAX_SDP_LINES = 256
# Names of session, maker and codec, and the bandwidth that is claimed. Not here: o=, c=, u= and all else that holds addresses.
_SDP_LINES = (
    "s=", "i=", "e=", "b=as:", "a=control:", "a=tool:", "a=rtpmap:", "a=framesize:", "a=framerate:",
    "a=packetization-supported:", "a=rtppayload-supported:", "a=appversion:", "a=x-", "a=media_header:",
)  # fmt: skip
# A stream's own address: what Content-Base says of the whole, and RTP-Info of each track.
_STREAM = re.compile(r"(?:url=)?(rtsps?://[^\s;,\"]{1,512})")
_HEAD_BYTES = 4096
_BLANKS = re.compile(rb"^([A-Za-z-]{2,32}):( {2,16})(?=[^ \r\n])", re.MULTILINE)
_SDP_START = re.compile(rb"\s{0,8}(?:v=0|o=|s=|m=(?:video|audio|application) )")


def read(reply: Reply) -> Iterator[Observation]:
    """What the answers of this stream say, or what a bare session description says; nothing of requests."""
    if _SDP_START.match(reply.payload):
        yield from observe(reply, "rtsp.sdp", describe(reply.payload))
        return
    messages = read_messages(reply.payload, reply.request)
    if not any(_is_rtsp(message) for message in messages):
        raise ValueError("no RTSP: neither a status line nor headers")
    pairs = (pair for message in messages if _is_rtsp(message) for pair in _pairs(message))
    for field, value in dict.fromkeys(pairs):
        yield from observe(reply, field, value)
    if not any(message.method for message in messages):
        yield from observe(reply, "rtsp.blanks", _blanks(reply.payload))


def derive(field: str, value: str) -> Iterator[tuple[str, str]]:
    """The (field, value) pairs that a value cut out by somebody else holds as well."""
    if field == "rtsp.www_authenticate":
        yield from (("rtsp.realm", realm) for realm in realms(value))


def describe(sdp: bytes) -> str:
    """The lines of a session description that say what makes the stream, joined with ";", without addresses."""
    lines = (line.strip() for line in decode(sdp).splitlines()[:MAX_SDP_LINES])
    kept = dict.fromkeys(_without_host(line) for line in lines if line.lower().startswith(_SDP_LINES) and line[2:])
    return clean(";".join(kept))


def _without_host(line: str) -> str:
    name, control, uri = line.partition("a=control:")
    return f"a=control:{path_of(uri)}" if control and not name and "://" in uri else line


def _blanks(payload: bytes) -> str:
    """Which headers have more than one blank before their value, and how many: the layout of one firmware."""
    found = (f"{name.decode()}:{len(blanks)}" for name, blanks in _BLANKS.findall(payload[:_HEAD_BYTES]))
    return ",".join(dict.fromkeys(found))


def _is_rtsp(message: Message) -> bool:
    return message.protocol == "RTSP" or (not message.protocol and bool(message.headers))


def _pairs(message: Message) -> Iterator[tuple[str, str]]:
    if message.method:
        return
    yield "rtsp.status", clean(message.start)
    yield "rtsp.headers", clean(",".join(name for name, _ in message.headers))
    for name, field in (
        ("Server", "rtsp.server"),
        ("Public", "rtsp.public"),
        ("WWW-Authenticate", "rtsp.www_authenticate"),
    ):
        yield from ((field, clean(value)) for value in message.values(name))
    for name in ("Content-Base", "RTP-Info"):
        for value in message.values(name):
            yield from (("rtsp.path", path_of(uri)) for uri in _STREAM.findall(value[:_HEAD_BYTES]))
    for value in message.values("WWW-Authenticate"):
        yield from derive("rtsp.www_authenticate", value)
    if _SDP_START.match(message.body):
        yield "rtsp.sdp", describe(message.body)


def build_request(address: str, port: int, method: str) -> bytes:
    """An OPTIONS or DESCRIBE request for the root."""
    extra = "CSeq: 1\r\n" if method == "OPTIONS" else "CSeq: 2\r\nAccept: application/sdp\r\n"
    return f"{method} rtsp://{address}:{port}/ RTSP/1.0\r\n{extra}\r\n".encode("ascii")


def _knows(reply: Reply) -> bool:
    return reply.transport in {"tcp", "given"} and reply.payload[:64].lstrip().startswith(b"RTSP/")


RTSP = Channel(
    name="rtsp",
    title="RTSP: server, methods, realm and codecs of stream ports",
    read=read,
    hears=tuple(("tcp", port) for port in (554, 8554, 10554)),
    knows=_knows,
    fields=(
        "rtsp.status", "rtsp.headers", "rtsp.blanks", "rtsp.server", "rtsp.public", "rtsp.path",
        "rtsp.www_authenticate", "rtsp.realm", "rtsp.sdp",
    ),
    requests=tuple(
        Request(
            what=method,
            build=partial(build_request, EXAMPLE, 554, method),
            to="each device",
            transport="tcp",
            ports=(554, 8554),
            most=most,
            when=when,
            source="RFC 2326 sections 10.1 and 10.2",
        )
        for method, most, when in (
            ("OPTIONS", 2, "once per stream port"),
            ("DESCRIBE", 1, "on the same connection, where OPTIONS told no realm"),
        )
    ),
    sends="OPTIONS, and DESCRIBE where no realm was learned, without credentials",
)  # fmt: skip
