"""Where words stand in packets, and checksums that scapy finds true."""

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from netaudit.scrubbing.packets import mend, pieces_of

START = 14
PACKETS = [
    IP(src="10.0.0.7", dst="10.0.0.1") / TCP(sport=80, dport=40000, seq=7) / Raw(b"odd"),
    IP(src="10.0.0.7", dst="10.0.0.1", options=[b"\x01\x01\x01\x01"]) / UDP(sport=3702, dport=3702) / Raw(b"word"),
    IP(src="10.0.0.7", dst="10.0.0.1") / ICMP() / Raw(b"x"),
    IPv6(src="fe80::1", dst="fe80::2") / UDP(sport=5353, dport=5353) / Raw(b"abc"),
    IPv6(src="fe80::1", dst="fe80::2") / TCP(sport=554, dport=40000) / Raw(b"abcd"),
]


@pytest.mark.parametrize("packet", PACKETS, ids=lambda p: p.summary())
def test_checksums_are_those_of_scapy(packet):
    true = bytes(Ether() / packet)
    broken = bytearray(true)
    mend(broken, START)
    assert bytes(broken) == true

    broken[-1] ^= 1
    mend(broken, START)
    fresh = Ether(true)
    fresh[Raw].load = fresh[Raw].load[:-1] + bytes([fresh[Raw].load[-1] ^ 1])
    for layer in (IP, TCP, UDP, ICMP):
        if layer in fresh:
            fresh[layer].chksum = None
    assert bytes(broken) == bytes(fresh)


def test_a_datagram_without_checksum_stays_so():
    frame = bytearray(bytes(Ether() / IP(src="10.0.0.7", dst="10.0.0.1") / UDP(chksum=0) / Raw(b"x")))
    mend(frame, START)

    assert frame[START + 26 : START + 28] == bytes(2)


def test_a_segment_and_a_fragment_are_pieces():
    segment = bytes(Ether() / IP(src="10.0.0.7", dst="10.0.0.1") / TCP(sport=80, seq=7) / Raw(b"words"))
    fragment = bytes(
        Ether() / IPv6(src="fe80::1", dst="fe80::2") / IPv6ExtHdrFragment(nh=17, offset=2, id=9) / Raw(b"abc")
    )

    (one,) = pieces_of(segment, START)
    (two,) = pieces_of(fragment, START)
    assert (segment[one.start : one.end], one.place) == (b"words", 7)
    assert (fragment[two.start : two.end], two.place) == (b"abc", 16)


def test_any_bytes_are_a_packet_or_none():
    frame = bytes(Ether() / PACKETS[4])
    for end in range(len(frame)):
        pieces_of(frame[:end], START)
        mend(bytearray(frame[:end]), START)
    for at in range(START, len(frame)):
        odd = bytearray(frame)
        odd[at] ^= 0xFF
        pieces_of(bytes(odd), START)
        mend(odd, START)
        assert len(odd) == len(frame)
