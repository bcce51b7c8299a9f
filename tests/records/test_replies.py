from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.captures import PORTS, replies
from support.packets import (
    CAMERA,
    CAMERA_MAC,
    arp,
    ethernet,
    fragments,
    ipv4,
    ipv6,
    option,
    pcapng_file,
    udp,
    udp_frame,
    vlan,
)

from netaudit.records.replies import replies_of_frames

LINK_LOCAL = "fe80::4619:b6ff:fe00:1"
CDP = ethernet(40, bytes.fromhex("aaaa03 00000c 2000") + b"\x02\xb4" + bytes(30))
FRAMES = [
    ethernet(0x0806, arp()),
    ethernet(0x8033, b"!\x02\x01B" + bytes(62)),
    ethernet(0x88CC, b"\x02\x07\x04" + bytes(6) + bytes(2)),
    CDP,
    vlan(CDP),
    ethernet(0x0800, ipv4(2, bytes.fromhex("16000000 effffffa"), options=bytes.fromhex("94040000"))),
    ethernet(0x86DD, ipv6(58, bytes.fromhex("81000000 6e610001"), source=LINK_LOCAL, target="fe80::1")),
    ethernet(0x86DD, ipv6(17, udp(5353, 5353, b"mdns"), source=LINK_LOCAL, target="ff02::fb")),
    udp_frame(37020, 37020, b"<Probe/>"),
    *fragments(udp(37020, 37020, b"<Probe/>" * 300), 1480),
]


def heard(frames, interface="eth0", skipped=None):
    """As a listener would give them: one second apart."""
    timed = [(1_700_000_000.5 + number, frame) for number, frame in enumerate(frames)]
    return list(replies_of_frames(timed, interface, PORTS, Counter() if skipped is None else skipped))


def test_what_is_heard_and_what_is_recorded_give_the_same_replies():
    assert heard(FRAMES) == replies(pcapng_file(FRAMES, options=option(2, b"eth0")))


def test_a_message_without_ports_says_which_protocol_it_is():
    assert [(r.transport, r.destination_port) for r in heard(FRAMES)] == [
        ("link", 0),
        ("link", 0),
        ("link", 0x88CC),
        ("link", 0x2000),
        ("link", 0x2000),
        ("ip", 2),
        ("ip", 58),
        ("udp", 5353),
        ("udp", 37020),
        ("udp", 37020),
    ]


def test_addresses_are_those_of_the_senders():
    told = {(r.transport, r.destination_port): (r.address, r.destination, r.mac) for r in heard(FRAMES)}

    assert told["link", 0x88CC] == ("", "", CAMERA_MAC)
    assert told["ip", 2] == (CAMERA, "192.0.2.20", CAMERA_MAC)
    assert told["ip", 58] == (f"{LINK_LOCAL}%eth0", "fe80::1%eth0", CAMERA_MAC)
    assert told["udp", 5353] == (f"{LINK_LOCAL}%eth0", "ff02::fb", CAMERA_MAC)


def test_each_reply_comes_with_its_frame_and_not_at_the_end():
    taken = []

    def frames():
        for number, frame in enumerate(FRAMES[:3]):
            taken.append(number)
            yield 1.0, frame

    first = next(replies_of_frames(frames(), "eth0", PORTS, Counter()))

    assert (first.transport, taken) == ("link", [0])


def test_what_cannot_be_read_is_counted():
    skipped = Counter()

    assert (
        heard([ethernet(0x0806, arp()[:20]), ethernet(0x0800, b"\x65" + ipv4(17, bytes(8))[1:])], skipped=skipped) == []
    )
    assert skipped.total() == 2


@pytest.mark.parametrize("frame", FRAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_frame_stops_the_listener(frame, data):
    cut = data.draw(st.integers(0, len(frame)))
    at = data.draw(st.integers(0, len(frame)))
    broken = frame[:at] + data.draw(st.binary(max_size=6)) + frame[at + 3 : cut]

    assert heard([broken, FRAMES[0]])[-1].transport in {"link", "ip", "udp", "tcp"}
