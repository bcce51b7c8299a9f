"""Quiet hours: times of the day, by the clock of this machine, in which nothing is sent.

Written as 08:00-18:00, several with commas; a span may go over midnight. A scan is not begun in them, and one that
runs into them ends there, with what it has learnt.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]|24):([0-5][0-9])")
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Spans of minutes of the day, each with its end, which may be smaller than its beginning."""

    spans: tuple[tuple[int, int], ...] = ()

    def ends_at(self, now: datetime) -> datetime | None:
        """When the quiet hours that hold now are over; None where there are none now."""
        for offset in range(_DAY_MINUTES):
            moment = _start_of_minute(now) + timedelta(minutes=offset)
            if not self._holds(moment):
                return moment if offset else None
        return None if not self.spans else _start_of_minute(now) + timedelta(days=1)

    def begin_at(self, now: datetime) -> datetime | None:
        """When the next quiet hours begin, seen from a time outside of them; None where there are none."""
        moments = (_start_of_minute(now) + timedelta(minutes=offset) for offset in range(_DAY_MINUTES + 1))
        return next((moment for moment in moments if self._holds(moment)), None)

    def _holds(self, moment: datetime) -> bool:
        minute = moment.hour * 60 + moment.minute
        return any(
            start <= minute < end if start < end else minute >= start or minute < end for start, end in self.spans
        )


NO_QUIET_HOURS = QuietHours()


def parse_quiet_hours(text: str) -> QuietHours:
    """The quiet hours of a text. ValueError says how they are written."""
    return QuietHours(tuple(_span(word.strip()) for word in text.split(",") if word.strip()))


def _span(word: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(word)
    numbers = [int(number) for number in found.groups()] if found else []
    start, end = (numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]) if found else (0, 0)
    if start == end or end > _DAY_MINUTES or (start, end) == (0, _DAY_MINUTES):
        raise ValueError(f"quiet hours {word!r}: write them as 08:00-18:00, several with commas, less than a whole day")
    return start, end


def _start_of_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
