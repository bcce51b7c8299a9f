from ipaddress import IPv4Network

import pytest

from netaudit.wire import container
from netaudit.wire.container import container_bridge
from netaudit.wire.interfaces import Interface


def interface(name, network, mac="44:19:b6:00:00:99", *, loopback=False):
    found = IPv4Network(network)
    return Interface(name, str(found[2]), found, mac, None, loopback=loopback, multicast=True)


LOOPBACK = interface("lo", "127.0.0.0/8", None, loopback=True)
BRIDGE = interface("eth0", "172.17.0.0/16")
NUMBERED = interface("eth0", "10.0.0.0/24", "02:42:0a:00:00:02")
HOST = interface("eno1", "10.1.0.0/24")


@pytest.mark.parametrize(
    ("interfaces", "name"),
    [([LOOPBACK, BRIDGE], "eth0"), ([NUMBERED], "eth0"), ([HOST], None), ([BRIDGE, HOST], None), ([LOOPBACK], None)],
)
def test_container_with_nothing_but_a_bridge_is_recognised(monkeypatch, tmp_path, interfaces, name):
    monkeypatch.setattr(container, "MARKS", (tmp_path,))
    found = container_bridge(interfaces)

    assert (found and found.name) == name


def test_machine_that_is_no_container_is_not(monkeypatch, tmp_path):
    monkeypatch.setattr(container, "MARKS", (tmp_path / "no",))

    assert container_bridge([BRIDGE]) is None
