"""What may be touched: every way to write a target, and exclusions that win over everything."""

import socket
from contextlib import suppress
from ipaddress import IPv4Network, ip_address, ip_network
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.scope import MOST_RANGES, UNCONFIRMED_ADDRESSES, parse_scope


def addresses(*targets, excluded=()):
    return list(parse_scope(targets, excluded).addresses())


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("10.0.0.5", ["10.0.0.5"]),
        ("10.0.0.0/30", ["10.0.0.1", "10.0.0.2"]),
        ("10.0.0.77/30", ["10.0.0.77", "10.0.0.78"]),
        ("10.0.0.4/31", ["10.0.0.4", "10.0.0.5"]),
        ("10.0.0.4/32", ["10.0.0.4"]),
        ("10.0.0.1-3", ["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        ("10.0.0.254-", ["10.0.0.254", "10.0.0.255"]),
        ("10.0.0.-1", ["10.0.0.0", "10.0.0.1"]),
        ("10.0-1.1.7", ["10.0.1.7", "10.1.1.7"]),
        ("10.0.0.1,5,9", ["10.0.0.1", "10.0.0.5", "10.0.0.9"]),
        ("10.0.0.9,1-2", ["10.0.0.1", "10.0.0.2", "10.0.0.9"]),
        ("10.0.0.254-10.0.1.1", ["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"]),
        ("fe80::1", ["fe80::1"]),
        ("fe80::1%eth0", ["fe80::1%eth0"]),
        ("2001:DB8:0::5", ["2001:db8::5"]),
        ("fd00::5/128", ["fd00::5"]),
        ("::ffff:10.0.0.5", ["10.0.0.5"]),
    ],
)
def test_target_as_nmap_users_write_it(word, expected):
    assert addresses(word) == expected


def test_targets_are_sorted_and_stand_once():
    assert addresses("10.0.0.9", "10.0.0.5-6", "10.0.0.6-7") == ["10.0.0.5", "10.0.0.6", "10.0.0.7", "10.0.0.9"]


def test_star_is_every_octet_and_costs_no_memory():
    scope = parse_scope(["10.*.*.*"])

    assert scope.ranges == ((10 << 24, (11 << 24) - 1),)
    assert len(scope) == 2**24


def test_name_is_resolved(monkeypatch):
    found = [(socket.AF_INET, 2, 17, "", (a, 0)) for a in ("10.0.0.9", "10.0.0.5", "10.0.0.5")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    assert addresses("camera.example") == ["10.0.0.5", "10.0.0.9"]


def test_local_means_the_attached_networks():
    scope = parse_scope(["local"], local=lambda: ("10.0.0.0/30", "10.1.0.0/30"))

    assert list(scope.addresses()) == ["10.0.0.1", "10.0.0.2", "10.1.0.1", "10.1.0.2"]
    assert scope.targets == ("local",)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("10.0.0.0/33", "is not a network"),
        ("camera/24", "is not a network"),
        ("10.0.0.256", "0 to 255"),
        ("10.0.0.9-5", "lowest first"),
        ("10.0.0.1-2-3", "is not an octet"),
        ("10.0.0.1,,2", "is not an octet"),
        ("10.0.0.9-10.0.0.5", "ends before it begins"),
        ("10.0.0.9-10.0.0.999", "0 to 255"),
        ("10.0.0", "neither an address nor a host name"),
        ("10", "neither an address nor a host name"),
        ("0x0a000001", "neither an address nor a host name"),
        ("", "neither an address nor a host name"),
        ("no such name", "neither an address nor a host name"),
        ("a" * 300, "neither an address nor a host name"),
        ("fd00::/64", "too large to sweep"),
        ("ff02::1", "no device"),
        ("::", "no device"),
        ("224.0.0.251", "no device"),
        ("255.255.255.255", "no device"),
        ("0.0.0.0/0", "no device"),
        ("*.*.*.1", f"more than {MOST_RANGES:,} separate ranges"),
    ],
)
def test_what_is_no_target_is_one_sentence_that_names_it(monkeypatch, word, reason):
    def nobody(*_, **__):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(ValueError, match=reason) as caught:
        parse_scope([word])

    assert str(caught.value).startswith("scope: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("targets", "excluded", "reason"),
    [((), (), "no target given"), (("local",), (), "no target given"), (("10.0.0.5",), ("10.0.0.0/24",), "excluded")],
)
def test_scope_without_any_address_is_an_error(targets, excluded, reason):
    with pytest.raises(ValueError, match=reason):
        parse_scope(targets, excluded)


