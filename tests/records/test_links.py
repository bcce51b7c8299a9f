import struct

import pytest
from support.packets import arp, ethernet, ipv4, ipv6, mac, vlan

from netaudit.records.links import ARP, IPV4, IPV6, LINKS, NO_MAC, SADP

SENDER = mac("02:00:00:00:00:01")
PADDING = bytes(128)


def located(link, frame):
    """EtherType, what follows, and the sender's address."""
    kind, at, sender = LINKS[link](b"before" + frame + PADDING, 6)
    return kind, frame[at - 6 :], None if sender == NO_MAC else frame[sender - 6 : sender]


def cooked(kind, body, size=6):
    return struct.pack(">HHH", 0, 1, size) + SENDER + bytes(2) + struct.pack(">H", kind) + body


def cooked_v2(kind, body, size=6):
    return struct.pack(">HHIHBB", kind, 0, 3, 1, 0, size) + SENDER + bytes(2) + body


@pytest.mark.parametrize("kind", [ARP, IPV4, IPV6, SADP])
def test_ethernet(kind):
    assert (kind, b"body", SENDER) == located(1, ethernet(kind, b"body"))


@pytest.mark.parametrize("outer", [0x8100, 0x88A8, 0x9100])
def test_vlan_tags_are_looked_through(outer):
    assert (ARP, arp(), SENDER) == located(1, vlan(ethernet(ARP, arp()), kind=outer))
    assert (ARP, arp(), SENDER) == located(1, vlan(vlan(ethernet(ARP, arp())), kind=outer))


def test_tags_without_end_are_not_followed():
    frame = ethernet(ARP, arp())
    for _ in range(5):
        frame = vlan(frame)

    assert located(1, frame)[0] == 0x8100


@pytest.mark.parametrize(("link", "build"), [(113, cooked), (276, cooked_v2)])
def test_linux_cooked(link, build):
    assert located(link, build(IPV4, b"body")) == (IPV4, b"body", SENDER)
    assert located(link, build(IPV4, b"body", size=0)) == (IPV4, b"body", None)
    assert located(link, build(0x8100, b"\x00\x07\x08\x00body")) == (IPV4, b"body", SENDER)


@pytest.mark.parametrize("link", [12, 14, 101, 228, 229])
def test_raw_ip(link):
    assert (IPV4, ipv4(17, b"x"), None) == located(link, ipv4(17, b"x"))
    assert (IPV6, ipv6(17, b"x"), None) == located(link, ipv6(17, b"x"))
    assert located(link, b"\x00nonsense")[0] == 0


@pytest.mark.parametrize("family", [b"\x02\0\0\0", b"\0\0\0\x02", b"\x1e\0\0\0", b"\0\0\0\x18"])
@pytest.mark.parametrize("link", [0, 108])
def test_loopback_of_any_system(link, family):
    assert (IPV4, ipv4(17, b"x"), None) == located(link, family + ipv4(17, b"x"))
    assert (IPV6, ipv6(17, b"x"), None) == located(link, family + ipv6(17, b"x"))
