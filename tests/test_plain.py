"""Text of others made harmless: nothing in it acts on a terminal or in a spreadsheet."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit import plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain, naïve, 東京", "plain, naïve, 東京"),
        ("a\x1b[31m\x07", "a\\x1b[31m\\x07"),
        ("a\x9b\x7f", "a\\x9b\\x7f"),
        ("\u202eexe\u2066", "\\u202eexe\\u2066"),
        ("\U000e0041", "\\U000e0041"),
        ("one\r\n\ttwo\u2028three", "one two three"),
    ],
)
def test_what_acts_becomes_visible(text, expected):
    assert plain.visible(text) == expected


@given(st.text())
def test_nothing_that_acts_is_left(text):
    assert plain.UNPRINTABLE.search(plain.visible(text)) is None


@given(st.text())
def test_what_is_shortened_fits(text):
    assert len(plain.shorten(text, 20)) <= 20


def test_a_terminal_without_utf_8_gets_escapes():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")

    assert plain.writable("Zürich", stream) == "Z\\xfcrich"


def test_numbers_agree_with_their_nouns():
    assert [plain.counted(n, "device") for n in (0, 1, 1200)] == ["0 devices", "1 device", "1,200 devices"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DS-2CD2043G0-I", "DS-2CD2043G0-I"),
        ("V5.6.3 build 190923", "V5.6.3 build 190923"),
        ('Digest realm="IP Camera", nonce="-"', 'Digest realm="IP Camera", nonce="-"'),
        ("=1", "'=1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("  =1", "'  =1"),
        ("\t1", "' 1"),
        ("\r1", "' 1"),
        ("\r\n=1", "' =1"),
        ("a\r\nb", "a b"),
        ("a\nb", "a b"),
        ("\uff1d1", "'\uff1d1"),
        ("a;=1", "a;'=1"),
        ("a\x1b[31m", "a\\x1b[31m"),
    ],
)
def test_cells_become_plain_text(text, expected):
    assert plain.cell(text) == expected


def test_a_cell_fits_a_spreadsheet():
    assert len(plain.cell("\x1b" * 40_000)) == plain.MAX_CELL
