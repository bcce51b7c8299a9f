"""What this machine can see from here: each shortcoming is found, and comes with its cure."""

import resource
import ssl
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from netaudit import doctor
from netaudit.doctor import examine
from netaudit.model import Gap
from netaudit.wire import container
from netaudit.wire.firewall import Firewall
from netaudit.wire.interfaces import Interface


def interface(**change):
    given = {
        "name": "eth0", "address": "10.0.0.2", "network": ip_network("10.0.0.0/24"), "mac": "44:19:b6:00:00:99",
        "broadcast": "10.0.0.255", "loopback": False, "multicast": True,
    }  # fmt: skip
    return Interface(**{**given, **change})


LOOPBACK = interface(name="lo", address="127.0.0.1", network=ip_network("127.0.0.0/8"), mac=None, loopback=True)


class Link:
    def close(self):
        pass


@pytest.fixture
def findings(monkeypatch, tmp_path):
    """What is found with these interfaces, as {what: finding}; raw sockets can be opened, no container."""
    monkeypatch.setattr(doctor, "open_link", lambda _: Link())
    monkeypatch.setattr(doctor, "read_firewall", lambda: Firewall(known=True, detail="no chain looks at it"))
    monkeypatch.setattr(container, "MARKS", (tmp_path / "no",))

    def found(*interfaces, gaps=()):
        monkeypatch.setattr(doctor, "list_interfaces", lambda: (interfaces, tuple(gaps)))
        every = list(examine())
        assert all(finding.well or finding.cure for finding in every)
        return {finding.what: finding for finding in every}

    return found


def fail(error):
    def raiser(*_, **__):
        raise error

    return raiser


def test_ordinary_machine_is_well(findings):
    found = findings(LOOPBACK, interface())

    assert found["interfaces"].detail == "eth0 10.0.0.2 in 10.0.0.0/24"
    assert found["ARP"].detail == "eth0: raw sockets can be opened"
    assert found["interfaces"].well
    assert found["ARP"].well
    assert "multicast" not in found
    assert "container" not in found


def test_machine_without_network_is_not(findings):
    assert not findings(LOOPBACK)["interfaces"].well


def test_interface_that_cannot_be_used_is_told(findings):
    found = findings(interface(), gaps=[Gap(kind="interface", detail="interface eth1 was not used: it is down")])

    assert found["interface"].detail == "interface eth1 was not used: it is down"


def test_no_right_to_raw_sockets_is_a_miss_with_its_cure(findings, monkeypatch):
    monkeypatch.setattr(doctor, "open_link", fail(PermissionError()))
    found = findings(interface())["ARP"]

    assert not found.well
    assert "cap_net_raw" in found.cure


def test_broken_interface_is_a_miss(findings, monkeypatch):
    monkeypatch.setattr(doctor, "open_link", fail(OSError("no such device")))
    found = findings(interface())["ARP"]

    assert (found.well, found.detail) == (False, "eth0: no such device")


def test_link_without_ethernet_has_no_arp_and_that_is_well(findings):
    found = findings(interface(mac=None))["ARP"]

    assert found.well
    assert "no Ethernet" in found.detail


def test_multicast_that_is_switched_off_is_a_miss(findings):
    assert findings(interface(multicast=False))["multicast"].cure.startswith("ip link set eth0 multicast on")


def test_every_discovery_port_is_tried(findings, monkeypatch):
    monkeypatch.setattr(doctor.socket.socket, "bind", fail(OSError(98, "Address already in use")))
    found = findings(interface())
    ports = {what: finding.detail for what, finding in found.items() if what in {"mdns", "wsd", "sadp", "dhip"}}

    assert ports == {
        name: f"UDP {port} cannot be shared (Address already in use): answers to the group are lost"
        for name, port in (("mdns", 5353), ("wsd", 3702), ("sadp", 37020), ("dhip", 37810))
    }


def test_openssl_without_old_tls_is_a_miss(findings, monkeypatch):
    assert findings(interface())["TLS 1.0"].well
    monkeypatch.setattr(ssl.SSLContext, "set_ciphers", fail(ssl.SSLError("no such cipher")))

    assert not findings(interface())["TLS 1.0"].well


@pytest.mark.parametrize(("granted", "well"), [(212_992, False), (8_388_608, True)])
def test_small_receive_buffer_is_a_miss(findings, monkeypatch, granted, well):
    monkeypatch.setattr(doctor.socket.socket, "getsockopt", lambda *_: granted)

    assert findings(interface())["receive buffer"].well == well


def test_machine_without_a_neighbour_table_is_told(findings, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    monkeypatch.setattr(doctor.neighbours, "TABLE", tmp_path / "no")

    assert not findings(interface())["neighbours"].well


@pytest.mark.parametrize(
    ("change", "inside", "told"),
    [
        ({"network": ip_network("172.18.0.0/16")}, True, True),
        ({"mac": "02:42:0a:00:00:02"}, True, True),
        ({"network": ip_network("172.18.0.0/16")}, False, False),
        ({}, True, False),
    ],
)
def test_bridge_of_a_container_is_a_miss(findings, monkeypatch, tmp_path, change, inside, told):
    (tmp_path / "mark").touch()
    monkeypatch.setattr(container, "MARKS", (tmp_path / ("mark" if inside else "no"),))

    assert ("container" in findings(interface(**change))) == told


def test_closed_firewall_is_a_miss_with_its_cure(findings, monkeypatch):
    closed = Firewall(known=True, detail="chain inet filter input drops", closed="inet filter input")
    monkeypatch.setattr(doctor, "read_firewall", lambda: closed)
    found = findings(interface())["firewall"]

    assert not found.well
    assert "nft insert rule inet filter input ip saddr NETWORK" in found.cure


def test_firewall_that_may_not_be_read_is_no_miss(findings, monkeypatch):
    monkeypatch.setattr(doctor, "read_firewall", lambda: Firewall(known=False, detail="not without root"))

    assert findings(interface())["firewall"].well


@pytest.mark.parametrize(("limit", "well"), [("128", False), ("1024", True)])
def test_small_neighbour_table_is_a_miss(findings, monkeypatch, tmp_path, limit, well):
    (tmp_path / "gc_thresh3").write_text(f"{limit}\n")
    monkeypatch.setattr(doctor, "_NEIGHBOUR_LIMIT", tmp_path / "gc_thresh3")

    assert findings(interface())["neighbour table"].well == well


@pytest.mark.parametrize(("limit", "well"), [(256, False), (1024, True), (resource.RLIM_INFINITY, True)])
def test_few_file_descriptors_are_a_miss(findings, monkeypatch, limit, well):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))

    assert findings(interface())["file descriptors"].well == well


@pytest.mark.parametrize(
    ("newest", "year", "well"), [("2026-11", 2027, True), ("2026-11", 2028, False), ("", 2026, False)]
)
def test_old_fingerprints_are_a_miss(newest, year, well):
    assert doctor._age(newest, datetime(year, 11, 1, tzinfo=UTC)).well == well


def test_registry_is_named_or_missed(findings, monkeypatch):
    assert findings(interface())["MAC registry"].well
    monkeypatch.setattr(doctor, "_REGISTRY_PACKAGE", "no-such-package")

    assert findings(interface())["MAC registry"].cure == "pip install no-such-package"
