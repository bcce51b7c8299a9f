"""Where the weights of `settle` come from, and how far its certainties can be trusted.

    python tests/benchmarks/calibrate.py CORPUS_DIR [--diagram FILE.svg]

Fits the weights to a labelled corpus, ten times with a tenth of its sources left out, and judges each time only what
stems from the sources left out. Beside it stand the weights as shipped, and the shipped weights without every
fingerprint that cites the source judged: what would have been said of these devices, had nobody seen them.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from math import log
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import MEASURED, Row, read_corpus, read_devices
from benchmarks.diagram import draw
from benchmarks.fit import Case, count_cases, fit, probability_of_truth
from benchmarks.recall import describe
from benchmarks.scores import (
    NAMES_READ,
    Bin,
    Judged,
    accusations,
    bins_of_equal_mass,
    bins_of_equal_width,
    calibration_error,
    claims,
    errors,
    is_named,
    misses,
    names_read,
    recall,
)
from benchmarks.trials import Fold, Trial, fit_held, losses, run_trials, split

from netaudit.identify.fingerprints import load_library
from netaudit.identify.settle import WEIGHTS, share
from netaudit.vocabulary import STRENGTHS, VERDICTS

FINE = 50  # bins of the reliability table and diagram: most claims lie within a tenth
PRIORS = (-5.0, -3.5, -2.0)


def main(arguments: list[str]) -> int:
    """Print the figures; 1 where anybody was accused wrongly as shipped."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--diagram", type=Path, help="write the reliability diagram, as SVG")
    options = parser.parse_args(arguments)
    library = load_library()
    lines, devices = read_corpus(options.corpus, library), read_devices(options.corpus, library)
    folds = split(lines, devices)
    trials = run_trials(folds, library)
    for text in report(lines, devices, folds, trials):
        print(text)
    if options.diagram:
        options.diagram.write_text(draw(_curves(trials)), encoding="utf-8")
    return int(bool(accusations(trials[1].lines) or accusations(trials[1].devices)))


def report(lines: list[Row], devices: list[Row], folds: list[Fold], trials: list[Trial]) -> Iterator[str]:
    """All figures, then the rows behind them."""
    cases = count_cases([*lines, *devices])
    yield f"{len(lines)} lines, {len(devices)} devices, {len({row.source for row in lines})} sources"
    yield from _weights_report(cases, folds)
    yield from _folds_report(folds)
    yield from _trials_report(trials)
    _, shipped, blind = trials
    yield from _reliability(shipped)
    yield from _recall_report(shipped)
    yield from _recall_report(blind)
    yield from _names_report(shipped)
    yield from _listed("accused wrongly, as shipped", [*accusations(shipped.lines), *accusations(shipped.devices)])
    yield from _listed("accused wrongly, source unseen", [*accusations(blind.lines), *accusations(blind.devices)])
    yield from _listed("another maker named wrongly", errors(shipped.devices, ("confirmed", "probable", "possible")))
    yield from _listed("missed line, as shipped", misses(shipped.lines))
    yield from _listed("missed device, as shipped", misses(shipped.devices))


def _weights_report(cases: dict[Case, int], folds: list[Fold]) -> Iterator[str]:
    fitted, free = fit_held(cases), fit(cases, WEIGHTS["prior"], None)
    yield f"\nweights, from {sum(cases.values())} cases (alike ones of one source count once)"
    yield "             fitted  lone p   over the folds    shipped  lone p"
    for strength in STRENGTHS:
        spread = sorted(fold.weights[strength] for fold in folds)
        yield (
            f"  {strength:8} {fitted[strength]:8.2f} {_lone(fitted, strength):7.3f}"
            f"   {spread[0]:5.2f} to {spread[-1]:5.2f} {WEIGHTS[strength]:10.2f} {_lone(WEIGHTS, strength):7.3f}"
        )
    yield f"  weak is held, not fitted; freely fitted it would be {free['weak']:.2f}, alone {_lone(free, 'weak'):.3f}"
    for prior in PRIORS:
        weights = fit_held(cases, prior)
        told = ", ".join(f"{strength} {weights[strength]:.2f}" for strength in STRENGTHS)
        yield f"  with prior {prior}: {told}; loss {_mean_loss(cases, weights):.4f} a case"


def _lone(weights: Mapping[str, float], strength: str) -> float:
    return share({"x": ((strength,), (strength,))}, weights)["x"]


