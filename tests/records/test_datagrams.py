import struct
from ipaddress import ip_address

import pytest
from support.packets import CAMERA, CLIENT, udp

from netaudit.records.datagrams import Datagrams
from netaudit.records.interest import UDP, Interest
from netaudit.records.packets import CUT, Packet

PORTS = frozenset({3702, 37020})
GROUP = "239.255.255.250"


def packet(body, source=CAMERA, target=CLIENT, seconds=0.0, missing=0):
    addresses = ip_address(source).packed, ip_address(target).packed
    return Packet(UDP, *addresses, body, missing, bytes([2, 0, 0, 0, 0, 1]), seconds, "eth0")


def table():
    interest = Interest(ports=PORTS, listening=set(PORTS))
    return Datagrams(interest), interest


def payloads(*packets):
    datagrams, _ = table()
    return [reply and reply.payload for reply in map(datagrams.add, packets)]


def test_datagram_is_a_reply_with_all_that_is_known():
    reply = table()[0].add(packet(udp(3702, 50000, b"hello"), seconds=7.5))

    assert (reply.transport, reply.address, reply.port) == ("udp", CAMERA, 3702)
    assert (reply.destination, reply.destination_port) == (CLIENT, 50000)
    assert (reply.payload, reply.heard_at, reply.interface) == (b"hello", 7.5, "eth0")
    assert (reply.mac, reply.request, reply.asked) == ("02:00:00:00:00:01", b"", None)


def test_either_port_makes_it_interesting():
    assert payloads(packet(udp(3702, 1, b"a")), packet(udp(1, 3702, b"b")), packet(udp(1, 2, b"c"))) == [
        b"a",
        b"b",
        None,
    ]


def test_empty_datagrams_are_left_out():
    assert payloads(packet(udp(3702, 1, b""))) == [None]


def test_bytes_behind_the_datagram_are_left_out():
    assert payloads(packet(udp(3702, 1, b"a") + b"padding")) == [b"a"]


def test_length_zero_means_all():
    assert payloads(packet(struct.pack(">HHHH", 3702, 1, 0, 0) + b"hello")) == [b"hello"]


@pytest.mark.parametrize(
    "body", [udp(3702, 1, b"abc")[:-1], struct.pack(">HHHH", 3702, 1, 7, 0), b"\x0e\x76\0\1\0\x08"]
)
def test_malformed_datagram(body):
    with pytest.raises(ValueError, match="with a malformed UDP header"):
        payloads(packet(body))


def test_datagram_that_is_cut():
    with pytest.raises(ValueError, match=CUT):
        payloads(packet(udp(3702, 1, b"abc")[:-1], missing=1))


def test_malformed_datagram_of_no_interest_is_nothing():
    assert payloads(packet(udp(1, 2, b"abc")[:-1])) == [None]


def test_answer_from_another_port_is_known_by_whom_it_goes_to():
    probe = packet(udp(50000, 3702, b"probe"), CLIENT, GROUP)
    answer = packet(udp(41000, 50000, b"answer"), seconds=2.0)

    assert payloads(answer, probe, answer) == [None, b"probe", b"answer"]


@pytest.mark.parametrize(
    "other",
    [
        packet(udp(41000, 50001, b"another port")),
        packet(udp(41000, 50000, b"another client"), target="192.0.2.99"),
        packet(udp(41000, 50000, b"too late"), seconds=61.0),
    ],
)
def test_datagram_to_somebody_who_did_not_ask_is_nothing(other):
    assert payloads(packet(udp(50000, 3702, b"probe"), CLIENT, GROUP), other) == [b"probe", None]


def test_asker_is_noted_for_the_sieve():
    datagrams, interest = table()
    datagrams.add(packet(udp(50000, 3702, b"probe"), CLIENT, GROUP))
    datagrams.add(packet(udp(37020, 3702, b"from a wanted port")))

    assert interest.listening == PORTS | {50000}


def test_askers_are_bounded():
    probes = [packet(udp(50000, 3702, b"p"), str(ip_address("10.0.0.0") + n), GROUP) for n in range(10_001)]
    answers = [packet(udp(4, 50000, b"a"), target=address) for address in ("10.0.0.0", "10.0.0.1")]

    assert payloads(*probes, *answers)[-2:] == [None, b"a"]
