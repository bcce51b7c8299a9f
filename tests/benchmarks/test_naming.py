import pytest
from benchmarks.naming import WAYS, measure
from support.namespaces import needs_namespaces

pytestmark = needs_namespaces
OURS = "netaudit, standard, not listening"


@pytest.fixture(scope="module")
def contest():
    return measure(6, 1, {OURS: WAYS[OURS]})


def test_every_device_of_the_makers_is_named_with_its_model(contest):
    assert contest.notes[OURS].startswith("6 of 6 makers, 6 models")


def test_packets_are_counted_at_the_switch(contest):
    (cost,) = contest.runs[OURS]

    assert 508 < cost.packets < 6 * 120 + 600  # a /24 asked twice, and the devices' own
