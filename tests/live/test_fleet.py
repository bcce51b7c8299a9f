"""Sixty mixed devices, each with its own open channels: every one is found, none twice, with and without loss.

The packets are real, between network namespaces; the devices of a fleet share a kernel, and have a hardware address each.
The witness is what the scanner put on its links.
"""

from functools import partial

import pytest
from support.fleet import KINDS, build_fleet
from support.fleet_checks import Fleet, run
from support.namespaces import needs_namespaces
from support.premises import estate
from support.together import at_once

pytestmark = [*needs_namespaces, pytest.mark.timeout(200)]

LOSSES = (0.0, 0.05)  # of the packets that cross the scanner's link, in each direction
MOST_S = 120  # usually a quarter of it; one device after the other would take three minutes


def scanned(folder, loss):
    """Sixty devices on a /24."""
    with estate(loss=loss, seed=60) as built:
        crowd = built.attached("10.80.0.0/24", spread_s=0.3)
        built.populate(crowd, build_fleet(60))
        return run(built, folder, ("10.80.0.0/24",))


def long_scan(folder):
    """The results of both links, each with an estate of its own, scanned at the same time."""
    folders = {loss: folder / str(loss) for loss in LOSSES}
    for one in folders.values():
        one.mkdir()
    return dict(zip(LOSSES, at_once(*(partial(scanned, folders[loss], loss) for loss in LOSSES)), strict=True))


@pytest.fixture(scope="module", params=LOSSES, ids="{:.0%} lost".format)
def small(request, long_scanned):
    return long_scanned[request.param]


def test_a_fleet_has_every_kind_and_no_two_alike():
    fleet = build_fleet(1000)

    assert {member.kind for member in fleet[: len(KINDS)]} == {kind[0] for kind in KINDS}
    assert len({member.device.mac for member in fleet}) == len(fleet)
    serials = [member.device.truth.serial for member in fleet if member.device.truth.serial]
    assert len(set(serials)) == len(serials)


class TestSmall(Fleet):
    @pytest.fixture
    def result(self, small):
        return small

    def test_it_is_quick(self, result):
        assert result.scanned.seconds < MOST_S

    def test_every_device_has_its_hardware_address(self, result):
        wrong = [a for a, m in result.estate.members.items() if m.device.mac not in result.by_address[a]["macs"]]

        assert wrong == []
