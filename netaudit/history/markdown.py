"""Drift as Markdown (CommonMark with tables), for tickets and merge requests. What devices said has no markup in it."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final, TextIO

from netaudit.history.drift import Drift
from netaudit.history.shape import CHANGE_KINDS, Change
from netaudit.history.words import TITLES, device_words, what_changed
from netaudit.plain import visible

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#+!|<>~&$@:/])")  # with what makes links of plain addresses


def write(drift: Drift, stream: TextIO) -> None:
    """Write a drift as headings and tables."""
    stream.write("\n".join(_lines(drift)) + "\n")


def _lines(drift: Drift) -> Iterator[str]:
    counts = ", ".join(f"{number} {kind}" for kind, number in drift.counts.items())
    yield f"# {escaped(drift.old.started_at)} to {escaped(drift.new.started_at)}: {counts or 'the same'}"
    yield ""
    yield f"From run `{_code(drift.old.run)}` ({drift.old.devices} devices) to `{_code(drift.new.run)}`"
    yield f"({drift.new.devices} devices)."
    for kind, changes in groupby(sorted(drift.changes, key=_order), key=lambda change: change.kind):
        yield from ("", f"## {escaped(TITLES[kind])}", "")
        yield from ("| Address | Device | Id | What |", "| --- | --- | --- | --- |")
        yield from (_row(change) for change in changes)


def _order(change: Change) -> int:
    return CHANGE_KINDS.index(change.kind)


def _row(change: Change) -> str:
    cells = (change.address, device_words(change), change.device, what_changed(change))
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"


def escaped(text: str) -> str:
    """The text as nothing but text."""
    return _MARKUP.sub(r"\\\1", visible(text))


def _code(text: str) -> str:
    return visible(text).replace("`", "'")
