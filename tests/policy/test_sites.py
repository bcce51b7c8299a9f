"""Where a device stands: the register's word first, then its address, then where the inventory was made."""

import pytest
from support.policies import camera, inventory

from netaudit.policy import Facts, Organisation, Site
from netaudit.policy.sites import sites_of

NORTH = Site(name="north", networks=("10.1.0.0/16", "fd00::/8"))
SOUTH = Site(name="south", networks=("10.2.0.0/16", "10.1.9.0/24"))
BODY = Organisation(site=(NORTH, SOUTH, Site(name="north", purpose="other")))


def stands(address="", site=None, made_at=None, body=BODY):
    (asset,) = inventory(camera(address=address)).assets
    return sites_of(body, made_at).of(asset, Facts(site=site))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"address": "10.1.0.7"}, NORTH),
        ({"address": "10.1.9.7"}, NORTH),
        ({"address": "10.2.0.7"}, SOUTH),
        ({"address": "fd00::7"}, NORTH),
        ({"address": "10.1.0.7", "site": "south"}, SOUTH),
        ({"address": "10.1.0.7", "site": "attic"}, Site(name="attic")),
        ({"address": "10.3.0.7"}, Site(name="")),
        ({"address": "10.3.0.7", "made_at": "south"}, SOUTH),
        ({"address": "10.3.0.7", "made_at": "attic"}, Site(name="attic")),
        ({"address": "cellar"}, Site(name="")),
        ({"made_at": "north"}, NORTH),
        ({"address": "10.1.0.7", "body": None}, Site(name="")),
    ],
)
def test_a_device_stands_at_one_site(more, expected):
    assert stands(**more) == expected


def test_a_network_that_is_none_holds_nothing():
    body = Organisation(site=(Site(name="odd", networks=("cellar", "10.1.0.0/16")),))

    assert stands("10.1.0.7", body=body).name == "odd"
    assert stands("10.2.0.7", body=body).name == ""