@pytest.mark.parametrize(
    ("excluded", "left"),
    [
        (["10.0.0.2"], ["10.0.0.1", "10.0.0.3", "10.0.0.4"]),
        (["10.0.0.2-3"], ["10.0.0.1", "10.0.0.4"]),
        (["10.0.0.0/30"], ["10.0.0.4"]),
        (["10.0.0.4", "10.0.0.1"], ["10.0.0.2", "10.0.0.3"]),
        (["::ffff:10.0.0.4"], ["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        (["192.0.2.0/24", "224.0.0.0/4"], ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]),
    ],
)
def test_exclusions_win(excluded, left):
    scope = parse_scope(["10.0.0.1-4"], excluded)

    assert list(scope.addresses()) == left
    assert [a for a in ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4") if a in scope] == left


def test_excluded_network_takes_its_first_and_last_address_too():
    scope = parse_scope(["10.0.0.0-255"], ["10.0.0.128/25"])

    assert scope.bars("10.0.0.128")
    assert scope.bars("10.0.0.255")
    assert not scope.bars("10.0.0.127")


def test_ipv6_exclusions_may_be_networks():
    scope = parse_scope(["fd00::5", "fd00:1::5"], ["fd00::/64"])

    assert list(scope.addresses()) == ["fd00:1::5"]
    assert scope.bars("fd00::99")
    assert not scope.bars("fd00:1::5")


def test_name_that_cannot_be_resolved_is_no_silent_exclusion(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    with pytest.raises(ValueError, match="camera"):
        parse_scope(["10.0.0.0/24"], ["camera.example"])


@pytest.mark.parametrize("text", ["10.0.0.7", "fe80::9", "not an address", "", "10.0.0.5/32"])
def test_what_is_not_in_scope_is_not(text):
    assert text not in parse_scope(["10.0.0.5", "fe80::1"])


def test_ipv4_address_written_as_ipv6_cannot_slip_past_an_exclusion():
    scope = parse_scope(["10.0.0.4-6"], ["10.0.0.5"])

    assert "::ffff:10.0.0.5" not in scope
    assert "::ffff:10.0.0.6" in scope
    assert scope.bars("::ffff:10.0.0.5")


def test_addresses_of_one_network():
    scope = parse_scope(["10.0.0.250-10.0.1.3", "192.0.2.1"])

    assert list(scope.within(ip_network("10.0.1.0/24"))) == ["10.0.1.0", "10.0.1.1", "10.0.1.2", "10.0.1.3"]
    assert scope.overlaps(ip_network("192.0.2.0/24"))
    assert not scope.overlaps(ip_network("192.0.3.0/24"))


@pytest.mark.parametrize(
    ("target", "doubt"),
    [
        ("10.0.0.0/16", None),
        ("10.0.0.0/15", "131,070 addresses are in scope, more than 65,536"),
        ("198.51.100.7", None),
        ("8.8.8.8", "public addresses are in scope"),
        ("192.168.0.0-192.169.0.1", "65,538 addresses are in scope, more than 65,536"),
        ("172.15.255.255-172.16.0.0", "public addresses are in scope"),
        ("fd00::5", None),
        ("fe80::1%eth0", None),
        ("2a00::5", "public addresses are in scope"),
    ],
)
def test_large_and_public_scopes_need_a_yes(target, doubt):
    assert UNCONFIRMED_ADDRESSES == 65_536
    assert parse_scope([target]).needs_confirmation == doubt


def test_many_scattered_exclusions_are_quick():
    odd = ",".join(str(n) for n in range(1, 256, 2))
    scope = parse_scope(["10.0.*.*"], [f"10.0.*.{odd}"])

    assert len(scope) == 2**15
    assert "10.0.7.8" in scope
    assert "10.0.7.9" not in scope


NUMBERS = st.integers(min_value=10 << 24, max_value=(10 << 24) + 60)
RANGES = st.lists(st.tuples(NUMBERS, NUMBERS).map(sorted), min_size=1, max_size=6)


@given(RANGES, RANGES)
def test_scope_is_the_targets_without_the_exclusions(targets, excluded):
    def words(ranges):
        return [f"{ip_address(first)}-{ip_address(last)}" for first, last in ranges]

    def members(ranges):
        return {str(ip_address(n)) for first, last in ranges for n in range(first, last + 1)}

    expected = members(targets) - members(excluded)
    if not expected:
        with pytest.raises(ValueError, match="every target is excluded"):
            parse_scope(words(targets), words(excluded))
        return
    scope = parse_scope(words(targets), words(excluded))

    assert set(scope.addresses()) == expected
    assert len(scope) == len(expected)
    assert {str(ip_address(n)) for n in range(10 << 24, (10 << 24) + 61) if str(ip_address(n)) in scope} == expected


@given(st.text("0123456789.,-*/:%xaf ", max_size=20))
def test_no_word_raises_anything_but_value_error(word):
    with patch.object(socket, "getaddrinfo", side_effect=socket.gaierror), suppress(ValueError):
        assert len(parse_scope([word])) > 0


@pytest.mark.parametrize(
    ("addresses", "held"),
    [
        (["10.0.0.1"], True),
        (["10.0.0.6", "10.0.0.1"], True),
        (["10.0.0.1", "10.0.0.8"], False),  # both in scope, and not in one range
        (["10.0.0.1", "10.0.0.7"], False),
        (["10.0.0.0", "10.0.0.1"], False),
        (["10.0.1.1"], False),
        (["9.255.255.255"], False),
        ([], False),
    ],
)
def test_many_at_once_are_held_only_where_all_are_in_one_range(addresses, held):
    scope = parse_scope(["10.0.0.0/24"], ["10.0.0.7"])

    assert scope.holds_all([socket.inet_aton(address) for address in addresses]) is held
    assert not held or all(address in scope for address in addresses)


@given(RANGES, st.integers(min_value=24, max_value=32), NUMBERS)
def test_addresses_within_a_network_are_those_of_the_scope(targets, prefix, number):
    scope = parse_scope([f"{ip_address(first)}-{ip_address(last)}" for first, last in targets])
    network = IPv4Network((number, prefix), strict=False)
    expected = [a for a in scope.addresses() if ip_address(a) in network]

    assert list(scope.within(network)) == expected
    assert scope.count_within(network) == len(expected)
    assert scope.overlaps(network) == bool(expected)


def test_addresses_of_a_range_over_several_networks_are_in_order():
    scope = parse_scope(["10.0.0.250-10.0.3.3"])
    numbers = [int(ip_address(a)) for a in scope.addresses()]

    assert numbers == list(range((10 << 24) + 250, (10 << 24) + 3 * 256 + 4))
