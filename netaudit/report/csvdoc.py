"""The assets as CSV (RFC 4180), one a row, in the order of an asset register; UTF-8 with a mark so that Excel knows.

What a device says must become neither a formula nor two cells: `plain.cell` sees to that.
"""

import csv
from io import StringIO
from typing import BinaryIO

from netaudit.inventory import Document
from netaudit.plain import cell
from netaudit.report.rows import COLUMNS, rows


def write(document: Document, stream: BinaryIO) -> None:
    """Write the assets of the document as CSV."""
    text = StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    table.writerows([cell(value) for value in row] for row in rows(document))
    stream.write(text.getvalue().encode("utf-8-sig"))
