"""Matching: in which order devices are looked for, and that nothing is given twice."""

from collections import Counter

from support.inventories import asset

from netaudit.history.facts import word_of
from netaudit.history.keys import keys_of
from netaudit.history.match import Index, assign, were_together
from netaudit.history.tracks import Track
from netaudit.inventory.collect import asset_document

MACS = ("44:19:b6:00:00:01", "44:19:b6:00:00:02")
SERIAL = "6J0A4D2PAG7E91B"


def one(name, address="10.0.0.5", macs=(), serial=None):
    return asset_document(asset(name, address, macs=macs, serial=serial))


def index_of(*assets):
    index = Index(word_of(()))
    for made in assets:
        track = Track(made.id, made, None, "2026-01-01", "2026-01-01", "run-1", present=False)
        index.learn(track, made, None)
    return index


def given(index, *came):
    held = Counter(key for made in came for key in keys_of(made))
    return {name: (track.id, key) for name, (track, key) in assign(came, None, held, index).items()}


def test_id_comes_before_serial_number_before_hardware_address_before_address():
    known = one("a", macs=MACS[:1], serial=SERIAL)
    index = index_of(known)

    assert given(index, known) == {"a": ("a", "id:a")}
    assert given(index, one("b", macs=MACS[:1], serial=SERIAL)) == {"b": ("a", f"serial:{SERIAL}")}
    assert given(index, one("b", macs=MACS[:1])) == {"b": ("a", f"mac:{MACS[0]}")}
    assert given(index, one("b")) == {"b": ("a", "address:|10.0.0.5")}
    assert given(index, one("b", address="10.0.0.6")) == {}


def test_device_is_given_to_one_only():
    index = index_of(one("a", macs=MACS[:1], serial=SERIAL))
    came = one("b", address="10.0.0.8", macs=MACS[:1]), one("c", address="10.0.0.9", serial=SERIAL)

    assert given(index, *came) == {"c": ("a", f"serial:{SERIAL}")}


def test_devices_whose_times_meet_were_together():
    early, late = (Track(n, one(n), None, f"2026-0{n}", f"2026-0{n}", "r") for n in ("1", "3"))

    assert not were_together(early, late)
    early.last_seen = "2026-04"
    assert were_together(early, late)
