"""Recorded input: captures and what other tools wrote, of one network. Reading begins at once, in a process of its own.

So it goes on while this one loads what makes an inventory of it.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from netaudit import __version__
from netaudit.model import Event, Gap, Inventory, Observation, Reply, Run
from netaudit.records.digest import Digest
from netaudit.records.elsewhere import Elsewhere
from netaudit.records.kind import recorded_kind
from netaudit.records.ports import UDP_PORTS

if TYPE_CHECKING:
    from netaudit.identify.fingerprints import Library

WORTH_SIZE = 8 << 20  # bytes, of all files: what is smaller is read sooner than another process has begun


class Recorded:
    """Files that are being read: one bundle, or captures and files of `nmap -oX` together. A context."""

    def __init__(self, paths: Sequence[Path], kind: str | None = None) -> None:
        """Begin to read them. ValueError where a file is none of these, or a bundle is not by itself."""
        kinds = tuple(kind or recorded_kind(path) for path in paths)
        if "bundle" in kinds and len(kinds) > 1:
            raise ValueError("replay: a bundle is one whole run: replay it by itself")
        self.paths = tuple(paths)
        self.is_bundle = kinds == ("bundle",)
        self._feed = "import" if "nmap" in kinds else "capture"
        self._first = self._last = 0.0
        self._digest = Digest(self.paths)
        worth_it = not self.is_bundle and sum(path.stat().st_size for path in paths) >= WORTH_SIZE
        with ExitStack() as stack:
            read = partial(_events, self.paths, kinds)
            self._events = stack.enter_context(Elsewhere(read, worth_it=worth_it))
            self._begun = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._begun.close()

    def events(self) -> Iterator[Event | Observation]:
        """What captures and other tools' files tell, once."""
        for event in self._events:
            if isinstance(event, Reply | Observation):
                heard_at = event.heard_at if isinstance(event, Reply) else event.seen_at
                self._first = min(self._first or heard_at, heard_at)
                self._last = max(self._last, heard_at)
            self._digest.take(event)
            yield event

    def run(self) -> Run:
        """The run that they stand for, after the last event: its times are those of what was heard, and its id is theirs."""
        return Run(
            id=self._digest.text()[:32],
            feed=self._feed,
            started_at=self._first,
            finished_at=self._last,
            targets=tuple(path.name for path in self.paths),
            version=__version__,
        )


def replay_recorded(recorded: Recorded, library: "Library") -> Inventory:
    """The inventory of what is being read, once. ValueError where nothing could be read before a file was cut off."""
    from netaudit.assemble import assemble  # noqa: PLC0415  others read meanwhile
    from netaudit.coverage import is_empty_handed  # noqa: PLC0415
    from netaudit.records.bundle import read_bundle  # noqa: PLC0415

    if recorded.is_bundle:
        recording = read_bundle(recorded.paths[0])
        inventory = assemble(recording.events, lambda: recording.run, library)
    else:
        inventory = assemble(recorded.events(), recorded.run, library)
    cut = [gap.detail for gap in inventory.coverage.gaps if gap.kind == "truncated_input"]
    if cut and is_empty_handed(inventory.coverage):
        raise ValueError(f"{cut[0]}: nothing in it could be read")
    return inventory


def _events(paths: Sequence[Path], kinds: Sequence[str]) -> Iterator[Event | Observation]:
    for path, kind in zip(paths, kinds, strict=True):
        yield from _imported(path) if kind == "nmap" else _captured(path)


def _imported(path: Path) -> Iterator[Event | Observation]:
    from netaudit.imports import import_nmap  # noqa: PLC0415  many runs never need it

    return import_nmap(path)


def _captured(path: Path) -> Iterator[Event]:
    from netaudit.records.capture import read_capture  # noqa: PLC0415  many runs never need it

    yield from read_capture(path, UDP_PORTS)
    yield Gap(kind="passive", detail="a capture shows what crossed its wire in its time: silence proves nothing")
