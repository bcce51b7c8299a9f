"""Findings as CSV (RFC 4180), one a row, for spreadsheets; no cell is a formula."""

import csv
from io import StringIO
from typing import BinaryIO

from netaudit.plain import cell
from netaudit.policy.findings import Finding, Findings

COLUMNS = (
    "kind", "policy", "rule", "address", "device", "site", "outcome", "severity", "owner_effect", "missing", "deadline",
    "days_left", "waiver", "conditions", "because", "assumed", "text", "evidence", "as_of", "asset",
)  # fmt: skip


def write(findings: Findings, stream: BinaryIO) -> None:
    """Write one row for each finding; a byte order mark tells spreadsheets that it is UTF-8."""
    text = StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    rows.writerows(_row(finding) for finding in findings.findings)
    stream.write(text.getvalue().encode("utf-8-sig", "replace"))


def _row(finding: Finding) -> tuple[str, ...]:
    return tuple(_text(getattr(finding, column)) for column in COLUMNS)


def _text(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    return cell("; ".join(map(str, value)) if isinstance(value, tuple) else str(value or ""))
