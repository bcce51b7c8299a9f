"""A register as a table: rows of named cells from CSV (RFC 4180) or XLSX, as asset systems export them."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Final, TypeAlias
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

MEBIBYTE: Final = 1024 * 1024
MAX_BYTES: Final = 64 * MEBIBYTE
MAX_UNPACKED: Final = 512 * MEBIBYTE  # a workbook is a zip archive: a small one can hold a large one
MAX_ROWS: Final = 200_000
Row: TypeAlias = tuple[int, dict[str, str]]  # the line in the file, and its cells by the name of their column


def read_table(path: Path) -> tuple[list[str], Iterator[Row]]:
    """The names of the columns, and the rows below them. ValueError, with the file's name, on what is no table."""
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{path}: larger than {MAX_BYTES // MEBIBYTE} MiB: no register of devices is")
    lines = _xlsx(path) if path.suffix.casefold() == ".xlsx" else _csv(path)
    heading = next(lines, None)
    if heading is None:
        raise ValueError(f"{path}: empty: a register begins with a line of column names")
    names = [name.strip() for name in heading]
    return names, _rows(path, names, lines)


def _rows(path: Path, names: list[str], lines: Iterable[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(lines, 2):
        if number > MAX_ROWS:
            raise ValueError(f"{path}: more than {MAX_ROWS:,} rows: split the register by site")
        if any(cell.strip() for cell in cells):
            yield number, dict(zip(names, (cell.strip() for cell in cells), strict=False))


def _csv(path: Path) -> Iterator[list[str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path}: not UTF-8: save it as CSV UTF-8") from None
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    except csv.Error as error:
        raise ValueError(f"{path}: no CSV: {error}") from None


def _xlsx(path: Path) -> Iterator[list[str]]:
    try:
        from openpyxl import load_workbook  # noqa: PLC0415  an extra: few registers are workbooks
    except ImportError:
        raise ValueError(f"{path}: XLSX needs `pip install netaudit[xlsx]`; or save the register as CSV") from None
    try:
        _check_size(path)
        book = load_workbook(path, read_only=True, data_only=True)
        yield from (_texts(cells) for cells in book.worksheets[0].iter_rows(values_only=True))
        book.close()
    except (KeyError, OSError, ValueError, IndexError, BadZipFile, ParseError) as error:
        raise ValueError(f"{path}: no workbook that can be read: {error}") from None


def _check_size(path: Path) -> None:
    with ZipFile(path) as parts:
        if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
            raise ValueError(f"unpacked it is larger than {MAX_UNPACKED // MEBIBYTE} MiB")


def _texts(cells: Iterable[object]) -> list[str]:
    return [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
