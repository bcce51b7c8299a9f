"""Trials of the weighing on a labelled corpus: by cross-validation, as shipped, and as if no source had been seen."""

from collections import Counter
from dataclasses import dataclass, replace
from math import log
from statistics import fmean

from benchmarks.corpus import Row
from benchmarks.fit import Case, count_cases, fit, probability_of_truth
from benchmarks.scores import Judged

from netaudit.identify.fingerprints import Fingerprint, Library
from netaudit.identify.settle import WEIGHTS, poll

FOLDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """A tenth of the sources, the weights fitted to the others, and what is judged with them."""

    sources: frozenset[str]
    weights: dict[str, float]
    lines: list[Row]
    devices: list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """All rows, judged in one way."""

    title: str
    lines: list[Judged]
    devices: list[Judged]
    loss: float  # mean log loss of the lines in which anything speaks for a family


def split(lines: list[Row], devices: list[Row]) -> list[Fold]:
    """Ten folds of sources, with about as many lines that speak for a family in each."""
    sizes = Counter(row.source for row in lines if poll(row.matches))
    parts: list[set[str]] = [set() for _ in range(FOLDS)]
    for source in sorted({row.source for row in lines}, key=lambda source: (-sizes[source], source)):
        min(parts, key=lambda part: sum(sizes[member] for member in part)).add(source)
    return [_fold(frozenset(part), lines, devices) for part in parts]


def _fold(sources: frozenset[str], lines: list[Row], devices: list[Row]) -> Fold:
    return Fold(
        sources=sources,
        weights=fit_held(count_cases(row for row in (*lines, *devices) if row.source not in sources)),
        lines=[row for row in lines if row.source in sources],
        devices=[row for row in devices if row.source in sources],
    )


def fit_held(cases: dict[Case, int], prior: float = WEIGHTS["prior"]) -> dict[str, float]:
    """With the hints as light as the rule wants them, whatever the prior."""
    return fit(cases, prior, WEIGHTS["weak"] + WEIGHTS["prior"] - prior)


def run_trials(folds: list[Fold], library: Library) -> list[Trial]:
    """The corpus judged by cross-validation, as shipped, and as shipped without what cites the source."""
    blind = [_blinded(fold, library) for fold in folds]
    return [
        _trial("cross-validated", folds),
        _trial("as shipped", [_with_shipped_weights(fold) for fold in folds]),
        _trial("source unseen", [_with_shipped_weights(fold) for fold in blind]),
    ]


def _trial(title: str, folds: list[Fold]) -> Trial:
    return Trial(
        title=title,
        lines=[(row, row.settled(fold.weights)) for fold in folds for row in fold.lines],
        devices=[(row, row.settled(fold.weights)) for fold in folds for row in fold.devices],
        loss=fmean([loss for fold in folds for loss in losses(fold.lines, fold.weights)] or [0.0]),
    )


def losses(rows: list[Row], weights: dict[str, float]) -> list[float]:
    """The log loss of each row in which anything speaks for a family."""
    spoken = [(poll(row.matches), row) for row in rows]
    return [-log(probability_of_truth(ballots.items(), row.family, weights)) for ballots, row in spoken if ballots]


def _with_shipped_weights(fold: Fold) -> Fold:
    return replace(fold, weights=dict(WEIGHTS))


def _blinded(fold: Fold, library: Library) -> Fold:
    """The fold, each row without the fingerprints that cite its source."""

    def blind(row: Row) -> Row:
        return row.without(frozenset(f.id for f in library.fingerprints if _cites(f, row.source)))

    return replace(fold, lines=list(map(blind, fold.lines)), devices=list(map(blind, fold.devices)))


def _cites(fingerprint: Fingerprint, source: str) -> bool:
    return bool(source) and any(source.casefold() in cited.casefold() for cited in fingerprint.sources)
