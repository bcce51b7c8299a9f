"""Budgets of identifying, as ratios within one run: the machine's speed cancels out."""

import pytest
from benchmarks.matching import PER_DEVICE, make_site, measure

FEW = 1_000  # devices: enough for a ratio
MOST_FOR_LOADING = 5.0  # times as long as to read the files as TOML
MOST_FOR_IDENTIFYING = 6.0  # times as long as to try every pattern, which takes 0.3 s for 10,000 devices
MOST_FOR_LINES = 12.0  # the same, from JSON to JSON
MOST_FOR_HOSTILE = 2.0  # times as long as for the first 4 KiB of the same text


@pytest.fixture(scope="module")
def figures():
    return measure(FEW)


def test_loading_costs_little_more_than_reading(figures):
    assert figures.load <= MOST_FOR_LOADING * figures.parse


def test_identifying_costs_a_few_times_the_plain_loop(figures):
    assert figures.match <= figures.identify <= MOST_FOR_IDENTIFYING * figures.loop


def test_a_line_in_and_a_line_out_cost_little_more(figures):
    assert figures.lines <= MOST_FOR_LINES * figures.loop


def test_long_value_costs_no_more_than_its_first_4_kib(figures):
    assert figures.hostile <= MOST_FOR_HOSTILE * figures.plain


def test_site_is_the_same_each_time_and_holds_values_of_one_device_only(library):
    site = list(make_site(library, FEW))

    assert site == list(make_site(library, FEW))
    assert {len(device.observations) for device in site} == {PER_DEVICE}
    alone = [(o.field, o.value) for device in site for o in device.observations[:2]]
    assert len(set(alone)) == 2 * FEW
