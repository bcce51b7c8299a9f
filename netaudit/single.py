"""Identify: one JSON line in, one JSON line out; a line is one device whose replies somebody else has collected.

Section 4 of the contract. A line that cannot be read gives a line with verdict "unknown" and a problem; it never
ends the run.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from netaudit.assemble import Heard, identify_device
from netaudit.discovery import BY_NAME
from netaudit.discovery.channel import observe
from netaudit.discovery.http import derive as derive_http
from netaudit.discovery.rtsp import derive as derive_rtsp
from netaudit.identify.fingerprints import Library
from netaudit.inventory.collect import asset_document
from netaudit.model import Device, Observation, Problem, Reply
from netaudit.vocabulary import FIELDS

MOST_LINE_BYTES = 16 * 1024 * 1024
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_ANSWER = ("family", "verdict", "certainty", "kind", "manufacturer", "brand", "model", "firmware", "serial", "evidence")


def identify_lines(lines: Iterable[bytes], library: Library) -> Iterator[bytes]:
    """A JSON line for each line that is not blank, in the same order."""
    for line in lines:
        if line.strip():
            yield msgspec.json.encode(identify_line(line, library), order="sorted") + b"\n"


def identify_line(line: bytes, library: Library) -> dict[str, Any]:
    """The answer to one line, as JSON shapes."""
    heard = Heard()
    name: Any = None
    try:
        document = _decoded(line)
        name = document.get("id")
        _take(document, heard)
    except (ValueError, RecursionError) as error:
        heard.problems.add(_problem("", str(error)))
    device = Device(id="given", observations=tuple(heard.observations.values()))
    answer = asset_document(identify_device(device, library))
    problems = sorted(heard.problems, key=lambda p: (p.channel, p.detail))
    return {
        "id": name,
        **{key: getattr(answer, key) for key in _ANSWER},
        "problems": [
            {"stage": p.stage, "channel": p.channel, "status": p.status, "detail": p.detail} for p in problems
        ],
    }


def _decoded(line: bytes) -> dict[str, Any]:
    if len(line) > MOST_LINE_BYTES:
        raise ValueError(f"a line of {len(line)} bytes is over the limit of {MOST_LINE_BYTES}")
    document = msgspec.json.decode(line)
    if not isinstance(document, dict):
        raise ValueError("a line is a JSON object")  # noqa: TRY004  a bad line is a value, not a type, of ours
    return document


def _take(document: dict[str, Any], heard: Heard) -> None:
    mac = document.get("mac")
    if mac is not None:
        _given(heard, "mac.address", str(mac).lower().replace("-", ":"))
    for reply in _list(document, "replies"):
        _reply(heard, reply)
    for observation in _list(document, "observations"):
        if not isinstance(observation, dict) or not isinstance(observation.get("value"), str):
            heard.problems.add(_problem("", "an observation has a field and a value, both text"))
            continue
        _given(heard, str(observation.get("field")), observation["value"])


def _list(document: dict[str, Any], key: str) -> list[Any]:
    found = document.get(key) or []
    if not isinstance(found, list):
        raise ValueError(f"{key!r} is a list")  # noqa: TRY004
    return found


def _reply(heard: Heard, given: object) -> None:
    name = given.get("channel") if isinstance(given, dict) else None
    if not isinstance(given, dict) or name not in BY_NAME:
        heard.problems.add(_problem(str(name or ""), f"{name!r} is no channel: `netaudit channels` lists them"))
        return
    try:
        port = given.get("port")
        payload = _payload(given)
    except (ValueError, binascii.Error) as error:
        heard.problems.add(_problem(str(name), str(error)))
        return
    heard.read(
        Reply(
            channel=str(name),
            transport="given",
            address="",
            port=port if isinstance(port, int) and 0 <= port < 65536 else 0,
            payload=payload,
        )
    )


def _payload(given: dict[str, Any]) -> bytes:
    text, encoded = given.get("text"), given.get("base64")
    if isinstance(text, str):
        return text.encode("utf-8", "surrogatepass")
    if isinstance(encoded, str):
        return base64.b64decode(encoded, validate=True)
    raise ValueError("a reply has its bytes as 'text' or as 'base64'")


def _given(heard: Heard, field: str, value: str) -> None:
    """Keep a value that somebody cut out, and what it holds besides."""
    if field not in FIELDS:
        heard.problems.add(_problem("", f"{field!r} is no field: `netaudit channels` lists them"))
        return
    if field == "mac.address" and not _MAC.fullmatch(value):
        heard.problems.add(_problem("", f"{value!r} is no hardware address: write it as aa:bb:cc:dd:ee:ff"))
        return
    for name, text in ((field, value), *derive_http(field, value), *derive_rtsp(field, value)):
        for observation in _observe(name, text):
            heard.keep(observation)


def _observe(field: str, value: str) -> Iterator[Observation]:
    channel = field.partition(".")[0]
    given = Reply(channel=channel, transport="given", address="", payload=value.encode("utf-8", "surrogatepass"))
    return observe(given, field, value)


def _problem(channel: str, detail: str) -> Problem:
    return Problem(stage="read", channel=channel, address="", status="malformed", detail=detail)
