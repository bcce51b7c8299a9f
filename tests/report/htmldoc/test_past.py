import pytest
from support.inventories import SMALL
from support.pages import page

from netaudit.history import CHANGE_KINDS
from netaudit.inventory import document
from netaudit.report import Past
from netaudit.report.htmldoc.labels import CHANGE_WORDS
from netaudit.report.htmldoc.languages import language
from netaudit.report.htmldoc.packed import Texts
from netaudit.report.htmldoc.past import CHANGES_SHOWN, moment, pack_past

MOVED = Past(
    first_seen="2026-01-01T08:00:00Z",
    last_seen="2026-03-01T08:00:00Z",
    changes=(
        ("2026-02-01T08:00:00Z", "moved", "addresses: 10.0.0.4 → 10.0.0.5"),
        ("2026-03-01T08:00:00Z", "changed", "firmware: 1 → 2"),
    ),
)


def packed(past, code="en"):
    texts = Texts()
    rows = pack_past(past, texts.add, language(code).say)
    return [[texts.all[number] for number in row] for row in rows]


def test_a_device_without_a_history_has_no_past():
    assert packed(None) == []


def test_the_newest_change_comes_first():
    assert packed(MOVED) == [
        ["2026-01-01 08:00 UTC", "2026-03-01 08:00 UTC"],
        ["2026-03-01 08:00 UTC", "Changed", "firmware: 1 → 2"],
        ["2026-02-01 08:00 UTC", "Moved", "addresses: 10.0.0.4 → 10.0.0.5"],
    ]
    assert packed(MOVED, "fr")[2][1] == "Déplacé"


def test_a_restless_device_is_cut_short():
    restless = Past(first_seen="", last_seen="", changes=MOVED.changes * CHANGES_SHOWN)

    assert len(packed(restless)) == 1 + CHANGES_SHOWN


def test_every_kind_of_change_has_its_words():
    assert tuple(CHANGE_WORDS) == CHANGE_KINDS


@pytest.mark.parametrize(
    ("time", "shown"), [("2026-03-01T08:00:59Z", "2026-03-01 08:00 UTC"), ("\x1b]0;", "\\x1b]0;"), ("", "")]
)
def test_a_time_is_shown_to_the_minute(time, shown):
    assert moment(time) == shown


def test_a_page_without_a_history_holds_none():
    assert "10.0.0.4" not in page(document(SMALL))
    assert "10.0.0.4" in page(document(SMALL), past={"serial-5": MOVED})