def _mean_loss(cases: dict[Case, int], weights: dict[str, float]) -> float:
    total = sum(-log(probability_of_truth(*case, weights)) * times for case, times in cases.items())
    return total / sum(cases.values())


def _folds_report(folds: list[Fold]) -> Iterator[str]:
    yield "\nfold  sources  lines  devices  telling  log loss fitted, shipped  accused wrongly"
    for number, fold in enumerate(folds, start=1):
        fitted, shipped = losses(fold.lines, fold.weights), losses(fold.lines, dict(WEIGHTS))
        wrong = accusations((row, row.settled(fold.weights)) for row in fold.lines)
        yield (
            f"{number:4} {len(fold.sources):8} {len(fold.lines):6} {len(fold.devices):8} {len(fitted):8}"
            f" {fmean(fitted or [0.0]):13.4f} {fmean(shipped or [0.0]):9.4f} {len(wrong):16}"
        )


def _trials_report(trials: list[Trial]) -> Iterator[str]:
    for trial in trials:
        yield f"\n{trial.title}: log loss {trial.loss:.4f} a telling line"
        for unit, judged in (("lines", trial.lines), ("devices", trial.devices)):
            for who, families in (("the two", MEASURED), ("any maker", ())):
                claimed = claims(judged, families)
                width, mass = bins_of_equal_width(claimed), bins_of_equal_mass(claimed)
                yield (
                    f"  {unit:8} {who:10} {len(claimed):4} named, ECE {calibration_error(width):.4f} by width,"
                    f" {calibration_error(mass):.4f} by mass; {_verdicts(judged, families)}"
                )


def _verdicts(judged: list[Judged], families: Iterable[str]) -> str:
    told = [(row, i) for row, i in judged if not families or i.family in families]
    texts = []
    for verdict in VERDICTS[:-1]:
        rights = [right for row, i in told if i.verdict == verdict and (right := row.right(i.family)) is not None]
        texts.append(f"{verdict} {sum(rights)} of {len(rights)} right")
    return ", ".join(texts)


def _reliability(trial: Trial) -> Iterator[str]:
    for unit, judged in (("lines", trial.lines), ("devices", trial.devices)):
        yield f"\nreliability, {trial.title}, {unit}: certainty -> right (how many; 95 % interval)"
        for part in bins_of_equal_width(claims(judged), FINE):
            low, high = part.interval
            yield f"  {part.certainty:.3f} -> {part.right:.3f} ({part.count}; {low:.3f} to {high:.3f})"


def _recall_report(trial: Trial) -> Iterator[str]:
    yield f"\nnamed at probable or better, {trial.title}"
    banners = [(row, i) for row, i in trial.lines if row.truth.get("kind_of_case") == "banner"]
    for family in MEASURED:
        by_line, by_group, count = recall(trial.lines, family)
        by_device, _, devices = recall(trial.devices, family)
        alone, _, single = recall(banners, family)
        yield (
            f"  {family:10} {by_line:.3f} of {count} lines, {by_group:.3f} by group; {by_device:.3f} of {devices} devices;"
            f" {alone:.3f} of {single} single banners"
        )
    named = [is_named(row, i) for row, i in banners if row.family in MEASURED]
    yield f"  both       {sum(named)} of {len(named)} single banners ({fmean(named or [0]):.3f})"


def _names_report(trial: Trial) -> Iterator[str]:
    for name in NAMES_READ:
        found = names_read(trial.lines, name)
        yield f"\n{name}: read in {sum(good for _, good in found)} of {len(found)} lines that hold it"
        if name == "brand":
            labels = [good for (row, _), good in found if row.truth["brand"] not in row.names.families.values()]
            yield f"  of labels that are not the maker's own: {sum(labels)} of {len(labels)}"
        for (row, identity), good in found:
            if not good:
                yield f"  {row.name} holds {row.truth[name]!r}, told {getattr(identity, name)!r}"


def _listed(title: str, judged: list[Judged]) -> Iterator[str]:
    yield f"\n{title}: {len(judged)}"
    yield from (f"  {describe(one)}" for one in judged)


def _curves(trials: list[Trial]) -> dict[str, list[Bin]]:
    return {f"devices, {trial.title}": bins_of_equal_width(claims(trial.devices), FINE) for trial in trials}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
