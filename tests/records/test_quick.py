"""Whatever is passed at once, `sift` would have passed over too, or `connections` made nothing of."""

from collections import Counter

import pytest
from support.packets import ACK, FIN, RST, SYN, ethernet, ipv4, ipv6, pcap_file, pcapng_file, tcp, udp, vlan

from netaudit.records.frames import read_pcap
from netaudit.records.interest import Ignored, Interest
from netaudit.records.pcapng import read_pcapng
from netaudit.records.window import Window

PORTS = frozenset({3702})
KEY = bytes.fromhex("c000020a c0000214 0050 9c40")  # 192.0.2.10:80 to 192.0.2.20:40000
FIRST = b"the first frame of a window is always given out"


def read_little(data, interest):
    return read_pcap(Window(iter([data(pcap_file)])), interest)


def read_big(data, interest):
    return read_pcap(Window(iter([data(lambda frames: pcap_file(frames, ">"))])), interest)


def read_ng(data, interest):
    return read_pcapng(Window(iter([data(pcapng_file)])), Counter(), interest)


@pytest.fixture(params=[read_little, read_big, read_ng])
def passed(request):
    """Whether a frame is passed at once."""

    def ask(frame, ignored=(), listening=()):
        interest = Interest(ports=PORTS, listening=PORTS | set(listening), ignored=Ignored.fromkeys(ignored))
        last = ethernet(0x88CC, b"behind it")
        found = request.param(lambda write: write([FIRST, frame, last]), interest)
        kept = [buffer[start:end] for buffer, start, end, *_ in found]
        assert (kept[0], kept[-1]) == (FIRST, last)
        return len(kept) == 2

    return ask


def on_ipv4(protocol, body):
    return ethernet(0x0800, ipv4(protocol, body))


def test_udp_of_no_wanted_port_is_passed(passed):
    assert passed(on_ipv4(17, udp(5004, 9999, b"x")))
    assert not passed(on_ipv4(17, udp(5004, 9999, b"x")), listening={9999})
    assert not passed(on_ipv4(17, udp(3702, 9999, b"x")))
    assert not passed(on_ipv4(17, udp(9999, 3702, b"x")))


def test_tcp_is_passed_once_its_direction_is_ignored(passed):
    assert not passed(on_ipv4(6, tcp(80, 40000, payload=b"x")))
    assert passed(on_ipv4(6, tcp(80, 40000, payload=b"x")), ignored={KEY})
    assert not passed(on_ipv4(6, tcp(81, 40000, payload=b"x")), ignored={KEY})


def test_mere_acknowledgement_is_passed(passed):
    assert passed(on_ipv4(6, tcp(80, 40000, flags=ACK)))


def test_acknowledgement_that_was_cut_short_is_not(passed):
    assert not passed(on_ipv4(6, tcp(80, 40000, flags=ACK))[:50])


@pytest.mark.parametrize("flags", [SYN, FIN | ACK, RST, SYN | ACK])
def test_ends_are_not_passed(passed, flags):
    assert not passed(on_ipv4(6, tcp(80, 40000, flags=flags)))
    assert not passed(on_ipv4(6, tcp(80, 40000, flags=flags)), ignored={KEY})


@pytest.mark.parametrize(
    "frame",
    [
        vlan(on_ipv4(17, udp(5004, 9999, b"x"))),
        ethernet(0x86DD, ipv6(17, udp(5004, 9999, b"x"))),
        on_ipv4(1, bytes(40)),
        on_ipv4(2, bytes(40)),
        b"",
        b"short",
    ],
)
def test_what_is_not_plain_is_left_to_the_sieve(passed, frame):
    assert not passed(frame)


@pytest.mark.parametrize("fragment", [0x2000, 0x0001, 0x1FFF])
def test_fragments_are_left_to_the_sieve(passed, fragment):
    frame = bytearray(on_ipv4(17, udp(5004, 9999, b"x")))
    frame[20:22] = fragment.to_bytes(2)

    assert not passed(bytes(frame))


def test_port_that_is_listened_to_is_read_from_then_on_though_its_datagrams_were_passed_before():
    datagram = on_ipv4(17, udp(5000, 40000, b"video"))
    interest = Interest(ports=PORTS, listening=set(PORTS))
    found = read_little(lambda write: write([FIRST, datagram, FIRST, datagram, FIRST]), interest)
    kept = []
    for buffer, start, end, *_ in found:
        kept.append(buffer[start:end])
        if len(kept) == 2:
            interest.listening.add(40000)

    assert kept == [FIRST, FIRST, datagram, FIRST]
