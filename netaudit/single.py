"""Identify: one JSON line in, one JSON line out; a line is one device whose replies somebody else has collected.

A line that cannot be read gives a line with verdict "unknown" and a problem; it never ends the run.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, BinaryIO, NoReturn

import msgspec

from netaudit.assemble import Heard, identify_device
from netaudit.discovery import BY_NAME, http, pages, rtsp
from netaudit.discovery.text import clean, mac_address
from netaudit.identify.children import natural
from netaudit.identify.fingerprints import Library
from netaudit.inventory import escape
from netaudit.inventory.collect import asset_document
from netaudit.model import Device, Observation, Problem, Reply
from netaudit.vocabulary import FIELDS

MOST_LINE_BYTES = 16 * 1024 * 1024
MOST_PARTS = 1024  # replies, and values, of one line
MOST_REMEMBERED = 1024  # characters of a value that is not read anew when it comes again
VALUE_LIMIT_BYTES = 4096  # of a value that somebody cut out; what `match` looks at
HOLDING_MORE = frozenset({"http.www_authenticate", "http.body", "rtsp.www_authenticate"})  # more than one fact
SHOWN_CHARACTERS = 80  # of a foreign word, in a problem
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NO_ID = msgspec.Raw(b"null")

# What an asset's document says of who made it and why; the rest of it is of a place on a network.
_ANSWER = (
    "family", "verdict", "certainty", "kind", "manufacturer", "brand", "model", "line", "generation", "firmware",
    "firmware_date", "serial", "produced", "evidence", "conflicts",
)  # fmt: skip


class _Line(msgspec.Struct):
    """A line as it is given; an id is kept as it is written, whatever it is."""

    id: msgspec.Raw = NO_ID
    mac: Any = None
    replies: Any = None
    observations: Any = None


def read_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; of one that is too long, as much as shows that it is."""
    while line := stream.readline(MOST_LINE_BYTES + 1):
        rest = line
        while len(rest) > MOST_LINE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MOST_LINE_BYTES + 1)
        yield line


def identify_lines(lines: Iterable[bytes], library: Library) -> Iterator[bytes]:
    """A JSON line for each line that is not blank, in the same order."""
    for line in lines:
        if line.strip():
            name, answer = _identify(line, library)
            answer["id"] = name
            yield escape(msgspec.json.encode(answer, order="sorted")) + b"\n"


def identify_line(line: bytes, library: Library) -> dict[str, Any]:
    """The answer to one line, as JSON shapes; nothing is raised, whatever the line is."""
    name, found = _identify(line, library)
    answer = msgspec.json.decode(msgspec.json.encode(found))
    try:
        return {"id": json.loads(bytes(name)), **answer}
    except (ValueError, RecursionError):  # JSON, but more than Python takes: a number of thousands of digits
        return {"id": bytes(name).decode(), **answer}


def _identify(line: bytes, library: Library) -> tuple[msgspec.Raw, dict[str, Any]]:
    heard = Heard()
    name = NO_ID
    try:
        given = _decoded(line)
        name = given.id
        _take(given, heard)
    except ValueError as error:
        _complain(heard, "", str(error))
    facts = heard.facts()
    answer, *children = (_answer(part, facts, library) for part in ("", *_parts(facts)))
    if children:
        answer["children"] = children
    problems = sorted(heard.problems, key=lambda p: (p.channel, p.detail))
    shown = [{"stage": p.stage, "channel": p.channel, "status": p.status, "detail": p.detail} for p in problems]
    answer["problems"] = shown
    return name, answer


def _parts(facts: list[Observation]) -> list[str]:
    """The channels of which a recorder's list in this line tells something."""
    return sorted({o.part for o in facts if o.part}, key=natural)


def _answer(part: str, facts: list[Observation], library: Library) -> dict[str, Any]:
    """What the line says of the device itself, or of the one on one of its channels."""
    told = tuple(o for o in facts if o.part == part)
    document = asset_document(identify_device(Device(id="given", observations=told), library))
    answer = {key: getattr(document, key) for key in _ANSWER}
    return answer | {"part": part, "address": _address(told)} if part else answer


def _address(told: Iterable[Observation]) -> str | None:
    return next((o.value for o in told if o.field == "child.address"), None)


def _decoded(line: bytes) -> _Line:
    if len(line) > MOST_LINE_BYTES:
        raise ValueError(f"the line is longer than {MOST_LINE_BYTES} bytes")
    text = line.removeprefix(BYTE_ORDER_MARK)
    try:
        given = msgspec.json.decode(text, type=_Line)
        bytes(given.id).decode()  # msgspec leaves what it keeps raw unread
    except (ValueError, RecursionError):
        return _leniently(text)
    return given


