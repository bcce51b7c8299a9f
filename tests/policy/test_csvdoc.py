"""Findings as CSV: one a row, lists in one cell, no formula."""

import csv
import io

from netaudit.policy import Finding, Findings, csvdoc


def test_a_finding_is_a_row():
    found = Finding(
        kind="rule",
        outcome="due",
        because=("=1+1", "second"),
        as_of="2026-11-22",
        missing=("maker", "purpose"),
        days_left=-3,
    )
    stream = io.BytesIO()
    csvdoc.write(
        Findings(as_of="-", inventory="-", organisation=None, policies=(), findings=(found,), tool="netaudit"), stream
    )
    (row,) = csv.DictReader(io.StringIO(stream.getvalue().decode("utf-8-sig")))

    assert tuple(row) == csvdoc.COLUMNS
    assert (row["outcome"], row["missing"], row["policy"]) == ("due", "maker; purpose", "")
    assert row["because"] == "'=1+1; second"
    assert row["days_left"] == "-3"
