"""Entries of a register find their devices; what has no counterpart, or two, is told."""

import pytest
from support.policies import DEPARTMENT, TODAY, camera, inventory

from netaudit.policy import Facts, Register, evaluate
from netaudit.policy.register import matched

MAC = "44:19:b6:00:00:01"
DEVICES = inventory(
    camera("a", "10.0.0.1", serial="DS-1", macs=(MAC,)),
    camera("b", "10.0.0.2", serial="DS-2"),
    camera("c", "10.0.0.3"),
)


@pytest.mark.parametrize(
    ("entry", "device"),
    [
        (Facts(serial="ds-1"), "a"),
        (Facts(mac=MAC), "a"),
        (Facts(address="10.0.0.3"), "c"),
        (Facts(serial="DS-2", address="10.0.0.1"), "b"),
        (Facts(serial="gone", address="10.0.0.3"), "c"),
    ],
)
def test_an_entry_finds_its_device_surest_key_first(entry, device):
    assert dict(matched(DEVICES.assets, [entry]).by_asset) == {device: entry}


def test_what_has_no_counterpart_is_known():
    found = matched(DEVICES.assets, [Facts(serial="gone"), Facts(serial="DS-1")])

    assert found.unseen == (Facts(serial="gone"),)
    assert found.listed == {"a"}


def test_two_entries_for_one_device_decide_nothing():
    found = matched(DEVICES.assets, [Facts(serial="DS-1", acquired="2020"), Facts(mac=MAC, acquired="2025")])

    assert found.by_asset == {}
    assert found.remarks == (f"{MAC} and DS-1 are about one device: a",)


def test_one_entry_for_two_devices_decides_nothing():
    devices = inventory(camera("a", "10.0.0.1", serial="DS-1"), camera("b", "10.0.0.2", serial="DS-1"))
    found = matched(devices.assets, [Facts(serial="DS-1", acquired="2020")])

    assert found.by_asset == {}
    assert found.remarks == ("DS-1: 2 devices answer to it: a, b",)


def test_the_findings_tell_where_register_and_inventory_differ():
    entries = Facts(address="10.0.0.9", site="nowhere"), Facts(serial="x", state="disposed")
    register = Register(entries=entries, remarks=("line 7",))
    found = evaluate(inventory(camera()), (), DEPARTMENT, register, TODAY)

    assert [(f.kind, f.because[0]) for f in found] == [
        ("register", "10.0.0.9: in the register, and not seen"),
        ("register", "site nowhere: in the register, and not in the profile"),
        ("register", "seen, and not in the register"),
        ("register", "line 7"),
    ]