def _leniently(text: bytes) -> _Line:
    """The line where text that is no Unicode stands in it, as devices send it: half a surrogate pair, Latin-1."""
    try:
        found = json.loads(text.decode("utf-8", "replace"), parse_constant=_refuse)
        if not isinstance(found, dict):
            raise ValueError("a line is a JSON object")  # noqa: TRY004  a bad line is a value, not a type, of ours
        name = json.dumps(found.get("id"), allow_nan=False).encode()
    except RecursionError:
        raise ValueError("the line is nested too deeply") from None
    return _Line(msgspec.Raw(name), found.get("mac"), found.get("replies"), found.get("observations"))


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _take(given: _Line, heard: Heard) -> None:
    if given.mac is not None:
        _keep(heard, "mac.address", given.mac)
    for reply in _list(heard, "replies", given.replies):
        _read(heard, reply)
    for observation in _list(heard, "observations", given.observations):
        if isinstance(observation, dict):
            _keep(heard, observation.get("field"), observation.get("value"))
        else:
            _complain(heard, "", "an observation is an object with a field and a value")


def _list(heard: Heard, key: str, given: object) -> list[Any]:
    if not isinstance(given, list | None):
        _complain(heard, "", f"{key} is a list")
        return []
    if given and len(given) > MOST_PARTS:
        _complain(heard, "", f"{key}: only the first {MOST_PARTS} of {len(given)} were read")
    return given[:MOST_PARTS] if given else []


def _read(heard: Heard, given: object) -> None:
    """Have a reply read by its channel."""
    name = given.get("channel") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(name, str) or name not in BY_NAME:
        _complain(heard, "", f"{_shown(name)} is no channel: `netaudit channels` lists them")
        return
    try:
        payload = _payload(given)
    except (ValueError, binascii.Error) as error:
        _complain(heard, name, str(error))
        return
    heard.read(Reply(channel=name, transport="given", address="", port=_port(given.get("port")), payload=payload))


def _payload(given: dict[str, Any]) -> bytes:
    text, encoded = given.get("text"), given.get("base64")
    if isinstance(text, str):
        return text.encode("utf-8", "surrogatepass")
    if isinstance(encoded, str):
        return base64.b64decode("".join(encoded.split()), validate=True)
    raise ValueError("a reply has its bytes as text or as base64")


def _port(given: object) -> int:
    return given if type(given) is int and 0 <= given < 65536 else 0


def _keep(heard: Heard, field: object, value: object) -> None:
    """Keep a value that somebody cut out, as its channel would have read it, and what it holds besides."""
    if not isinstance(field, str) or field not in FIELDS:
        _complain(heard, "", f"{_shown(field)} is no field: `netaudit channels --fields` lists them")
    elif not isinstance(value, str):
        _complain(heard, "", f"{field}: {_shown(value)} is no text")
    else:
        told = _told(field, value) if len(value) <= MOST_REMEMBERED else _told.__wrapped__(field, value)
        if field == "mac.address" and not told:
            _complain(heard, "", f"{_shown(value)} is no hardware address of a device: write it as aa:bb:cc:dd:ee:ff")
        for observation in told:
            heard.keep(observation)


@lru_cache(maxsize=16384)  # a site has few models: the same values come back from device after device
def _told(field: str, value: str) -> tuple[Observation, ...]:
    """What a value says, and what it holds besides; its bytes stand for the reply."""
    mark = Reply(transport="given", address="", payload=value.encode("utf-8", "surrogatepass")).digest
    return tuple(
        Observation(channel=name.partition(".")[0], field=name, value=kept, transport="given", reply=mark)
        for name, text in tidied(field, value)
        if (kept := text.strip())
    )


def tidied(field: str, value: str) -> Iterator[tuple[str, str]]:
    """A value that somebody cut out as (field, value), as its channel would have read it, and what it holds besides."""
    yield field, _tidy(field, value)
    for derive in (http.derive, rtsp.derive) if field in HOLDING_MORE else ():
        yield from ((name, _tidy(name, text)) for name, text in derive(field, value))


def _tidy(field: str, value: str) -> str:
    if field == "mac.address":
        return mac_address(value)
    if field == "http.body":
        return pages.beginning(value.encode("utf-8", "replace"), VALUE_LIMIT_BYTES)
    return clean(value, VALUE_LIMIT_BYTES)


def _shown(value: object) -> str:
    return (
        repr(value)[:SHOWN_CHARACTERS] if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
    )


def _complain(heard: Heard, channel: str, detail: str) -> None:
    heard.problems.add(Problem(stage="read", channel=channel, address="", status="malformed", detail=detail))
