"""Quiet hours: when they hold, when they end, how they are written."""

from datetime import datetime

import pytest

from netaudit.quiet import QuietHours, parse_quiet_hours


def at(text, day=15):
    hour, minute = text.split(":")
    return datetime(2026, 6, day, int(hour), int(minute), 30)  # noqa: DTZ001  the machine's own clock


@pytest.mark.parametrize(
    ("hours", "now", "end"),
    [
        ("08:00-18:00", "07:59", None),
        ("08:00-18:00", "08:00", "18:00"),
        ("08:00-18:00", "17:59", "18:00"),
        ("08:00-18:00", "18:00", None),
        ("06:00-07:00, 07:00-09:30", "06:10", "09:30"),
        ("08:00-24:00", "23:59", "00:00"),
        ("22:00-05:00", "23:00", "05:00"),
        ("22:00-05:00", "04:59", "05:00"),
        ("22:00-05:00", "05:00", None),
        ("", "12:00", None),
    ],
)
def test_quiet_hours_hold_and_end(hours, now, end):
    found = parse_quiet_hours(hours).ends_at(at(now))

    assert (found and found.strftime("%H:%M")) == end


@pytest.mark.parametrize(
    ("hours", "now", "begin"),
    [("08:00-18:00", "07:00", (15, "08:00")), ("08:00-18:00", "19:00", (16, "08:00")), ("", "19:00", None)],
)
def test_quiet_hours_begin(hours, now, begin):
    found = parse_quiet_hours(hours).begin_at(at(now))

    assert (found and (found.day, found.strftime("%H:%M"))) == begin


def test_day_that_is_quiet_altogether_is_quiet_for_a_day():
    both = QuietHours(((0, 720), (720, 1440)))

    assert both.ends_at(at("12:00")) == datetime(2026, 6, 16, 12, 0)  # noqa: DTZ001


@pytest.mark.parametrize("text", ["8-18", "08:00", "25:00-26:00", "08:00-08:00", "00:00-24:00", "08:00-24:30", "x"])
def test_what_is_no_span_is_refused(text):
    with pytest.raises(ValueError, match="write them as 08:00-18:00"):
        parse_quiet_hours(text)
