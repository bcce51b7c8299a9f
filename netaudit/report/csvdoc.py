"""The assets as CSV (RFC 4180), one a row, in the order of an asset register; UTF-8 with a mark so that Excel knows.

What a device says must become neither a formula nor two cells: `plain.cell` sees to that.
"""

import csv
from io import TextIOWrapper
from typing import BinaryIO

from netaudit.inventory import Surveyed
from netaudit.plain import cell
from netaudit.report.rows import COLUMNS, rows


def write(document: Surveyed, stream: BinaryIO) -> None:
    """Write the assets of the document as CSV."""
    text = TextIOWrapper(stream, "utf-8-sig", newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    table.writerows([cell(value) for value in row] for row in rows(document))
    text.detach()
