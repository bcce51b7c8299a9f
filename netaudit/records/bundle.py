"""The evidence bundle: every event of a run, verbatim. `scan --record` writes it, `replay` reads it.

It is a file of chained lines (see `chain.py`): the first line is the run, then come the events in the order in which
they were heard, and the last line ends the run. A bundle of a run that was killed has no such end, and is read as far
as it goes. Bytes are Base64, times are seconds since the epoch as JSON numbers.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

import msgspec

from netaudit.model import ChannelReport, Event, Gap, HarmCheck, Problem, Reply, Run, Subnet
from netaudit.records.chain import MAX_BODY_BYTES, ChainWriter, Tail, is_chained, read_lines, read_seal, read_tail

SCHEMA = "netaudit.bundle/1"

FLUSH_LINES = 32
FLUSH_S = 1.0  # of the run's own time: only what was heard within one second may be lost together

EVENTS: Final[dict[str, type[Event]]] = {
    "reply": Reply,
    "problem": Problem,
    "gap": Gap,
    "channel": ChannelReport,
    "subnet": Subnet,
    "harm": HarmCheck,
}
TYPES: Final = {event: kind for kind, event in EVENTS.items()}

T = TypeVar("T")


class _Header(msgspec.Struct, kw_only=True):
    schema: str
    run: str
    site: str | None
    started_at: float
    version: str
    targets: tuple[str, ...]
    excluded: tuple[str, ...]
    profile: str | None
    addresses_in_scope: int
    settings: dict[str, str]


class _End(msgspec.Struct, kw_only=True):
    finished_at: float
    replies: int
    before: str  # the SHA-256 of the file before this line's member


class _Kind(msgspec.Struct):
    type: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a bundle holds: the run, how it was set, and its events, once."""

    run: Run
    settings: Mapping[str, str]
    events: Iterator[Event]
    complete: bool  # False: the bundle was cut off, and a gap at the end of the events says so


class BundleWriter:
    """Writes a bundle, replacing what the file held. Leaving the context without `finish` leaves one without end."""

    def __init__(self, path: str | Path, run: Run, settings: Mapping[str, str] | None = None) -> None:
        self._lines = ChainWriter(Path(path))
        self._waiting = self._replies = 0
        self._flushed_at = run.started_at
        self._finished = False
        self._lines.add(_header(run, settings or {}))
        self._lines.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._finished:
            self._lines.flush()
            self._lines.close()

    def add(self, event: Event) -> None:
        """Append one event. One that is too long to be read again becomes a problem that says so."""
        body = _pack(TYPES[type(event)], event)
        if len(body) > MAX_BODY_BYTES:
            event = _too_large(event)
            body = _pack("problem", event)
        self._lines.add(body)
        heard_at = self._flushed_at
        if isinstance(event, Reply):
            self._replies, heard_at = self._replies + 1, event.heard_at
        self._waiting += 1
        if self._waiting >= FLUSH_LINES or abs(heard_at - self._flushed_at) >= FLUSH_S:
            self._waiting, self._flushed_at = 0, heard_at
            self._lines.flush()

    def flush(self) -> None:
        """Bring all events to the file now."""
        self._lines.flush()

    def finish(self, finished_at: float) -> None:
        """End the bundle: nothing can be added after this."""
        end = _End(finished_at=finished_at, replies=self._replies, before=self._lines.seal())
        self._lines.end(_pack("end", end))
        self._lines.close()
        self._finished = True


def is_bundle(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a bundle, whole or not."""
    return is_chained(head)


def read_bundle(path: str | Path) -> Recording:
    """Read a bundle: all of it is verified before the first event is given. ValueError on what is not as written."""
    path = Path(path)
    tail = read_tail(path)
    header, last_heard_at = _survey(path, tail)
    run = Run(
        id=header.run,
        feed="live",
        started_at=header.started_at,
        finished_at=_end(path, tail).finished_at if tail else last_heard_at,
        targets=header.targets,
        excluded=header.excluded,
        profile=header.profile,
        site=header.site,
        version=header.version,
        addresses_in_scope=header.addresses_in_scope,
    )
    return Recording(run=run, settings=header.settings, events=_events(path, tail), complete=tail is not None)


def _survey(path: Path, tail: Tail | None) -> tuple[_Header, float]:
    """Verify a whole bundle; its header, and when its last reply was heard."""
    lines = read_lines(path, tail)
    _, first = next(lines, (0, b""))
    if not first:
        raise ValueError(f"{path.name}, line 1: the bundle was cut off before its first line")
    header = _parse_as("header", first, _Header, f"{path.name}, line 1")
    if header.schema != SCHEMA:
        raise ValueError(f"{path.name}: not a bundle of schema {SCHEMA}: schema is {header.schema[:80]!r}")
    replies, last_heard_at = 0, header.started_at
    for number, body in lines:
        event = _event(body, f"{path.name}, line {number}")
        if isinstance(event, Reply):
            replies, last_heard_at = replies + 1, max(last_heard_at, event.heard_at)
    if tail:
        _check_end(path, tail, replies)
    return header, last_heard_at


def _check_end(path: Path, tail: Tail, replies: int) -> None:
    end = _end(path, tail)
    if read_seal(path, tail) != end.before:
        raise ValueError(f"{path.name}, last line: names another SHA-256 of what stands before it: a byte was changed")
    if replies != end.replies:
        raise ValueError(f"{path.name}, last line: {end.replies} replies declared, {replies} found")


def _end(path: Path, tail: Tail) -> _End:
    return _parse_as("end", tail.body, _End, f"{path.name}, last line")


def _events(path: Path, tail: Tail | None) -> Iterator[Event]:
    lines = read_lines(path, tail)
    number, _ = next(lines)
    for number, body in lines:
        yield _event(body, f"{path.name}, line {number}")
    if tail is None:
        yield Gap(kind="truncated_input", detail=f"the bundle {path.name} was cut off after line {number}")


def _event(body: bytes, where: str) -> Event:
    kind = _parse(body, _Kind, where).type
    if kind not in EVENTS:
        raise ValueError(f"{where}: {kind[:40]!r} is not a type of line that this version knows")
    return _parse(body, EVENTS[kind], where)


def _parse_as(kind: str, body: bytes, shape: type[T], where: str) -> T:
    found = _parse(body, _Kind, where).type
    if found != kind:
        raise ValueError(f"{where}: a {kind} is expected here, not {found[:40]!r}")
    return _parse(body, shape, where)


def _parse(body: bytes, shape: type[T], where: str) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{where}: {error}") from None


def _header(run: Run, settings: Mapping[str, str]) -> bytes:
    header = _Header(
        schema=SCHEMA,
        run=run.id,
        site=run.site,
        started_at=run.started_at,
        version=run.version,
        targets=run.targets,
        excluded=run.excluded,
        profile=run.profile,
        addresses_in_scope=run.addresses_in_scope,
        settings=dict(sorted(settings.items())),
    )
    return _pack("header", header)


def _pack(kind: str, shape: object) -> bytes:
    parts = {"type": kind, **msgspec.to_builtins(shape)}
    try:
        return msgspec.json.encode(parts)
    except UnicodeEncodeError:  # half a surrogate pair, in the text of an error: no JSON
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _too_large(event: Event) -> Problem:
    channel, address = (event.channel, event.address) if isinstance(event, Reply) else ("", "")
    detail = f"a {TYPES[type(event)]} was too long to be recorded"
    return Problem(stage="read", channel=channel, address=address, status="too_large", detail=detail)
