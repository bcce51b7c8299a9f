from support.inventories import EMPTY, SMALL

from netaudit.inventory import document
from netaudit.report.rows import COLUMNS, rows


def test_every_row_has_a_cell_for_every_column():
    assert {len(row) for row in rows(document(SMALL))} == {len(COLUMNS)}


def test_a_camera_behind_a_recorder_names_it():
    behind = COLUMNS.index("behind")
    found = [row[behind] for row in rows(document(SMALL))]

    assert len(found) == len(document(SMALL).assets)


def test_nothing_has_no_rows():
    assert list(rows(document(EMPTY))) == []
