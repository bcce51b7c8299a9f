"""Tables of other systems: CSV as they write it, and workbooks."""

from datetime import date

import pytest
from openpyxl import Workbook

from netaudit.policy import Facts, sheet
from netaudit.policy.entries import read_register


def test_a_workbook_is_read_like_csv(tmp_path):
    book = Workbook()
    book.active.append(["Serial", "Acquired", "Address"])
    book.active.append([12345678, date(2024, 2, 1), "10.0.0.1"])
    book.save(tmp_path / "register.xlsx")

    (entry,) = read_register(tmp_path / "register.xlsx").entries

    assert entry == Facts(serial="12345678", acquired="2024-02-01", address="10.0.0.1")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_a_damaged_workbook_is_refused(tmp_path, content):
    path = tmp_path / "register.xlsx"
    path.write_bytes(content)

    with pytest.raises(ValueError, match="workbook"):
        read_register(path)


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    book = Workbook()
    book.save(tmp_path / "register.xlsx")
    monkeypatch.setattr(sheet, "MAX_UNPACKED", 1000)

    with pytest.raises(ValueError, match="unpacked"):
        read_register(tmp_path / "register.xlsx")


def test_a_file_without_end_is_refused(tmp_path, monkeypatch):
    (tmp_path / "register.csv").write_text("serial\n" + "x\n" * 20, "utf-8")
    monkeypatch.setattr(sheet, "MAX_ROWS", 10)

    with pytest.raises(ValueError, match="more than 10 rows"):
        read_register(tmp_path / "register.csv")


def test_a_table_has_its_separator_from_its_first_line(tmp_path):
    (tmp_path / "register.csv").write_text("serial\tsite\n1\ta;b,c\n\n2\td\n", "utf-8")
    names, rows = sheet.read_table(tmp_path / "register.csv")

    assert names == ["serial", "site"]
    assert list(rows) == [(2, {"serial": "1", "site": "a;b,c"}), (4, {"serial": "2", "site": "d"})]
