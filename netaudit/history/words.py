"""Changes in words: the same in the table, in Markdown and in messages. What devices said is made harmless here."""

from typing import Final

from netaudit.history.keys import in_words
from netaudit.history.shape import Change, ChangeKind
from netaudit.plain import shorten, visible

LONGEST: Final = 120  # characters of one value

TITLES: Final[dict[ChangeKind, str]] = {
    "appeared": "Appeared",
    "returned": "Returned",
    "gone": "Gone: the place was covered, and nobody answered",
    "unseen": "Not seen, and not covered: nothing follows from that",
    "moved": "Moved",
    "changed": "Changed",
    "conflicting": "Conflicting",
    "joined": "Two that are one",
}


def what_changed(change: Change) -> str:
    """What is another, and why that is said, on one line without characters that act."""
    fields = (f"{d.field}: {_value(d.before)} → {_value(d.after)}" for d in change.fields)
    known = f"known by its {shorten(in_words(change.key), LONGEST)}" if change.kind == "moved" and change.key else ""
    return "; ".join(part for part in (*fields, shorten(change.because, 300), known) if part)


def _value(text: str) -> str:
    return shorten(text, LONGEST) or "none"


def device_words(change: Change) -> str:
    """What a device is."""
    maker = f"{change.family}, {change.verdict}" if change.family != "unknown" else "maker unknown"
    return f"{shorten(change.name, 60)} ({visible(maker)})"
