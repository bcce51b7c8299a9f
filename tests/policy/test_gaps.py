"""What was not seen, or is in one of register and inventory only, is told as a finding of its own."""

from support.policies import TODAY, camera, findings, inventory

from netaudit.model import ChannelTotal, Gap
from netaudit.policy import Facts
from netaudit.policy.gaps import place_of


def test_what_was_not_seen_is_a_finding_of_its_own():
    gaps = (Gap(kind="recorder_children", detail="16 declared, 0 inspected", asset="d"),)
    channels = (ChannelTotal(name="sadp", status="failed", reason="no right", sent=0, received=0),)
    found = [f for f in findings(camera(), gaps=gaps, channels=channels) if f.kind == "coverage"]

    assert [(f.outcome, f.missing, f.address) for f in found] == [
        ("not-evaluated", ("coverage: recorder_children",), "10.0.0.1"),
        ("not-evaluated", ("coverage: sadp",), None),
    ]


def test_a_gap_that_names_its_address_keeps_it():
    gaps = (Gap(kind="locked", detail="it is locked", asset="d", address="10.0.0.9"),)
    (found,) = [f for f in findings(camera(), gaps=gaps) if f.kind == "coverage"]

    assert (found.asset, found.address) == ("d", "10.0.0.9")


def test_an_empty_inventory_is_not_compliant():
    (found,) = findings()

    assert (found.kind, found.outcome, found.missing) == ("coverage", "not-evaluated", ("coverage: devices",))


def test_only_cameras_are_missed_in_a_register():
    devices = camera("a", "10.0.0.1"), camera("b", "10.0.0.2"), camera("c", "10.0.0.3", kind="other")
    found = findings(*devices, register=[Facts(address="10.0.0.1")], as_of=TODAY)

    assert [(f.asset, f.address) for f in found if f.kind == "register"] == [("b", "10.0.0.2")]


def test_a_device_without_an_address_is_found_by_its_hardware_address():
    (asset,) = inventory(camera(address="", macs=("44:19:b6:00:00:01",))).assets

    assert place_of(asset) == "44:19:b6:00:00:01"
