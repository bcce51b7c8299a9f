import shutil

import pytest
from benchmarks.sweeps import ONE_IN_FIVE, measure
from support.namespaces import needs_namespaces

pytestmark = [
    *needs_namespaces,
    pytest.mark.skipif(not shutil.which("arp-scan"), reason="arp-scan is not installed"),
    pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler"),
]


def test_the_same_hosts_are_found():
    (contest,) = measure(1, "10.199.0.0/22", (ONE_IN_FIVE,))

    assert contest.notes["netaudit"] == contest.notes["arp-scan"]
