"""Drift as Markdown."""

from io import StringIO

from support.inventories import SPITE, hostile

from netaudit.history.drift import compare
from netaudit.history.markdown import escaped, write
from netaudit.inventory import Document


def written(drift):
    stream = StringIO()
    write(drift, stream)
    return stream.getvalue()


def without_assets(made):
    return Document(run=made.run, coverage=made.coverage, assets=(), problems=())


def test_page_is_headings_and_tables():
    text = written(compare(without_assets(hostile()), hostile()))

    assert text.startswith("# 2026-01-31T09\\:00\\:00Z")
    assert "## Appeared" in text
    assert text.count("\n| 10.0.0.") == len(SPITE)


def test_what_devices_said_has_no_markup_and_breaks_no_row():
    lines = written(compare(without_assets(hostile()), hostile())).splitlines()
    rows = [line for line in lines if line.startswith("| 10.")]

    assert all(line.isprintable() for line in lines)
    assert {row.replace("\\|", "").count("|") for row in rows} == {5}
    assert not any("<script" in row for row in rows)


def test_markup_is_escaped():
    assert escaped("a|b <i> [x](http://e)") == r"a\|b \<i\> \[x\]\(http\:\/\/e\)"


def test_same_is_said():
    assert ": the same" in written(compare(hostile(), hostile()))
