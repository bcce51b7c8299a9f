"""What a history knows of a device, as the device's own page shows it: when it was seen, and what changed, newest first."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from netaudit.plain import shorten
from netaudit.report import Past
from netaudit.report.htmldoc.labels import CHANGE_WORDS
from netaudit.report.words import Say

CHANGES_SHOWN: Final = 50  # of one device
WORDS_CHARS: Final = 1000
KIND_CHARS: Final = 40


def pack_past(past: Past | None, add: Callable[[str], int], say: Say) -> list[list[int]]:
    """First and last sight, then each change as (when, kind, how): numbers of texts. Empty where nothing is known."""
    if past is None:
        return []
    seen = [add(moment(past.first_seen)), add(moment(past.last_seen))]
    told = [
        [add(moment(at)), add(_kind(kind, say)), add(shorten(how, WORDS_CHARS))]
        for at, kind, how in past.changes[: -CHANGES_SHOWN - 1 : -1]
    ]
    return [seen, *told]


def moment(time: str) -> str:
    """A time (RFC 3339, UTC) as people read it, to the minute; what is no time stays as it is."""
    try:
        return f"{datetime.fromisoformat(time):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return shorten(time, KIND_CHARS)


def _kind(kind: str, say: Say) -> str:
    return say(CHANGE_WORDS[kind]) if kind in CHANGE_WORDS else shorten(kind, KIND_CHARS)
