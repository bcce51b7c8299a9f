"""Pseudonyms are the same for the same key, as long as what they stand for, and in its form."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest

from netaudit.scrubbing.pseudonyms import Pseudonyms

NAMES = Pseudonyms(b"k" * 32)
DOCUMENTATION = [ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]


def test_a_hardware_address_keeps_its_maker_and_the_length_of_its_end():
    for number in range(2000):
        mac = bytes.fromhex("c056e3") + number.to_bytes(3)
        fresh = NAMES.tail(mac)
        assert fresh[:3] == mac[:3]
        assert fresh[3:] != mac[3:]
        assert len(f"{int.from_bytes(fresh[4:]):x}") == len(f"{int.from_bytes(mac[4:]):x}")


@pytest.mark.parametrize(
    ("serial", "form"),
    [
        ("DS-2CD2032-I20141107CCWR486120957", r"DS-2CD2032-I20141101CCWR\d{9}"),
        ("20220318AAWRJ41287306", r"20220301AAWRJ\d{8}"),
        ("4C02E0DPAG00A1F", r"4C02E0DPAG\d\d[A-Z]\d[A-Z]"),
        ("ABC", r"[A-Z]{3}"),
    ],
)
def test_a_serial_number_keeps_its_form(serial, form):
    assert re.fullmatch(form, NAMES.serial(serial))
    assert NAMES.serial(serial) != serial


def test_a_name_keeps_its_form_and_its_size():
    fresh = NAMES.word("Salle-des-coffres 12 é名")

    assert re.fullmatch(r"[A-Z][a-z]{4}-[a-z]{3}-[a-z]{7} \d\d é名", fresh)
    assert "coffres" not in fresh
    assert len(NAMES.word("x" * 1000)) == 1000


def test_public_addresses_become_those_for_documentation_and_stay_apart():
    names = Pseudonyms(b"k" * 32)
    old = [IPv4Address(f"151.101.{a}.{b}") for a in range(10, 20) for b in (100, 101)]
    new = [names.address4(address) for address in old]

    assert all(any(address in network for network in DOCUMENTATION) for address in new)
    assert len(set(new)) == len(old)
    assert [names.address4(address) for address in old] == new


def test_an_ipv6_address_follows_its_hardware_address():
    fresh = NAMES.address6(IPv6Address("2607:f8b0::c256:e3ff:fe12:3456"))
    tail = NAMES.tail(bytes.fromhex("c056e3123456"))

    assert fresh in ip_network("2001:db8::/32")
    assert fresh.packed[8:] == bytes.fromhex("c256e3fffe") + tail[3:]


def test_other_keys_give_other_names():
    other = Pseudonyms(b"o" * 32)

    assert other.word("Entrance") != NAMES.word("Entrance")
    assert other.digits("c056e3005301") != NAMES.digits("c056e3005301")
