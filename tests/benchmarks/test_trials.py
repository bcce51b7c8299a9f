"""Trials over a corpus of a few lines; over the large one, what calibration and verdicts have to hold."""

import pytest
from benchmarks.corpus import MEASURED, read_corpus, read_devices
from benchmarks.scores import (
    accusations,
    bins_of_equal_mass,
    bins_of_equal_width,
    calibration_error,
    claims,
    errors,
    is_named,
    names_read,
)
from benchmarks.trials import FOLDS, run_trials, split

MOST_ERROR = 0.03  # expected calibration error
LEAST_BANNERS, LEAST_READ = 0.8, 0.95


@pytest.fixture(scope="module")
def trials(large, library):
    return run_trials(split(*large), library)


def test_no_source_is_both_fitted_and_judged(corpus, library):
    folds = split(read_corpus(corpus, library), read_devices(corpus, library))

    judged = [row.name for fold in folds for row in fold.lines]
    assert len(folds) == FOLDS
    assert sorted(judged) == ["few/d1", "few/e1", "few/e2", "few/h1", "few/h2"]
    assert [fold.sources for fold in folds if fold.sources] == [{"a/a"}, {"b/b"}, {"c/c"}]


def test_unseen_source_takes_its_fingerprints_along(corpus, library):
    cited = next(source for f in library.fingerprints for source in f.sources if f.id == "dahua-rtsp-server")
    truth = (corpus / "few.truth.jsonl").read_text().replace('"b/b"', f'"{cited.partition(",")[0]}"')
    (corpus / "few.truth.jsonl").write_text(truth)

    _, shipped, unseen = run_trials(split(read_corpus(corpus, library), []), library)

    assert {row.name: identity.family for row, identity in shipped.lines}["few/d1"] == "dahua"
    assert {row.name: identity.family for row, identity in unseen.lines}["few/d1"] == "unknown"


@pytest.mark.parametrize("unit", ["lines", "devices"])
@pytest.mark.parametrize("families", [MEASURED, ()], ids=["the-two", "any-maker"])
@pytest.mark.parametrize("bins", [bins_of_equal_width, bins_of_equal_mass])
def test_certainty_can_be_trusted(trials, unit, families, bins):
    validated, shipped, _ = trials

    for trial in (validated, shipped):
        assert calibration_error(bins(claims(getattr(trial, unit), families))) <= MOST_ERROR


@pytest.mark.parametrize("unit", ["lines", "devices"])
def test_nobody_is_accused_and_nothing_confirmed_is_wrong(trials, unit):
    for trial in trials:
        assert accusations(getattr(trial, unit)) == []
        assert errors(getattr(trial, unit), ["confirmed"]) == []


def test_most_single_banners_are_named(trials):
    shipped = trials[1]

    named = [
        is_named(*one)
        for one in shipped.lines
        if one[0].truth["kind_of_case"] == "banner" and one[0].family in MEASURED
    ]
    assert sum(named) / len(named) >= LEAST_BANNERS


@pytest.mark.parametrize("name", ["model", "firmware"])
def test_names_are_read_where_they_stand(trials, name):
    read = [good for _, good in names_read(trials[1].lines, name)]

    assert sum(read) / len(read) >= LEAST_READ
