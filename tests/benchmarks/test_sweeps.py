import shutil

import pytest
from benchmarks.processes import wall
from benchmarks.sweeps import ONE_IN_FIVE, measure
from support.namespaces import needs_namespaces

pytestmark = [
    *needs_namespaces,
    pytest.mark.skipif(not shutil.which("arp-scan"), reason="arp-scan is not installed"),
    pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler"),
]
MOST = 3.0  # times arp-scan's time; a bound for what is broken, not the aim


def test_the_same_hosts_are_found_as_fast():
    (contest,) = measure(1, "10.199.0.0/22", (ONE_IN_FIVE,))

    assert contest.notes["netaudit"] == contest.notes["arp-scan"]
    assert contest.ratio("arp-scan", wall) > 1 / MOST
