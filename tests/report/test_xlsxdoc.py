import io
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from support.inventories import EMPTY, SMALL, crowd, hostile

from netaudit.inventory import document
from netaudit.report import csvdoc, xlsxdoc
from netaudit.report.rows import COLUMNS


def written(doc):
    stream = io.BytesIO()
    xlsxdoc.write(doc, stream)
    return stream


def book(doc):
    return load_workbook(written(doc))


def test_the_sheets_tell_the_whole_story():
    assert book(document(SMALL)).sheetnames == ["Devices", "Not seen", "Problems", "Run"]


def test_a_device_has_the_cells_of_its_csv_row():
    sheet = book(document(SMALL))["Devices"]
    heading, first, *_ = sheet.iter_rows(values_only=True)

    device = dict(zip(heading, first, strict=True))
    assert heading == COLUMNS
    assert (device["address"], device["family"], device["certainty"]) == ("10.0.0.5", "hikvision", 0.999)
    assert device["first_evidence"] == "proof: sadp.device_description = DS-2CD2043G0-I"


def test_the_heading_stays_in_sight_and_every_column_has_a_filter():
    sheet = book(document(SMALL))["Devices"]

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:X6"


def test_what_could_not_be_seen_is_there():
    rows = list(book(document(SMALL))["Not seen"].iter_rows(min_row=2, values_only=True))

    assert len(rows) == len(document(SMALL).coverage.gaps)


def test_an_empty_inventory_is_a_workbook():
    assert list(book(document(EMPTY))["Devices"].values) == [COLUMNS]


def test_nothing_that_a_device_wrote_is_a_formula_or_a_link():
    for sheet in book(hostile()).worksheets:
        assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
        assert sheet._hyperlinks == []


def test_no_part_of_the_file_points_elsewhere():
    with ZipFile(written(hostile())) as parts:
        outside = [name for name in parts.namelist() if b'TargetMode="External"' in parts.read(name)]

    assert outside == []


@pytest.mark.parametrize("doc", [document(SMALL), hostile()], ids=["small", "hostile"])
def test_the_same_document_gives_the_same_bytes(doc):
    assert written(doc).getvalue() == written(doc).getvalue()


def test_ten_thousand_devices_are_as_many_rows_as_in_csv():
    stream = io.BytesIO()
    csvdoc.write(crowd(10_000), stream)

    assert book(crowd(10_000))["Devices"].max_row == stream.getvalue().count(b"\r\n")
