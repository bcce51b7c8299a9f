"""Four thousand mixed devices in three VLANs of a /16, one of them behind a router, with and without loss.

The packets are real, between network namespaces; the devices of a fleet share a kernel, and have a hardware address each.
The witness is what the scanner put on its links.
"""

import pytest
from support.fleet import build_fleet
from support.fleet_checks import Fleet, run
from support.namespaces import needs_namespaces
from support.premises import estate

pytestmark = [*needs_namespaces, pytest.mark.heavy, pytest.mark.timeout(600)]

LOSSES = (0.0, 0.05)  # of the packets that cross the scanner's link, in each direction
MOST_MB = 300  # of the scanning process


@pytest.fixture(scope="module", params=LOSSES, ids="{:.0%} lost".format)
def large(request, tmp_path_factory):
    """Two VLANs that the scanner is attached to, and a larger one behind a router."""
    with estate(loss=request.param, seed=4000) as built:
        fleet = build_fleet(4000)
        first = built.attached("10.80.0.0/21", spread_s=0.4)
        second = built.attached("10.80.64.0/22", spread_s=0.4)
        third = built.behind(second, "10.80.192.0/20", within=3712)
        built.populate(first, fleet[:250])
        built.populate(second, fleet[250:400])
        built.populate(third, fleet[400:], routed=True)
        networks = ("10.80.0.0/21", "10.80.64.0/22", "10.80.192.0-10.80.206.127")
        yield run(built, tmp_path_factory.mktemp("large"), networks, "--rate", "5000", "--listen", "0", "--once")


class TestLarge(Fleet):
    @pytest.fixture
    def result(self, large):
        return large

    def test_memory_is_bounded(self, result):
        assert result.scanned.peak_mb < MOST_MB

    def test_what_cannot_be_seen_across_a_router_is_told(self, result):
        (gap,) = result.gaps("routed")

        hidden = set(result.estate.members) - set(result.visible)
        assert hidden
        assert not hidden & set(result.holders)
        assert "3,712 addresses" in gap["detail"]
