"""Bounds are ratios within one run: a bare interpreter stands beside the verbs."""

import pytest
from benchmarks.processes import cpu
from benchmarks.verbs import measure

HELP = "netaudit --help"


@pytest.fixture(scope="module")
def contest():
    return measure(3, 200, 2000)


def test_help_costs_a_few_bare_starts(contest):
    assert contest.ratio("python -c pass", cpu) > 1 / 12


def test_everything_is_said(contest):
    assert contest.notes["netaudit identify, 200 devices"] == "200 lines"
    assert contest.notes["netaudit comply, 2,000 assets"] != "0 lines"
