"""Changes in words: on one line, and without what acts."""

from support.inventories import SPITE

from netaudit.history.shape import CHANGE_KINDS, Change, Difference
from netaudit.history.words import TITLES, device_words, what_changed


def change(kind="changed", **more):
    about = {"device": "a", "run": "r", "at": "2026", "site": None, "address": "10.0.0.5", "name": "Annke X"}
    return Change(**{"kind": kind, "family": "hikvision", "verdict": "confirmed", **about, **more})


def test_every_kind_has_its_title():
    assert tuple(TITLES) == CHANGE_KINDS


def test_fields_and_reasons_are_told():
    assert what_changed(change(fields=(Difference("firmware", "", "V2"),))) == "firmware: none → V2"
    assert what_changed(change("moved", key="mac:x", because="y")) == "y; known by its hardware address x"
    assert device_words(change()) == "Annke X (hikvision, confirmed)"
    assert device_words(change(family="unknown")) == "Annke X (maker unknown)"


def test_what_devices_said_is_harmless():
    for text in SPITE:
        spiteful = change(name=text, because=text, fields=(Difference("model", text, text),))

        assert what_changed(spiteful).isprintable()
        assert device_words(spiteful).isprintable()
