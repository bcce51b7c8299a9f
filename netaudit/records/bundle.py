"""The evidence bundle: every event of a run, verbatim. `scan --record` writes it, `replay` reads it.

It is a file of chained lines (see `chain.py`): the first line is the run, then come the events in the order in which
they were heard, with the marks by which the run can be continued (`marks.py`) between them, and the last line ends the
run. A bundle of a run that was killed has no such end, and is read as far as it goes. Bytes are Base64, times are
seconds since the epoch as JSON numbers.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

import msgspec

from netaudit.model import ChannelReport, Event, Gap, HarmCheck, Problem, Reply, Run, Subnet
from netaudit.records.chain import MAX_BODY_BYTES, ChainWriter, Tail, is_chained, read_lines, read_seal, read_tail
from netaudit.records.lasting import force_names, hold
from netaudit.records.marks import MARKS, Mark, Resumed, as_if_uninterrupted

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
_SHAPES: Final[dict[str, type[Event | Mark]]] = {**EVENTS, **MARKS}
TYPES: Final = {shape: kind for kind, shape in _SHAPES.items()}

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
    """Writes a bundle, replacing what the file held. Leaving the context without `finish` leaves one without end.

    May be used by several threads. ValueError where another process writes this file.
    """

    def __init__(self, path: str | Path, run: Run, settings: Mapping[str, str] | None = None) -> None:
        self._lines = ChainWriter(Path(path))
        self._lock = threading.Lock()
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

    def add(self, item: Event | Mark) -> None:
        """Append one event or mark. An event that is too long to be read again becomes a problem that says so."""
        body = _pack(TYPES[type(item)], item)
        if len(body) > MAX_BODY_BYTES:
            item = _too_large(item)
            body = _pack("problem", item)
        with self._lock:
            self._lines.add(body)
            heard_at = self._flushed_at
            if isinstance(item, Reply):
                self._replies, heard_at = self._replies + 1, item.heard_at
            self._waiting += 1
            if self._waiting >= FLUSH_LINES or abs(heard_at - self._flushed_at) >= FLUSH_S:
                self._flushed_at = heard_at
                self._flush()

    def flush(self, *, forced: bool = False) -> None:
        """Bring all that was added to the file now; nothing where that was done. `forced`: and to the disk."""
        with self._lock:
            self._flush()
            if forced:
                self._lines.force()

    def finish(self, finished_at: float) -> None:
        """End the bundle: nothing can be added after this."""
        with self._lock:
            end = _End(finished_at=finished_at, replies=self._replies, before=self._lines.seal())
            self._lines.end(_pack("end", end))
            self._lines.close()
            self._finished = True

    def _flush(self) -> None:
        if self._waiting:
            self._waiting = 0
            self._lines.flush()


def is_bundle(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a bundle, whole or not."""
    return is_chained(head)


def read_bundle(path: str | Path) -> Recording:
    """Read a bundle: all of it is verified before the first event is given. ValueError on what is not as written."""
    path = Path(path)
    tail = read_tail(path)
    survey = _survey(path, tail)
    run = _run(survey.header, _end(path, tail).finished_at if tail else survey.last_heard_at)
    events = _events(path, tail, survey.resumed_at_line)
    return Recording(run=run, settings=survey.header.settings, events=events, complete=tail is not None)


def read_items(path: str | Path) -> Iterator[Event | Mark]:
    """Events and marks of a bundle as they were written, as far as it goes: what a run that continues it begins with.

    What says that the run was interrupted is left out where the run was continued afterwards.
    """
    path = Path(path)
    tail = read_tail(path)
    resumed_at_line = _survey(path, tail).resumed_at_line
    for number, item in _items(path, tail):
        kept = item if isinstance(item, Mark) or number > resumed_at_line else as_if_uninterrupted(item)
        if kept is not None:
            yield kept


