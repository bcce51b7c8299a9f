import struct
from collections import Counter

import pytest
from support.packets import CAMERA_MAC, arp, ethernet, fragments, ipv4, ipv6, mac, tcp, udp, udp_frame, vlan

from netaudit.records.frames import Interface
from netaudit.records.interest import TCP, UDP, Interest
from netaudit.records.links import ARP, SADP
from netaudit.records.packets import CUT, read_packets

SENDER = mac(CAMERA_MAC)
DATAGRAM = udp(3702, 9999, bytes(range(256)) * 12)
SEGMENT = tcp(80, 40000, payload=b"hello")


def read(frames, kept=None):
    """(protocol, body, bytes missing) of each packet, and what was skipped."""
    skipped = Counter()
    interface = Interface(link=1, name="eth0")
    places = [
        (f + bytes(128), 0, len(f) if kept is None else kept, number, 0, interface) for number, f in enumerate(frames)
    ]
    packets = list(read_packets(places, Interest(ports=frozenset({3702})), set(), skipped))
    return [(packet.kind, packet.body, packet.missing) for packet in packets], dict(skipped)


def packet_of(frame):
    place = (frame + bytes(128), 0, len(frame), 7, 500_000, Interface(link=1, name="eth0"))
    (packet,) = read_packets([place], Interest(ports=frozenset({3702})), set(), Counter())
    return packet


def extension(following, size=8):
    return bytes([following, size // 8 - 1]) + bytes(size - 2)


def fragment6(following, offset, more, body):
    return ipv6(44, struct.pack(">BBHI", following, 0, offset | more, 77) + body)


def test_packet_has_all_that_the_layers_knew():
    packet = packet_of(udp_frame(3702, 9999, b"hello"))

    assert (packet.kind, packet.heard_at, packet.interface, packet.mac) == (UDP, 7.5, "eth0", SENDER)
    assert (bytes([192, 0, 2, 10]), bytes([192, 0, 2, 20])) == (packet.source, packet.target)


def test_arp_is_cut_to_its_size():
    assert ([(ARP, arp(), 0)], {}) == read([ethernet(ARP, arp() + bytes(18))])


def test_arp_of_something_else_is_counted():
    other = b"\x00\x06" + arp()[2:]

    assert read([ethernet(ARP, other)]) == ([], {"ARP of something else than IPv4 on Ethernet": 1})


def test_arp_that_is_cut_off_is_counted():
    assert read([ethernet(ARP, arp()[:27])]) == ([], {CUT: 1})


def test_sadp_is_all_that_follows_the_header():
    assert read([vlan(ethernet(SADP, b"!inquiry"))]) == ([(SADP, b"!inquiry", 0)], {})


@pytest.mark.parametrize("sender", ["00:00:00:00:00:00", "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff"])
def test_address_that_names_no_device_is_no_sender(sender):
    assert packet_of(ethernet(ARP, arp(), source=sender)).mac == b""


def test_padding_of_short_frames_is_left_out():
    assert read([ethernet(0x0800, ipv4(6, SEGMENT)) + bytes(20)]) == ([(TCP, SEGMENT, 0)], {})


def test_options_of_ipv4_are_passed_over():
    assert read([ethernet(0x0800, ipv4(6, SEGMENT, options=bytes(12)))]) == ([(TCP, SEGMENT, 0)], {})


def test_length_left_to_the_network_card():
    packet = bytearray(ipv4(6, SEGMENT))
    packet[2:4] = bytes(2)

    assert read([ethernet(0x0800, bytes(packet))]) == ([(TCP, SEGMENT, 0)], {})


@pytest.mark.parametrize("first", [0x65, 0x41, 0x44, 0x4F])
def test_malformed_ipv4_header_is_counted(first):
    packet = bytes([first]) + ipv4(6, SEGMENT)[1:]

    assert read([ethernet(0x0800, packet)]) == ([], {"with a malformed IPv4 header": 1})


def test_ipv4_length_shorter_than_its_header_is_malformed():
    packet = bytearray(ipv4(6, SEGMENT))
    packet[2:4] = b"\x00\x13"

    assert read([ethernet(0x0800, bytes(packet))]) == ([], {"with a malformed IPv4 header": 1})


def test_packet_cut_by_the_snap_length_says_how_much_is_missing():
    assert ([(TCP, SEGMENT[:-3], 3)], {}) == read([ethernet(0x0800, ipv4(6, SEGMENT))], kept=14 + 20 + 22)
    assert ([(TCP, SEGMENT[:-3], 3)], {}) == read([ethernet(0x86DD, ipv6(6, SEGMENT))], kept=14 + 40 + 22)


def test_frame_that_ends_with_its_header_is_counted():
    assert read([ethernet(0x0806, arp())], kept=14) == ([], {CUT: 1})


@pytest.mark.parametrize("order", [1, -1])
def test_fragments_of_ipv4_become_one_datagram(order):
    frames = list(fragments(DATAGRAM, 1480))[::order]

    assert read(frames) == ([(UDP, DATAGRAM, 0)], {})


def test_fragments_of_different_datagrams_are_kept_apart():
    other = DATAGRAM[::-1]
    frames = [
        f for pair in zip(fragments(DATAGRAM, 1480), fragments(other, 1480, number=2), strict=False) for f in pair
    ]

    assert [DATAGRAM, other] == [body for _, body, _ in read(frames)[0]]


def test_fragment_that_is_cut_is_counted():
    frames = list(fragments(DATAGRAM, 1480))
    found, skipped = read(frames, kept=1000)

    assert found == []
    assert skipped[CUT] == 2


def test_fragments_of_ipv6_become_one_datagram():
    pieces = [fragment6(17, 0, 1, DATAGRAM[:1232]), fragment6(17, 1232, 0, DATAGRAM[1232:])]

    assert read([ethernet(0x86DD, piece) for piece in pieces]) == ([(UDP, DATAGRAM, 0)], {})


def test_extension_headers_are_passed_over():
    body = extension(60) + extension(43, 16) + extension(51, 24) + bytes([6, 4]) + bytes(22) + SEGMENT

    assert read([ethernet(0x86DD, ipv6(0, body))]) == ([(TCP, SEGMENT, 0)], {})


def test_extension_headers_within_fragments_are_passed_over():
    body = extension(17) + DATAGRAM
    pieces = [fragment6(60, 0, 1, body[:1240]), fragment6(60, 1240, 0, body[1240:])]

    assert read([ethernet(0x86DD, piece) for piece in pieces]) == ([(UDP, DATAGRAM, 0)], {})


@pytest.mark.parametrize(
    ("protocol", "body", "reason"),
    [
        (0, extension(0) * 9, "with too many IPv6 extension headers"),
        (0, bytes([6, 9]) + bytes(6), CUT),
        (0, b"\x06", CUT),
        (44, bytes(7), CUT),
    ],
)
def test_extension_headers_that_lead_nowhere_are_counted(protocol, body, reason):
    assert ([], {reason: 1}) == read([ethernet(0x86DD, ipv6(protocol, body))])


def test_ipv6_of_another_version_is_malformed():
    packet = b"\x40" + ipv6(17, DATAGRAM)[1:]

    assert read([ethernet(0x86DD, packet)]) == ([], {"with a malformed IPv6 header": 1})


def test_incomplete_datagram_counts_only_if_its_port_is_wanted():
    unwanted = udp(5004, 9999, bytes(3000))

    assert read(list(fragments(DATAGRAM, 1480))[:2]) == ([], {"in fragments, some of which are missing": 1})
    assert read(list(fragments(unwanted, 1480))[:2]) == ([], {})
