"""Keys over time: what follows a device, and what two sightings cannot both be."""

import pytest
from support.inventories import asset

from netaudit.history.keys import contradiction, in_words, is_another, keys_of, proof
from netaudit.inventory.collect import asset_document
from netaudit.naming import device_id

MAC, OTHER = "44:19:b6:00:00:01", "44:19:b6:00:00:02"
SERIAL = "DS-2CD2043G0-I20190115AAWRC12345678"


def one(name="id-1", address="10.0.0.5", macs=(), behind=None, **identity):
    made = asset_document(asset(name, address, macs=macs, **identity))
    return type(made)(**{**{n: getattr(made, n) for n in made.__struct_fields__}, "behind": behind})


def test_keys_are_the_id_the_serial_number_and_hardware_addresses():
    assert keys_of(one(macs=(MAC,), serial=SERIAL)) == ("id:id-1", "serial:20190115AAWRC12345678", f"mac:{MAC}")


@pytest.mark.parametrize("mac", ["00:00:00:00:00:00", "02:42:ac:11:00:02", "00:00:5e:00:01:07"])
def test_what_names_nobody_is_no_key(mac):
    assert keys_of(one(macs=(mac,), serial="00000000")) == ("id:id-1",)


def test_id_made_of_an_address_is_no_key():
    assert keys_of(one(device_id("address:10.0.0.5"))) == ()


def test_proof_is_the_strongest_key_in_common():
    assert proof(one(macs=(MAC,), serial=SERIAL), one(macs=(MAC,), serial=SERIAL)).startswith("serial:")
    assert proof(one("a", macs=(MAC,)), one("b", macs=(MAC, OTHER))) == f"mac:{MAC}"
    assert proof(one(), one(address="10.0.0.6")) == "id:id-1"
    assert proof(one("a"), one("b")) == "address:10.0.0.5"
    assert proof(one("a"), one("b", address="10.0.0.6")) == ""


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (one(serial=SERIAL), one(serial="6J0A4D2PAG7E91B"), "another serial number"),
        (one(macs=(MAC,)), one(macs=(OTHER,)), "another hardware address"),
        (one(family="dahua"), one(family="axis"), "another maker"),
        (one(behind="nvr"), one(), "another recorder, or none"),
        (one(model="A"), one(model="B", macs=(MAC,)), "another model"),
    ],
)
def test_what_shares_an_address_only_may_contradict(before, after, told):
    assert told in contradiction(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (one(), one()),
        (one(macs=(MAC,)), one()),
        (one(family="unknown"), one(family="axis")),
        (one(model="A"), one(model="B")),
        (one(macs=(MAC,)), one(macs=(MAC, OTHER))),
    ],
)
def test_nothing_may_speak_against_one_device(before, after):
    assert contradiction(before, after) == ""


def test_keys_are_told_in_words():
    assert in_words(f"mac:{MAC}") == f"hardware address {MAC}"
    assert in_words("id:x") == "id x"


def test_serial_number_and_model_outweigh_a_shared_hardware_address():
    first = one(macs=(MAC,), serial=SERIAL, model="A")

    assert is_another(first, one(macs=(MAC,), serial="6J0A4D2PAG7E91B", model="B"))
    assert not is_another(first, one(macs=(MAC,), serial="6J0A4D2PAG7E91B", model="A"))
    assert not is_another(first, one(macs=(MAC,), model="B"))