def continue_bundle(path: Path, at: float) -> BundleWriter:
    """A writer that goes on where a bundle ends, or was cut off. The file is replaced by one that holds the same lines.

    Until that one is whole, and on the disk, the old one stays as it is. ValueError on what is not as written, and
    where another process writes it.
    """
    with hold(path), ExitStack() as opened:
        tail = read_tail(path)
        header = _survey(path, tail).header
        beside = path.with_name(f".{path.name}.resumed")
        opened.callback(beside.unlink, missing_ok=True)
        writer = opened.enter_context(BundleWriter(beside, _run(header, header.started_at), header.settings))
        for _, item in _items(path, tail):
            writer.add(item)
        writer.add(Resumed(at=at))
        writer.flush(forced=True)
        beside.replace(path)
        force_names(path.parent)
        opened.pop_all()
    return writer


@dataclass(frozen=True, slots=True)
class _Surveyed:
    header: _Header
    last_heard_at: float
    resumed_at_line: int  # where the run was continued the last time; 0: it was not


def _run(header: _Header, finished_at: float) -> Run:
    return Run(
        id=header.run,
        feed="live",
        started_at=header.started_at,
        finished_at=finished_at,
        targets=header.targets,
        excluded=header.excluded,
        profile=header.profile,
        site=header.site,
        version=header.version,
        addresses_in_scope=header.addresses_in_scope,
    )


def _survey(path: Path, tail: Tail | None) -> _Surveyed:
    """Verify a whole bundle; its header, and when its last reply was heard."""
    _, first = next(read_lines(path, tail), (0, b""))
    if not first:
        raise ValueError(f"{path.name}, line 1: the bundle was cut off before its first line")
    header = _parse_as("header", first, _Header, f"{path.name}, line 1")
    if header.schema != SCHEMA:
        raise ValueError(f"{path.name}: not a bundle of schema {SCHEMA}: schema is {header.schema[:80]!r}")
    replies, last_heard_at, resumed_at_line = 0, header.started_at, 0
    for number, item in _items(path, tail):
        if isinstance(item, Reply):
            replies, last_heard_at = replies + 1, max(last_heard_at, item.heard_at)
        elif isinstance(item, Resumed):
            resumed_at_line = number
    if tail:
        _check_end(path, tail, replies)
    return _Surveyed(header, last_heard_at, resumed_at_line)


def _check_end(path: Path, tail: Tail, replies: int) -> None:
    end = _end(path, tail)
    if read_seal(path, tail) != end.before:
        raise ValueError(f"{path.name}, last line: names another SHA-256 of what stands before it: a byte was changed")
    if replies != end.replies:
        raise ValueError(f"{path.name}, last line: {end.replies} replies declared, {replies} found")


def _end(path: Path, tail: Tail) -> _End:
    return _parse_as("end", tail.body, _End, f"{path.name}, last line")


def _events(path: Path, tail: Tail | None, resumed_at_line: int) -> Iterator[Event]:
    number = 1
    for number, item in _items(path, tail):
        if isinstance(item, Mark):
            continue
        event = as_if_uninterrupted(item) if number < resumed_at_line else item
        if event is not None:
            yield event
    if tail is None:
        yield Gap(kind="truncated_input", detail=f"the bundle {path.name} was cut off after line {number}")


def _items(path: Path, tail: Tail | None) -> Iterator[tuple[int, Event | Mark]]:
    """(number, event or mark) of every line after the first."""
    lines = read_lines(path, tail)
    next(lines, None)
    for number, body in lines:
        where = f"{path.name}, line {number}"
        kind = _parse(body, _Kind, where).type
        if kind not in _SHAPES:
            raise ValueError(f"{where}: {kind[:40]!r} is not a type of line that this version knows")
        yield number, _parse(body, _SHAPES[kind], where)


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


def _too_large(item: Event | Mark) -> Problem:
    channel, address = (item.channel, item.address) if isinstance(item, Reply) else ("", "")
    detail = f"a {TYPES[type(item)]} was too long to be recorded"
    return Problem(stage="read", channel=channel, address=address, status="too_large", detail=detail)
