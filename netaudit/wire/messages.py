"""HTTP, RTSP and SSDP text: start line, headers, body; RFC 9112, RFC 2326, UPnP Device Architecture 1.1 section 1.

Pure and forgiving, because cameras send LF alone, lengths that lie, bad chunk sizes and pages without headers, and
because people cut answers out and paste them. Every limit is here.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MAX_HEADER_BYTES = 16 * 1024
MAX_BODY_BYTES = 64 * 1024
MAX_HEADERS = 128
MAX_MESSAGES = 64
MAX_CHALLENGES = 16
_REGEX_CHARACTERS = 4096

_STATUS = re.compile(r"(HTTP|RTSP|ICY)(?:/\d(?:\.\d)?)?[ \t]+(\d{3})(?![^ \t])[ \t]*(.*)")
_REQUEST = re.compile(r"([A-Z][A-Z_-]{2,19})[ \t]+\S+[ \t]+(HTTP|RTSP)/\d\.\d")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}[ \t]*:(?!//)")
# A head of which all is as RFC 9112 wants it, with one length: for most answers the end is known without reading more.
_LINE = rb"(?!content-length|transfer-encoding)[a-z-]{1,64}:[ -~]*\r\n"
_USUAL = re.compile(
    rb"HTTP/1\.[01] (?!204|304)[2-5]\d\d [ -~]*\r\n(?:%b){0,60}content-length: *(\d{1,12})\r\n(?:%b){0,60}\r\n"
    % (_LINE, _LINE),
    re.IGNORECASE,
)
_NEXT = {
    # A page may speak of HTTP, so there a start line must begin a line. RTSP answers follow binary frames directly.
    "HTTP": re.compile(rb"(?<=\n)HTTP/\d\.\d \d{3}(?= |\r|\n)"),
    "RTSP": re.compile(rb"RTSP/\d\.\d \d{3}(?= |\r|\n)"),
}
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,256})?\r?\n")
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105  RFC 9110 section 5.6.2
_CHALLENGE_ITEM = re.compile(
    rf"({_TOKEN})"
    r'(?:(?P<equals>[ \t]*=[ \t]*)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"?|(?P<bare>[^,"]*)))?'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One request or answer. An answer knows the request line that it was for, where both were seen."""

    start: str = ""  # the first line as sent; empty where the text begins with headers or with a body
    protocol: str = ""  # "HTTP", "RTSP", "ICY", or empty
    method: str = ""  # of a request
    code: int | None = None  # of an answer
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()  # in order and case, doubles kept
    body: bytes = b""
    cut: bool = False  # the body is known to be shorter here than it was sent
    request: str = ""

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of this header, in order."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())

    def value(self, name: str) -> str:
        """The first value of this header, or an empty text."""
        return next(iter(self.values(name)), "")

    @property
    def asked_path(self) -> str:
        """The path that the paired request asked for, without its query."""
        words = self.request.split()
        return words[1].partition("?")[0] if len(words) > 1 else ""


def read_messages(payload: bytes, request: bytes = b"", most: int = MAX_BODY_BYTES) -> tuple[Message, ...]:
    """Every message of a stream, in order, answers paired with the request lines of the other direction.

    Of each body `most` bytes are kept.
    """
    asked = [message.start for message in _messages(request, [], most) if message.method] if request else []
    return tuple(_messages(payload, asked, most))


def complete(payload: bytes, most: int = MAX_BODY_BYTES) -> bool:
    """Whether a live reader has the whole answer, or more than is kept of one, and may stop reading."""
    usual = _USUAL.match(payload, 0, _REGEX_CHARACTERS)
    if usual:
        return len(payload) - usual.end() >= min(int(usual[1]), most)
    position = 0
    for _ in range(MAX_MESSAGES):
        head = _head(payload, position)
        if not head.ended:
            return len(payload) - position >= (MAX_HEADER_BYTES if head.line or head.headers else most)
        if not _is_interim(head):
            return _body(payload, head, "", most).whole or len(payload) - head.end >= most
        position = head.end
    return True


