"""Fit the weights of `settle` to labelled rows: by maximum likelihood, held back by one error of each kind unseen.

The corpus has too few errors to fit to, none at best, and likelihood alone would then call every match certain. So for
each strength one imagined device is added whose only match, of that strength, is wrong (the rule of succession). Rows
of one source with the same evidence for the same truth count together as one row: forty pages of one camera are one
observation of the world.

Two figures are not fitted. Of the prior, a lone match shows only its sum with the weight. And what a weak match weighs
is a rule, that two of them name nobody: nearly all lines of a corpus that hold a hint and are somebody else's stem from
few sources, and where those are left out a fit would make an accusation of every hint.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from math import log

from benchmarks.corpus import MEASURED, OTHER, Row

from netaudit.identify.settle import Ballot, poll, share
from netaudit.vocabulary import STRENGTHS

UNSEEN_ERRORS = 1.0  # imagined of each strength
LEAST = 1e-9  # of a probability, so that its logarithm is finite
SWEEPS, STEPS, WIDEST = 6, 24, 12.0  # of the search: rounds, steps of each, the widest step between two strengths
GOLDEN = 0.6180339887498949

Case = tuple[tuple[tuple[str, Ballot], ...], str]  # the ballots of each family, and the true family


def count_cases(rows: Iterable[Row]) -> dict[Case, int]:
    """How many sources show each case, of the rows in which anything speaks for a family."""
    seen = {(row.source, tuple(sorted(poll(row.matches).items())), row.family) for row in rows}
    counts: dict[Case, int] = {}
    for _, ballots, family in sorted(seen):
        if ballots:
            counts[ballots, family] = counts.get((ballots, family), 0) + 1
    return counts


def fit(cases: Mapping[Case, int], prior: float, weakest: float | None) -> dict[str, float]:
    """The weights that make the cases most likely. A stronger match never weighs less than a weaker one.

    The least of the weights is `weakest`, or is fitted too where that is None.
    """
    rises = [1.0 if weakest is None else weakest, *([1.0] * (len(STRENGTHS) - 1))]
    for _ in range(SWEEPS):
        for n in range(0 if weakest is None else 1, len(rises)):
            rises[n] = _least(lambda x, n=n: _loss(cases, _weights([*rises[:n], x, *rises[n + 1 :]], prior)))
    return _weights(rises, prior)


def probability_of_truth(ballots: Iterable[tuple[str, Ballot]], family: str, weights: Mapping[str, float]) -> float:
    """The probability that the weighing gives the truth; 1 where the truth is too vague to contradict it."""
    shares = share(dict(ballots), weights)
    if family in shares:
        return shares[family]
    denied = MEASURED if family == OTHER else shares
    return max(1.0 - sum(shares.get(name, 0.0) for name in denied), LEAST)


def _loss(cases: Mapping[Case, int], weights: Mapping[str, float]) -> float:
    seen = sum(times * -log(max(probability_of_truth(*case, weights), LEAST)) for case, times in cases.items())
    lone = (share({"x": ((strength,), (strength,))}, weights)["x"] for strength in STRENGTHS)
    return seen + UNSEEN_ERRORS * sum(-log(1.0 - probability) for probability in lone)


def _weights(rises: list[float], prior: float) -> dict[str, float]:
    """The weights that rise by so much from each strength to the next, from nothing to the weakest."""
    return {"prior": prior, **dict(zip(reversed(STRENGTHS), accumulate(rises), strict=True))}


def _least(function: Callable[[float], float]) -> float:
    """Where the function is least, by golden section."""
    low, high = 0.0, WIDEST
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(STEPS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = function(right)
    return (low + high) / 2
