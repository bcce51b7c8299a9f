from dataclasses import replace

from support.inventories import EMPTY, RECORDER, RUN, SMALL, match

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


def test_of_evidence_that_is_as_strong_the_one_that_says_most_is_told():
    bare = match("dahua-dhip", "dhip.init", "1", "proof", family="dahua")
    full = match("dahua-dhip-model", "dhip.device_type", "NVR5216", "proof", family="dahua", model="NVR5216")
    other = match("other", "http.title", "x", "proof", model="x", brand="y", kind="z")
    seen = replace(RECORDER, identity=replace(RECORDER.identity, evidence=(bare, other, full)))
    (row,) = rows(document(replace(SMALL, assets=(seen,))))

    assert row[COLUMNS.index("first_evidence")] == "proof: dhip.device_type = NVR5216"


def test_each_row_says_where_and_when_the_device_was_seen():
    (row, *_) = rows(document(replace(SMALL, run=replace(RUN, site="City hall"))))

    assert row[-3:] == ("City hall", "2026-01-31", "serial-5")
