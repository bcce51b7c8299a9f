from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.discovery.attached import Attached, place_of
from netaudit.scope import parse_scope
from netaudit.wire.interfaces import Interface


def interface(name, address, loopback=False, multicast=True):
    own, _, prefix = address.partition("/")
    network = IPv4Network(f"{own}/{prefix}", strict=False)
    return Interface(name, own, network, None if loopback else "02:00:00:00:00:01", None, loopback, multicast)


LOOPBACK = interface("lo", "127.0.0.1/8", loopback=True, multicast=False)
ETH0 = interface("eth0", "10.0.0.2/24")
ETH1 = interface("eth1", "10.0.1.2/24")


def attached(*targets, interfaces=(LOOPBACK, ETH0, ETH1), excluded=()):
    return Attached(parse_scope(targets, excluded), interfaces)


def test_links_are_the_interfaces_whose_network_is_in_scope():
    assert attached("10.0.0.5", "10.7.0.0/24").links == (ETH0,)
    assert attached("127.0.0.5").links == ()


def test_second_address_in_one_network_is_no_second_link():
    again = interface("eth0", "10.0.0.3/24")
    seen = attached("10.0.0.0/24", interfaces=(ETH0, again))

    assert seen.links == (ETH0,)
    assert list(seen.neighbours(ETH0))[:3] == ["10.0.0.1", "10.0.0.4", "10.0.0.5"]


def test_neighbours_are_in_scope_and_not_ourselves():
    assert list(attached("10.0.0.0/29", excluded=["10.0.0.4"]).neighbours(ETH0)) == [
        "10.0.0.1", "10.0.0.3", "10.0.0.5", "10.0.0.6",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "near"), [("10.0.0.9", True), ("10.0.1.9", False), ("10.2.0.1", False), ("fe80::1%eth0", False)]
)
def test_near_is_what_belongs_to_the_network_of_a_link(address, near):
    assert attached("10.0.0.0/24").is_near(address) is near


def test_beyond_is_what_no_network_holds():
    seen = attached("10.0.0.250-10.0.1.3", "10.0.2.1", "2001:db8::1")

    assert list(seen.beyond([ETH0.network])) == ["10.0.1.0", "10.0.1.1", "10.0.1.3", "10.0.2.1", "2001:db8::1"]
    assert list(seen.beyond([ETH0.network, ETH1.network])) == ["10.0.2.1", "2001:db8::1"]


def test_a_huge_scope_costs_nothing_until_it_is_asked_for():
    seen = attached("10.0.0.0/8")
    beyond = seen.beyond([ETH0.network])

    assert seen.count_beyond([ETH0.network]) == 2**24 - 2 - 255  # 10.0.0.0 is no host
    assert [next(beyond) for _ in range(2)] == ["10.0.1.0", "10.0.1.1"]


NETWORKS = st.builds(
    lambda start, prefix: IPv4Network((start, prefix), strict=False),
    st.integers(int(IPv4Address("10.0.0.0")), int(IPv4Address("10.0.0.255"))),
    st.integers(24, 32),
)


@given(
    first=st.integers(0, 255),
    length=st.integers(0, 60),
    second=st.integers(0, 255),
    networks=st.lists(NETWORKS, max_size=5),
)
def test_beyond_is_the_scope_without_the_networks_in_any_arrangement(first, length, second, networks):
    seen = attached(f"10.0.0.{first}-10.0.0.{min(255, first + length)}", f"10.0.0.{second}", interfaces=(LOOPBACK,))
    expected = [a for a in seen.scope.addresses() if not any(IPv4Address(a) in n for n in networks)]

    assert list(seen.beyond(networks)) == expected
    assert seen.count_beyond(networks) == len(expected)


def test_our_own_addresses_are_those_of_both_kinds():
    own = ("fe80::2%eth0", "2001:db8::2")

    assert attached("10.0.0.5", interfaces=(replace(ETH0, ipv6=own),)).own == {"10.0.0.2", *own}


def test_what_belongs_to_the_wire_is_done_once_where_an_interface_has_two_networks():
    again = interface("eth0", "10.9.0.2/24")
    seen = attached("10.0.0.0/24", "10.9.0.0/24", "10.0.1.5", interfaces=(ETH0, again, ETH1))

    assert {link.address: seen.leads(link) for link in seen.links} == {
        "10.0.0.2": True, "10.9.0.2": False, "10.0.1.2": True,
    }  # fmt: skip


@pytest.mark.parametrize("target", ["10.0.0.0/24", "10.0.0.1-10.0.0.9", "10.0.0.250-10.0.1.3", "10.0.0.2", "10.0.1.7"])
def test_neighbours_are_counted_without_making_them(target):
    again = interface("eth0", "10.0.0.3/24")
    seen = attached(target, interfaces=(ETH0, again), excluded=["10.0.0.4"])

    assert seen.count_neighbours(ETH0) == len(list(seen.neighbours(ETH0)))


@pytest.mark.parametrize(
    ("address", "place"), [("10.5.0.9", "10.5.0"), ("10.5.1.9", "10.5.1"), ("fd00::5:9", "fd00::5")]
)
def test_addresses_of_one_place_share_all_but_their_end(address, place):
    assert place_of(address) == place