def bodies(payload: bytes, request: bytes = b"") -> tuple[bytes, ...]:
    """The bodies of the answers in an HTTP stream; the payload itself where it is no HTTP."""
    if not payload[:64].lstrip().startswith(b"HTTP/"):
        return (payload,)
    return tuple(m.body for m in read_messages(payload, request) if m.body and not m.method)


def challenges(value: str) -> tuple[tuple[str, dict[str, str]], ...]:
    """(scheme, parameters) of each challenge in a WWW-Authenticate value; RFC 9110 section 11.6.1, quotes left open too."""
    found: list[tuple[str, dict[str, str]]] = []
    for item in _CHALLENGE_ITEM.finditer(value[:_REGEX_CHARACTERS]):
        if item["equals"] is None:
            found.append((item[1], {}))
            continue
        if not found:
            found.append(("", {}))
        text = item["bare"].strip() if item["quoted"] is None else re.sub(r"\\(.)", r"\1", item["quoted"])
        found[-1][1].setdefault(item[1].lower(), text)
    return tuple(found[:MAX_CHALLENGES])


@dataclass(frozen=True, slots=True)
class _Head:
    line: str
    headers: tuple[tuple[str, str], ...]
    end: int  # where the body begins
    ended: bool  # the blank line was seen
    protocol: str = ""
    method: str = ""
    code: int | None = None
    reason: str = ""

    def value(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True)
class _Body:
    content: bytes
    end: int
    whole: bool  # its end is known and was seen
    cut: bool = False


def _messages(payload: bytes, asked: list[str], most: int) -> Iterator[Message]:
    position, waiting = 0, iter(asked)
    for _ in range(MAX_MESSAGES):
        head = _head(payload, position)
        if head.end >= len(payload) and not (head.line or head.headers):
            return
        answers = (head.line or head.headers) and not (head.method or _is_interim(head))
        request = next(waiting, "") if answers else ""
        body = _with_remainder(payload, head, _body(payload, head, request, most), most)
        yield _message(head, body, request, most)
        position = body.end


def _message(head: _Head, body: _Body, request: str, most: int) -> Message:
    content = _decompressed(body.content, head.value("content-encoding").lower(), most)
    return Message(
        start=head.line,
        protocol=head.protocol,
        method=head.method,
        code=head.code,
        reason=head.reason,
        headers=head.headers,
        body=content[:most],
        cut=body.cut or len(content) > most,
        request=request,
    )


def _head(payload: bytes, position: int) -> _Head:
    while payload[position : position + 1] in {b"\r", b"\n"}:  # blank lines before an answer are often sent
        position += 1
    line, after = _line(payload, position)
    status = _STATUS.fullmatch(line)
    request = None if status else _REQUEST.fullmatch(line.rstrip())
    if not (status or request or _HEADER.match(line)):
        return _Head("", (), position, ended=False)
    headers, end, ended = _headers(payload, after if status or request else position)
    if status:
        return _Head(line.strip(), headers, end, ended, status[1], "", int(status[2]), status[3].strip())
    if request:
        return _Head(line.strip(), headers, end, ended, request[2], request[1])
    return _Head("", headers, end, ended)


def _line(payload: bytes, position: int) -> tuple[str, int]:
    end = payload.find(b"\n", position, position + MAX_HEADER_BYTES)
    after = min(len(payload), position + MAX_HEADER_BYTES) if end < 0 else end + 1
    text = payload[position : min(after, position + _REGEX_CHARACTERS)]
    return text.decode("latin-1").rstrip("\r\n"), after


def _headers(payload: bytes, position: int) -> tuple[tuple[tuple[str, str], ...], int, bool]:
    """The headers, where the body begins, and whether a blank line said so."""
    headers: list[tuple[str, str]] = []
    limit = position + MAX_HEADER_BYTES
    while position < min(limit, len(payload)):
        line, position = _line(payload, position)
        if not line.strip():
            return tuple(headers[:MAX_HEADERS]), position, True
        name, colon, value = line.partition(":")
        if line[0] in " \t" and headers:  # a folded line, RFC 9112 section 5.2
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
        elif colon and 0 < len(name) <= 64 and len(headers) <= MAX_HEADERS:
            headers.append((name.strip(), value.strip()))
    return tuple(headers[:MAX_HEADERS]), position, False


