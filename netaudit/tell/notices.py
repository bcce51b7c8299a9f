"""What is told: notices, and the one message that a run makes of them. Pure.

A message is a digest: however much has changed, it has so many lines and says how many it left out.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

from netaudit.plain import counted, shorten

Kind = Literal[
    "appeared", "gone", "moved", "changed", "conflicting", "due", "overdue", "coverage_lost", "scan_failed"
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)  # in the order in which a message tells them, but the urgent first
_URGENT = ("scan_failed", "coverage_lost", "overdue", "due")
_WORDS = {
    "appeared": ("new device", "new devices"),
    "gone": ("device gone", "devices gone"),
    "moved": ("device moved", "devices moved"),
    "changed": ("device changed", "devices changed"),
    "conflicting": ("conflict", "conflicts"),
    "due": ("device due", "devices due"),
    "overdue": ("device overdue", "devices overdue"),
    "coverage_lost": ("loss of coverage", "losses of coverage"),
    "scan_failed": ("failed scan", "failed scans"),
}
MOST_LINES = 50  # of one message: who wants all of them asks for the stored run
MOST_CHARACTERS = 300  # of one line: a device's name may be 64 KiB


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing worth telling."""

    kind: Kind
    words: str  # one sentence, with what a device said of itself in it: untrusted until it is gathered
    asset: str = ""  # the id of the device, where it is about one


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """All notices of one run of one site; the id stays the same however often it is sent."""

    id: str
    site: str
    at: str  # RFC 3339
    run: str  # the id of the run
    notices: tuple[Notice, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many notices there are of each kind, urgent kinds first."""
        found: Counter[str] = Counter(notice.kind for notice in self.notices)
        return {kind: found[kind] for kind in _ordered(found)}

    @property
    def title(self) -> str:
        """One line: the site, and how many of what."""
        counts = ", ".join(counted(number, *_WORDS[kind]) for kind, number in self.counts.items())
        return f"netaudit: {self.site}: {counts or 'nothing new'}"

    @property
    def text(self) -> str:
        """The message as plain text, without characters that a terminal or a mail reader would obey."""
        lines = [f"Site {self.site}, run {self.run}, {self.at}", ""]
        ordered = sorted(self.notices, key=lambda notice: (_place(notice.kind), notice.words))
        lines += [f"- {_WORDS[notice.kind][0]}: {notice.words}" for notice in ordered[:MOST_LINES]]
        if len(ordered) > MOST_LINES:
            lines.append(f"- and {len(ordered) - MOST_LINES:,} more: netaudit history show {self.run}")
        return "\n".join([*lines, ""])


def gather(*, site: str, at: str, run: str, notices: Iterable[Notice]) -> Message | None:
    """The message of a run's notices, each once; None where there is nothing to tell. Its id is that of the run.

    What a device said is made harmless and short here, for every way to send it.
    """
    kept = tuple(dict.fromkeys(msgspec.structs.replace(notice, words=_shown(notice.words)) for notice in notices))
    return Message(id=f"run-{run}", site=_shown(site), at=at, run=run, notices=kept) if kept else None


def _ordered(kinds: Iterable[str]) -> list[str]:
    return sorted(kinds, key=_place)


def _place(kind: str) -> tuple[bool, int]:
    return (kind not in _URGENT, _URGENT.index(kind) if kind in _URGENT else KINDS.index(kind))


def _shown(text: str) -> str:
    return " ".join(shorten(text, MOST_CHARACTERS).split())
