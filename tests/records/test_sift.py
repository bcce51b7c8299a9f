from collections import Counter

import pytest
from support.packets import ACK, FIN, RST, SYN, arp, ethernet, ipv4, ipv6, tcp, udp, vlan

from netaudit.records.frames import Interface
from netaudit.records.interest import Interest
from netaudit.records.sift import sift

PORTS = frozenset({3702})
KEY = bytes.fromhex("c000020a c0000214 0050 9c40")  # 192.0.2.10:80 to 192.0.2.20:40000
KEY6 = bytes.fromhex("20010db8000000000000000000000010 20010db8000000000000000000000020 0050 9c40")


def kept(frame, link=1, ignored=(), listening=()):
    """Whether a frame is found worth reading."""
    interest = Interest(ports=PORTS, listening=PORTS | set(listening), ignored=ignored)
    place = (frame + bytes(128), 0, len(frame), 0, 0, Interface(link=link))
    return list(sift([place], interest, set(), Counter())) != []


SNAP_CDP = bytes.fromhex("aaaa03 00000c 2000")


def video(flags=ACK):
    return ethernet(0x0800, ipv4(6, tcp(80, 40000, flags=flags, payload=b"video")))


def on_ip(protocol, body):
    """The same in all frames that are told apart: plain, tagged, with options, and over IPv6."""
    plain = ethernet(0x0800, ipv4(protocol, body))
    return [plain, vlan(plain), ethernet(0x86DD, ipv6(protocol, body))]


@pytest.mark.parametrize("frame", on_ip(17, udp(3702, 9999, b"x")) + on_ip(17, udp(9999, 3702, b"x")))
def test_udp_of_a_wanted_port_is_kept(frame):
    assert kept(frame)


@pytest.mark.parametrize("frame", on_ip(17, udp(5004, 9999, b"x")))
def test_other_udp_is_kept_only_if_somebody_listens(frame):
    assert not kept(frame)
    assert kept(frame, listening={9999})
    assert not kept(frame, listening={5004})


@pytest.mark.parametrize("frame", on_ip(6, tcp(80, 40000, payload=b"x")))
def test_tcp_is_kept_until_its_direction_is_ignored(frame):
    assert kept(frame)
    assert not kept(frame, ignored={KEY, KEY6})
    assert kept(frame, ignored={KEY[4:8] + KEY[:4] + KEY[10:] + KEY[8:10]})


@pytest.mark.parametrize("flags", [SYN, FIN | ACK, RST, SYN | ACK])
def test_ends_of_an_ignored_direction_are_kept(flags):
    assert kept(video(flags), ignored={KEY})
    assert kept(vlan(video(flags)), ignored={KEY})


@pytest.mark.parametrize("frame", [*on_ip(1, bytes(40)), ethernet(0x88B8, bytes(60)), ethernet(100, bytes(100))])
def test_other_protocols_are_dull(frame):
    assert not kept(frame)


@pytest.mark.parametrize(
    "frame",
    [
        ethernet(0x0806, arp()),
        ethernet(0x8033, bytes(80)),
        vlan(ethernet(0x0806, arp())),
        ethernet(0x88CC, bytes(60)),
        ethernet(68, SNAP_CDP + bytes(60)),
        vlan(ethernet(68, SNAP_CDP + bytes(60))),
    ],
)
def test_link_layer_packets_are_kept(frame):
    assert kept(frame)


@pytest.mark.parametrize(
    ("kind", "packet", "wanted"),
    [
        (0x0800, ipv4(2, bytes(8)), True),
        (0x0800, ipv4(2, bytes(8), options=bytes.fromhex("94040000")), True),  # as IGMP is sent: with a router alert
        (0x0800, ipv4(58, bytes(8)), False),
        (0x86DD, ipv6(58, bytes(8)), True),
        (0x86DD, ipv6(0, bytes.fromhex("3a00050200000000") + bytes(8)), True),  # as MLD is sent
        (0x86DD, ipv6(2, bytes(8)), False),
    ],
)
def test_who_listens_to_which_group_is_kept(kind, packet, wanted):
    assert kept(ethernet(kind, packet)) is wanted


@pytest.mark.parametrize(
    "packet",
    [
        ipv4(17, udp(5004, 9999, b"x"), fragment=0x2000),
        ipv4(17, bytes(8), fragment=3),
        ipv4(17, udp(5004, 9999, b"x"), options=bytes(4)),
    ],
)
def test_ports_that_stand_elsewhere_do_not_decide(packet):
    assert kept(ethernet(0x0800, packet))


def test_ipv6_extensions_are_read_later():
    assert kept(ethernet(0x86DD, ipv6(44, bytes(40))))
    assert kept(ethernet(0x86DD, ipv6(0, bytes(40))))


def test_unknown_link_types_are_noted_and_counted():
    links, skipped = set(), Counter()
    frame = ethernet(0x0806, arp())
    places = [(frame + bytes(128), 0, len(frame), 0, 0, Interface(link=link)) for link in (1, 127, 127, 1, 195)]
    found = list(sift(places, Interest(ports=PORTS), links, skipped))

    assert len(found) == 2
    assert links == {1, 127, 195}
    assert skipped == {"of link type 127": 2, "of link type 195": 1}
