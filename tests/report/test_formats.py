import io
import subprocess
import sys
import time

import pytest
from openpyxl import load_workbook
from support.inventories import ACTING, EMPTY, SMALL, crowd, hostile

from netaudit.inventory import document
from netaudit.report import FORMATS, formats

DOCUMENTS = {"empty": document(EMPTY), "small": document(SMALL), "hostile": hostile()}


def written(form, doc):
    """What a reader of the format sees: of a workbook its cells."""
    stream = io.BytesIO() if form.binary else io.StringIO()
    form.write(doc, stream)
    if form.name == "xlsx":
        sheets = load_workbook(stream, read_only=True).worksheets
        return "\n".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)
    return stream.getvalue().decode() if form.binary else stream.getvalue()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("doc", DOCUMENTS.values(), ids=DOCUMENTS)
def test_the_same_document_gives_the_same_text(name, doc):
    assert written(FORMATS[name], doc) == written(FORMATS[name], doc)


@pytest.mark.parametrize("name", FORMATS)
def test_no_device_reaches_the_terminal(name):
    text = written(FORMATS[name], hostile()).removeprefix("\ufeff")

    assert [c for c in ACTING if c in text] == []
    assert "owned" in text


@pytest.mark.parametrize("name", FORMATS)
def test_ten_thousand_assets_are_written_in_seconds(name):  # of a processor: others may have it meanwhile
    doc = crowd(10_000)
    started = time.process_time()
    text = written(FORMATS[name], doc)

    assert text.count("10.0.39.") >= 1
    assert time.process_time() - started < 20


@pytest.mark.parametrize("name", FORMATS)
def test_the_stream_stays_open_for_more(name):
    stream = io.BytesIO() if FORMATS[name].binary else io.StringIO()
    FORMATS[name].write(document(SMALL), stream)
    FORMATS[name].write(document(SMALL), stream)

    assert not stream.closed


def test_formats_are_listed_with_a_line_each():
    assert [f.name for f in formats()] == list(FORMATS)
    assert {f.name for f in formats()} >= {"table", "json", "jsonl", "csv"}
    assert [f.title for f in formats() if not f.title or "\n" in f.title] == []


def test_listing_formats_imports_none_of_them():
    code = "import sys, netaudit.report; print('rich' in sys.modules, 'netaudit.report.csvdoc' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout == "False False\n"


def test_netaudit_itself_stays_quick_to_import():
    code = "import sys, netaudit; print('msgspec' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout == "False\n"
