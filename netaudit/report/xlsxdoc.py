"""The inventory as a workbook (ECMA-376): the devices, what could not be seen, what failed, and the run.

Every cell that a device could have written is a string cell, never a formula or a link, whatever it begins with.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from netaudit.inventory import Surveyed
from netaudit.plain import MAX_CELL, visible
from netaudit.report.rows import COLUMNS, rows

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_NUMBERS = frozenset({"certainty", "children"})
_WIDTH, _WIDEST = 12, 60  # of a column, in characters
_LITERAL = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(document: Surveyed, stream: BinaryIO) -> None:
    """Write the workbook; the same document gives the same bytes."""
    from xlsxwriter import Workbook  # noqa: PLC0415  0.1 s, and few reports are workbooks

    file = BytesIO()
    with Workbook(file, _LITERAL) as book:
        book.set_properties({"title": "netaudit inventory", "created": _finished(document)})
        _add(book, "Devices", COLUMNS, rows(document))
        _add(book, "Not seen", ("kind", "address", "asset", "detail"), _gaps(document))
        _add(book, "Problems", ("stage", "channel", "address", "status", "detail"), _problems(document))
        _add(book, "Run", ("fact", "value"), _facts(document))
    stream.write(file.getvalue())


def _add(book: "Workbook", title: str, columns: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    """One sheet: a heading that stays in sight, a filter on every column, columns as wide as what they hold."""
    sheet = book.add_worksheet(title)
    widths = [max(_WIDTH, len(name) + 4) for name in columns]
    sheet.write_row(0, 0, columns, book.add_format({"bold": True, "bottom": 1}))
    last = 0
    for last, line in enumerate(lines, 1):
        for place, (name, value) in enumerate(zip(columns, line, strict=True)):
            if name in _NUMBERS and value:
                sheet.write_number(last, place, float(value))
            elif value:
                sheet.write_string(last, place, visible(value[:MAX_CELL])[:MAX_CELL])
            widths[place] = max(widths[place], min(len(value), _WIDEST))
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(columns) - 1)


def _gaps(document: Surveyed) -> Iterable[Sequence[str]]:
    return ((gap.kind, gap.address or "", gap.asset or "", gap.detail) for gap in document.coverage.gaps)


def _problems(document: Surveyed) -> Iterable[Sequence[str]]:
    return ((p.stage, p.channel or "", p.address or "", p.status, p.detail) for p in document.problems)


def _facts(document: Surveyed) -> Iterable[Sequence[str]]:
    run, coverage = document.run, document.coverage
    yield from (("run", run.id), ("site", run.site or ""), ("feed", run.feed), ("profile", run.scope.profile or ""))
    yield from (("targets", "; ".join(run.scope.targets)), ("excluded", "; ".join(run.scope.excluded)))
    yield from (("started", run.started_at), ("finished", run.finished_at))
    yield "tool", f"{run.tool.name} {run.tool.version}"
    yield "fingerprints", f"{run.fingerprints.count}, sha256 {run.fingerprints.sha256}"
    yield "addresses in scope", str(coverage.addresses_in_scope)
    yield "addresses answering", str(coverage.addresses_answering)
    for channel in coverage.channels:
        yield f"channel {channel.name}", f"{channel.status}: sent {channel.sent}, received {channel.received}"


def _finished(document: Surveyed) -> datetime:
    return datetime.fromisoformat(document.run.finished_at)
