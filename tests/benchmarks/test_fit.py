import pytest
from benchmarks.corpus import OTHER, read_corpus
from benchmarks.fit import count_cases, fit, probability_of_truth

from netaudit.identify.settle import share
from netaudit.vocabulary import STRENGTHS

PRIOR = -3.5


def case(strength, truth="dahua", family="dahua"):
    return ((family, ((strength,), (strength,))),), truth


def alone(weights, strength):
    return share({"x": ((strength,), (strength,))}, weights)["x"]


def test_more_right_ones_make_a_strength_heavier():
    few = fit({case("strong"): 9, case("proof"): 200}, PRIOR, 1.4)
    many = fit({case("strong"): 99, case("proof"): 200}, PRIOR, 1.4)

    assert alone(few, "strong") == pytest.approx(9 / 10, abs=0.02)
    assert alone(many, "strong") == pytest.approx(0.99, abs=0.01)


def test_wrong_ones_make_it_lighter():
    weights = fit({case("medium"): 7, case("medium", "axis"): 2, case("strong"): 30}, PRIOR, 1.4)

    assert alone(weights, "medium") == pytest.approx(0.7, abs=0.02)


def test_stronger_never_weighs_less():
    weights = fit({case("medium"): 50, case("proof"): 1}, PRIOR, 1.4)

    heights = [weights[strength] for strength in STRENGTHS]
    assert heights == sorted(heights, reverse=True)
    assert weights["weak"] == 1.4


def test_weakest_is_fitted_where_it_is_not_held():
    weights = fit({case("weak"): 1, case("weak", "axis"): 8, case("strong"): 30}, PRIOR, None)

    assert alone(weights, "weak") == pytest.approx(0.1, abs=0.02)


def test_vague_truth_denies_only_the_measured_families():
    weights = {"prior": PRIOR, "proof": 9.5, "strong": 7.5, "medium": 6.2, "weak": 1.4}

    assert probability_of_truth(*case("strong", OTHER, "axis"), weights) == 1.0
    assert probability_of_truth(*case("strong", OTHER, "dahua"), weights) < 0.05
    assert probability_of_truth(*case("strong", "dahua", "axis"), weights) < 0.05


def test_alike_rows_of_one_source_count_once(corpus, library):
    rows = read_corpus(corpus, library)

    assert count_cases(rows) == count_cases([*rows, *rows])
    assert sum(count_cases(rows).values()) == 2 + any(row.matches for row in rows if row.name == "few/e2")
