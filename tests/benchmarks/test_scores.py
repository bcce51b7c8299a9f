import pytest
from benchmarks.corpus import read_corpus
from benchmarks.scores import (
    Bin,
    accusations,
    bins_of_equal_mass,
    bins_of_equal_width,
    calibration_error,
    claims,
    errors,
    misses,
    names_read,
    recall,
)

from netaudit.model import Identity

CLAIMED = [(0.95, True), (0.95, True), (0.95, False), (0.95, True), (0.41, False), (1.0, True)]


@pytest.fixture
def rows(corpus, library):
    return {row.name.removeprefix("few/"): row for row in read_corpus(corpus, library)}


def said(family, verdict="probable", certainty=0.9, **names):
    return Identity(family=family, verdict=verdict, certainty=certainty, **names)


def test_bins_of_equal_width_hold_what_lies_in_them():
    assert bins_of_equal_width(CLAIMED) == [
        Bin(count=1, certainty=0.41, right=0.0),
        Bin(count=5, certainty=pytest.approx(0.96), right=0.8),
    ]


def test_bins_of_equal_mass_hold_about_as_much():
    claimed = [(n / 40, True) for n in range(25)]

    bins = bins_of_equal_mass(claimed)

    assert sum(part.count for part in bins) == 25
    assert {part.count for part in bins} == {2, 3}


def test_calibration_error_is_the_mean_distance_of_certainty_and_truth():
    bins = [Bin(count=1, certainty=0.5, right=0.0), Bin(count=3, certainty=0.9, right=1.0)]

    assert calibration_error(bins) == pytest.approx((0.5 + 3 * 0.1) / 4)
    assert calibration_error([]) == 0.0


def test_interval_is_wide_where_little_was_seen():
    few, many = Bin(count=4, certainty=0.9, right=1.0), Bin(count=400, certainty=0.9, right=1.0)

    assert few.interval == (pytest.approx(0.51, abs=0.01), 1.0)
    assert many.interval == (pytest.approx(0.99, abs=0.01), 1.0)


def test_claims_leave_out_what_cannot_be_judged(rows):
    judged = [(rows["e2"], said("axis")), (rows["e1"], said("axis")), (rows["h1"], said("unknown", "unknown", 0.0))]

    assert claims(judged) == [(0.9, True)]
    assert claims(judged, ["dahua"]) == []


def test_naming_one_of_the_two_wrongly_is_an_accusation(rows):
    wrong, possible = (rows["e2"], said("dahua")), (rows["e1"], said("dahua", "possible"))

    assert accusations([wrong, possible, (rows["d1"], said("dahua"))]) == [wrong]
    assert errors([wrong, possible], ["possible"]) == [possible]


def test_only_probable_and_better_is_no_miss(rows):
    hit, miss = (rows["h1"], said("hikvision")), (rows["h2"], said("hikvision", "possible"))

    assert misses([hit, miss]) == [miss]
    assert recall([hit, miss], "hikvision") == (0.5, 0.5, 2)


@pytest.mark.parametrize(
    ("told", "read"), [("M-1", True), ("m-1", True), ("DH-M-1", True), ("M-2", False), (None, False)]
)
def test_name_is_read_where_it_is_told_as_it_stands(rows, told, read):
    row = rows["h2"]
    row.truth["model"] = "M-1"
    held = type(row)(**{**vars(row), "text": "a DH-M-1 here"})

    assert names_read([(held, said("hikvision", model=told))], "model") == [
        ((held, said("hikvision", model=told)), read)
    ]
    assert names_read([(row, said("hikvision", model=told))], "model") == []
