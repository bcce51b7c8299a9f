"""The filter, run by the kernel: a socket pair takes any datagram for a frame, and needs no rights."""

import socket
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.captures import PORTS
from support.packets import arp, ethernet, fragments, ipv4, ipv6, tcp, udp

from netaudit.records.replies import replies_of_frames
from netaudit.wire.bpf import ARP, LLDP, SADP, Wanted, attach, compile_filter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filter is Linux's")

EVERYTHING = Wanted(ethertypes=(ARP, SADP, LLDP), cdp=True, igmp=True, icmpv6=True, udp_ports=PORTS)
SNAP = bytes.fromhex("aaaa03 00000c 2000")
ALERT = bytes.fromhex("94040000")
HOP_BY_HOP = bytes.fromhex("3a00050200000000")
KEPT = [
    ethernet(0x0806, arp()),
    ethernet(0x8033, b"!\x02" + bytes(44)),
    ethernet(0x88CC, bytes(46)),
    ethernet(46, SNAP + bytes(38)),
    ethernet(0x0800, ipv4(2, bytes(8), options=ALERT)),
    ethernet(0x0800, ipv4(17, udp(37020, 9, b"x"))),
    ethernet(0x0800, ipv4(17, udp(9, 3702, b"x"), options=bytes(8))),
    *(ethernet(0x86DD, ipv6(17, udp(*ends, b"x"))) for ends in ((5353, 9), (9, 5353))),
    ethernet(0x86DD, ipv6(58, bytes(8))),
    ethernet(0x86DD, ipv6(0, HOP_BY_HOP + bytes(8))),
    ethernet(0x86DD, ipv6(44, bytes(16))),
    *list(fragments(udp(37020, 9, bytes(3000)), 1480)),
]
DROPPED = [
    b"",
    bytes(10),
    ethernet(0x0800, ipv4(6, tcp(80, 40000, payload=b"video"))),
    ethernet(0x0800, ipv4(17, udp(5004, 9, b"x"))),
    ethernet(0x0800, ipv4(1, bytes(8))),
    ethernet(0x86DD, ipv6(17, udp(5004, 9, b"x"))),
    ethernet(0x86DD, ipv6(6, tcp(80, 40000))),
    ethernet(46, b"\x42\x42\x03" + bytes(43)),  # spanning tree
    ethernet(46, b"\xaa\xaa\x03\x00\x00\x0c\x20\x04" + bytes(38)),  # another protocol of Cisco's
    ethernet(0x888E, bytes(46)),
]


def kept(frames, wanted=EVERYTHING):
    """The frames that come through."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with here, there:
        attach(there, compile_filter(wanted))
        there.setblocking(False)
        return [frame for frame in frames if passes(here, there, frame)]


def passes(here, there, frame):
    here.setblocking(False)
    try:
        here.send(frame)
        return there.recv(65535) == frame
    except (BlockingIOError, PermissionError):  # what a filter drops was never sent, between two sockets of one machine
        return False


def test_what_somebody_reads_is_kept_and_nothing_else():
    assert kept(KEPT) == KEPT
    assert kept(DROPPED) == []


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (Wanted(ethertypes=(SADP,)), [1]),
        (Wanted(icmpv6=True), [9, 10]),
        (Wanted(cdp=True), [3]),
        (Wanted(igmp=True), [4]),
        (Wanted(udp_ports=frozenset({3702})), [6, 11, 13, 14]),
    ],
)
def test_only_what_is_wanted_is_kept(wanted, number):
    assert kept(KEPT, wanted) == [KEPT[n] for n in number]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KEPT + DROPPED), st.integers(0, 80), st.binary(max_size=4)), max_size=8))
def test_nothing_that_would_become_a_reply_is_dropped(edits):
    frames = [frame[:at] + piece + frame[at + len(piece) :] for frame, at, piece in edits]
    for frame in frames:
        heard = list(replies_of_frames([(1.0, frame)], "eth0", PORTS, Counter()))
        if any(reply.transport != "tcp" for reply in heard) and frame[12:14] not in TAGS:
            assert kept([frame]) == [frame]


TAGS = {b"\x81\x00", b"\x88\xa8", b"\x91\x00"}  # taken off by the kernel before a filter sees the frame
