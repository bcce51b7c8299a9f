"""Dates as instruments and registers give them: a day, a month, or only a year; and how such dates compare.

What is known to the month is a span of days. A comparison of spans is True, False, or None where the days within the
span would decide differently.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

PATTERN = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
_DATE = re.compile(PATTERN)
_PRECISIONS = {4: "year", 7: "month", 10: "day"}


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day that a date can mean."""

    first: date
    last: date
    text: str  # as it was given

    @property
    def precision(self) -> str:
        """Day, month or year."""
        return _PRECISIONS[len(self.text)]

    def after(self, day: date) -> bool | None:
        """Whether it is later than this day."""
        return _agreed(self.first > day, self.last > day)

    def before(self, day: date) -> bool | None:
        """Whether it is earlier than this day."""
        return _agreed(self.first < day, self.last < day)


def _agreed(one: bool, other: bool) -> bool | None:
    return one if one is other else None


@lru_cache(maxsize=4096)  # an evaluation meets the same few days again for every device
def span(text: str) -> Span:
    """The days that YYYY, YYYY-MM or YYYY-MM-DD can mean. ValueError on anything else."""
    if not _DATE.match(text):
        raise ValueError(f"{text[:40]!r} is no date: write YYYY-MM-DD, or YYYY-MM or YYYY where no more is known")
    year, month, day = (*(int(part) for part in text.split("-")), 0, 0)[:3]
    try:
        first = date(year, month or 1, day or 1)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date: {error}") from None
    if day:
        return Span(first, first, text)
    return Span(first, date(year, month or 12, monthrange(year, month or 12)[1]), text)
