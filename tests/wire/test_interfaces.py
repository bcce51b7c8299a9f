import socket
from ipaddress import IPv4Network
from types import SimpleNamespace

import psutil
import pytest

from netaudit.wire import interfaces
from netaudit.wire.interfaces import attached_networks, list_interfaces

MAC = "02:00:00:00:00:0a"


def ipv4(address, netmask, broadcast=None):
    return SimpleNamespace(family=socket.AF_INET, address=address, netmask=netmask, broadcast=broadcast)


def ipv6(address):
    return SimpleNamespace(family=socket.AF_INET6, address=address, netmask=None, broadcast=None)


def link(mac):
    return SimpleNamespace(family=psutil.AF_LINK, address=mac, netmask=None, broadcast=None)


def stats(flags, isup=True):
    return SimpleNamespace(isup=isup, flags=flags)


MACHINE = {
    "lo": ([ipv4("127.0.0.1", "255.0.0.0"), link("00:00:00:00:00:00")], stats("up,loopback,running")),
    "lo1": ([ipv4("10.9.9.9", "255.255.255.255")], stats("up,loopback,running")),
    "eth0": (
        [
            ipv4("192.0.2.5", "255.255.255.0", "192.0.2.255"),
            ipv4("198.51.100.5", "255.255.255.128"),
            ipv6("2001:db8::5"),
            ipv6("fe80::5%eth0"),
            link(MAC.upper()),
        ],
        stats("up,broadcast,running,multicast"),
    ),
    "eth1": ([link("02:00:00:00:00:0b")], stats("up,broadcast,running,multicast")),
    "eth2": ([ipv4("10.2.0.1", "255.255.255.0"), link("02:00:00:00:00:0c")], stats("broadcast,multicast", isup=False)),
    "tun0": ([ipv4("10.8.0.2", "255.255.255.0")], stats("up,pointopoint,running,noarp,multicast")),
    "wg0": ([ipv4("10.7.0.2", "255.255.255.255")], stats("up,pointopoint,running,noarp")),
    "ib0": (
        [ipv4("10.6.0.2", "255.255.255.0"), link("80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:1f:a7:e1")],
        stats("up,broadcast,running,multicast"),
    ),
    "p2p": ([ipv4("10.5.0.2", "255.255.255.254"), link("02:00:00:00:00:0d")], stats("up,broadcast,running,multicast")),
}


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    monkeypatch.setattr(interfaces.psutil, "net_if_addrs", lambda: {n: a for n, (a, _) in MACHINE.items()})
    monkeypatch.setattr(interfaces.psutil, "net_if_stats", lambda: {n: s for n, (_, s) in MACHINE.items()})


def named(name):
    return list_interfaces((name,))[0]


def test_ethernet_is_used_with_each_of_its_addresses():
    first, second = named("eth0")

    assert (first.address, first.network, first.broadcast) == ("192.0.2.5", IPv4Network("192.0.2.0/24"), "192.0.2.255")
    assert (second.address, second.broadcast) == ("198.51.100.5", "198.51.100.127")
    assert {(i.mac, i.multicast, i.has_link_layer) for i in (first, second)} == {(MAC, True, True)}


def test_link_local_address_says_whose_it_is():
    assert {(i.link_local, i.ipv6) for i in named("eth0")} == {("fe80::5%eth0", ("2001:db8::5", "fe80::5%eth0"))}
    assert {(i.link_local, i.ipv6) for i in named("tun0")} == {(None, ())}


def test_an_address_without_its_zone_gets_it(monkeypatch):
    monkeypatch.setitem(MACHINE, "eth0", ([*MACHINE["eth0"][0][:1], ipv6("FE80::5")], MACHINE["eth0"][1]))

    assert [i.link_local for i in named("eth0")] == ["fe80::5%eth0"]


@pytest.mark.parametrize("name", ["tun0", "wg0"])
def test_tunnel_has_no_link_layer_and_no_broadcast(name):
    (tunnel,) = named(name)

    assert (tunnel.mac, tunnel.broadcast, tunnel.has_link_layer) == (None, None, False)


def test_tunnel_that_carries_multicast_is_asked_by_multicast():
    assert [named(name)[0].multicast for name in ("tun0", "wg0")] == [True, False]


def test_address_that_is_no_ethernet_address_is_none():
    (infiniband,) = named("ib0")

    assert (infiniband.mac, infiniband.has_link_layer) == (None, False)


def test_network_of_two_has_no_broadcast_and_nothing_to_sweep():
    (pair,) = named("p2p")

    assert (pair.broadcast, pair.has_link_layer) == (None, False)


def test_loopback_carries_no_discovery_whatever_its_address():
    loopbacks = [*named("lo"), *named("lo1")]

    assert [(i.loopback, i.multicast, i.broadcast, i.mac) for i in loopbacks] == [(True, False, None, None)] * 2


def test_every_interface_that_is_left_out_is_told_with_its_reason():
    usable, gaps = list_interfaces()

    assert {i.name for i in usable} == {"lo", "lo1", "eth0", "tun0", "wg0", "ib0", "p2p"}
    assert {gap.kind for gap in gaps} == {"interface"}
    assert [gap.detail for gap in gaps] == [
        "interface eth1 was not used: it has no IPv4 address",
        "interface eth2 was not used: it is down",
    ]


def test_unknown_name_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"'eth9' does not exist here: one of eth0, eth1"):
        list_interfaces(("eth9",))


def test_local_means_the_networks_of_all_but_loopback():
    assert attached_networks() == (
        "10.5.0.2/31", "10.6.0.0/24", "10.7.0.2/32", "10.8.0.0/24", "192.0.2.0/24", "198.51.100.0/25",
    )  # fmt: skip


def test_this_machine_has_a_loopback(monkeypatch):
    monkeypatch.undo()
    loopbacks = [i for i in list_interfaces()[0] if i.loopback]

    assert "127.0.0.1" in {i.address for i in loopbacks}
