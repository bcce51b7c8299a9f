"""Dates known to the day, the month or the year, and how they compare."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.policy.dates import span

CUT_OFF = date(2023, 12, 21)


@pytest.mark.parametrize(
    ("text", "after", "before"),
    [
        ("2023-12-22", True, False),
        ("2023-12-21", False, False),
        ("2023-12-20", False, True),
        ("2023-12", None, None),
        ("2023", None, None),
        ("2024", True, False),
        ("2022", False, True),
    ],
)
def test_a_span_answers_only_what_all_its_days_agree_on(text, after, before):
    assert (span(text).after(CUT_OFF), span(text).before(CUT_OFF)) == (after, before)


@pytest.mark.parametrize(("text", "last"), [("2025-04", date(2025, 4, 30)), ("2024-02", date(2024, 2, 29))])
def test_a_month_ends_with_its_last_day(text, last):
    assert span(text).last == last


@pytest.mark.parametrize("text", ["", "soon", "2023-13", "2023-02-30", "21.12.2023", "2023-1-1", "0000"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match="no date"):
        span(text)


@given(st.dates(), st.dates())
def test_a_day_compares_as_days_do(one, other):
    assert span(one.isoformat()).after(other) is (one > other)