def _is_interim(head: _Head) -> bool:
    return head.code is not None and 100 <= head.code < 200


def _body(payload: bytes, head: _Head, request: str, most: int) -> _Body:
    """The body as its framing says, RFC 9112 section 6.3; RFC 2326 section 4.4 where a length is missing."""
    if request.startswith("HEAD ") or _is_interim(head) or head.code in {204, 304}:
        return _Body(b"", head.end, whole=True)
    if "chunked" in head.value("transfer-encoding").lower():
        return _chunked(payload, head.end, most)
    length = head.value("content-length").split(",")[0].strip()
    if length.isascii() and length.isdigit() and len(length) <= 12:
        return _measured(payload, head, int(length), most)
    if head.method or (head.protocol == "RTSP" and not payload.startswith(b"v=", head.end)):
        return _Body(b"", head.end, whole=True)
    following = _next_start(payload, head, head.end)
    return _Body(payload[head.end : following][: most + 1], following, whole=False)


def _measured(payload: bytes, head: _Head, length: int, most: int) -> _Body:
    end = head.end + length
    if end <= len(payload):
        return _Body(payload[head.end : end][: most + 1], end, whole=True)
    # The length says too much: the stream was cut, or line ends were changed on the way. The next answer is not its body.
    end = _next_start(payload, head, head.end)
    return _Body(payload[head.end : end], end, whole=False, cut=True)


def _chunked(payload: bytes, start: int, most: int) -> _Body:
    content, position = bytearray(), start
    while size := _CHUNK_SIZE.match(payload, position):
        length = int(size[1], 16)
        position = size.end() + length
        if not length:
            return _Body(bytes(content), _after_trailers(payload, position), whole=True)
        if len(content) <= most:
            content += payload[size.end() : position][: most + 1]
        position += 2 if payload.startswith(b"\r\n", position) else payload.startswith(b"\n", position)
    if position == start:  # never chunked, or somebody put the chunks together before
        return _Body(payload[start:][: most + 1], len(payload), whole=False)
    return _Body(bytes(content), min(position, len(payload)), whole=False, cut=True)


def _after_trailers(payload: bytes, position: int) -> int:
    return _headers(payload, position)[1]


def _with_remainder(payload: bytes, head: _Head, body: _Body, most: int) -> _Body:
    """The body with what follows it up to the next start line: a length that says too little is common."""
    rest = body.end
    while payload[rest : rest + 1] in {b"\r", b"\n"}:
        rest += 1
    line, _ = _line(payload, rest)
    if rest >= len(payload) or _STATUS.fullmatch(line) or _REQUEST.fullmatch(line.rstrip()):
        return body
    following = _next_start(payload, head, rest)
    if head.protocol == "RTSP" or not body.content:
        return _Body(body.content, following, body.whole, body.cut)
    return _Body(body.content + payload[body.end : following][:most], following, body.whole, body.cut)


def _next_start(payload: bytes, head: _Head, position: int) -> int:
    pattern = _NEXT["RTSP" if head.protocol == "RTSP" else "HTTP"]
    found = pattern.search(payload, position)
    return found.start() if found else len(payload)


def _decompressed(content: bytes, encoding: str, most: int) -> bytes:
    """The content, unpacked where it is packed: a body that somebody unpacked before keeps its old header."""
    windows: tuple[int, ...]
    if encoding == "deflate":
        windows = (zlib.MAX_WBITS, -zlib.MAX_WBITS)  # with the head that RFC 9110 asks for, and without
    elif encoding in {"gzip", "x-gzip"} and content.startswith(b"\x1f\x8b"):
        windows = (16 + zlib.MAX_WBITS,)
    else:
        return content
    for window in windows:
        try:
            return zlib.decompressobj(window).decompress(content, most + 1)
        except zlib.error:
            continue
    return content
