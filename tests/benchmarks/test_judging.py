"""Budgets of holding an inventory against law, as ratios within one run: the machine's speed cancels out."""

import pytest
from benchmarks.judging import measure

FEW = 5_000  # assets: enough for a ratio
MOST_FOR_PARTS = 1.5  # times as long as to decode the file in one piece
MOST_FOR_EVALUATING = 0.4  # times as long as to judge each device under each rule


@pytest.fixture(scope="module")
def figures():
    return measure(FEW)


def test_reading_in_parts_costs_little_more_than_in_one_piece(figures):
    assert figures.parts <= MOST_FOR_PARTS * figures.whole


def test_devices_that_are_alike_cost_less_than_each_by_itself(figures):
    assert figures.evaluate <= MOST_FOR_EVALUATING * figures.loop
