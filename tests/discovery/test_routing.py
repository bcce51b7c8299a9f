"""Which channel reads a reply that nobody has claimed, as captures and `identify` give them."""

import pytest
from support.packets import arp
from support.reading import reply

from netaudit.discovery import BY_NAME, CHANNELS, UDP_PORTS, route
from netaudit.discovery.dhip import build_request as search
from netaudit.discovery.mdns import build_query
from netaudit.discovery.sadp import build_request as inquiry
from netaudit.discovery.wsd import build_probe
from netaudit.vocabulary import FIELDS

HTTP = b"HTTP/1.1 200 OK\r\nServer: Webs\r\n\r\n"
RTSP = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"
SADP_FRAME = b"\x21\x02\x01\xf6" + bytes(242)


def name_of(payload, transport, port=40_000, **rest):
    channel = route(reply(payload, transport=transport, port=port, **rest))
    return channel and channel.name


@pytest.mark.parametrize(
    ("payload", "transport", "port", "name"),
    [
        (arp(), "link", 0, "arp"),
        (b"192.0.2.1 0x1 0x2 44:19:b6:00:00:01 * eth0", "table", 0, "arp"),
        (SADP_FRAME, "link", 0, "sadp"),
        (build_probe(), "udp", 3702, "wsd"),
        (inquiry(), "udp", 37020, "sadp"),
        (search(), "udp", 37810, "dhip"),
        (build_query(unicast=True), "udp", 5353, "mdns"),
        (HTTP, "tcp", 80, "http"),
        (RTSP, "tcp", 554, "rtsp"),
    ],
)
def test_usual_ports(payload, transport, port, name):
    assert name_of(payload, transport, port) == name


@pytest.mark.parametrize(
    ("payload", "transport", "name"),
    [
        (build_probe(), "udp", "wsd"),
        (search(), "udp", "dhip"),
        (search().replace(b"DHIP", b"PIHD", 1), "udp", "dhip"),
        (HTTP, "tcp", "http"),
        (HTTP, "tls", "http"),
        (RTSP, "tcp", "rtsp"),
        (b"SSH-2.0-dropbear", "tcp", "ssh"),
    ],
)
def test_bytes_tell_their_protocol_on_any_port(payload, transport, name):
    assert name_of(payload, transport) == name


@pytest.mark.parametrize(
    ("payload", "port", "name"), [(RTSP, 80, "rtsp"), (HTTP, 554, "http"), (search(), 3702, "dhip")]
)
def test_bytes_go_before_ports(payload, port, name):
    assert name_of(payload, "udp" if name == "dhip" else "tcp", port) == name


def test_either_end_of_a_datagram_tells_its_port():
    assert name_of(b"<ProbeMatch>", "udp", 50_000, destination_port=37020) == "sadp"


def test_what_nobody_knows_is_a_greeting_over_tcp_and_nothing_over_udp():
    assert [name_of(b"\x01\x02", transport) for transport in ("tcp", "tls", "udp", "link")] == [
        "tcp",
        "tcp",
        None,
        None,
    ]


def test_channel_that_a_reply_came_by_is_believed():
    assert name_of(HTTP, "tcp", 80, channel="rtsp") == "rtsp"
    assert name_of(HTTP, "tcp", 80, channel="no-such-channel") is None


def test_every_channel_has_one_name_and_says_what_it_is():
    assert len(BY_NAME) == len(CHANNELS)
    assert all(channel.title and channel.fields and set(channel.fields) <= set(FIELDS) for channel in CHANNELS)


def test_discovery_ports_are_watched_in_captures():
    assert {67, 1900, 3702, 5353, 37020, 37810} <= UDP_PORTS


def test_whoever_asks_says_in_words_what_is_sent():
    assert [c.name for c in CHANNELS if (c.find or c.reach) and not c.sends] == []
