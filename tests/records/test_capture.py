import gzip
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.captures import PORTS, conversation, gaps, problems, read, replies, to_client
from support.packets import (
    ACK,
    CAMERA,
    CAMERA_MAC,
    arp,
    ethernet,
    fragments,
    ipv4,
    ipv6,
    option,
    pcap_file,
    pcapng_file,
    udp,
    udp_frame,
    vlan,
)

from netaudit.model import Gap, Problem, Reply
from netaudit.records import capture
from netaudit.records.capture import is_capture, read_capture
from netaudit.records.connections import Connections

ANSWER = b"<Probe><Uuid>1</Uuid></Probe>"
FRAMES = [
    ethernet(0x0806, arp()),
    ethernet(0x8033, b"!\x02\x01B" + bytes(62)),
    udp_frame(37020, 37020, ANSWER),
    *fragments(udp(37020, 37020, ANSWER * 100), 1480),
    *conversation(b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 401 Unauthorized\r\n\r\n"),
    ethernet(0x86DD, ipv6(17, udp(5353, 5353, b"mdns"))),
]
KINDS = [
    pcap_file(FRAMES),
    pcap_file(FRAMES, ">", nanosecond=True),
    pcap_file(FRAMES, modified=True),
    pcapng_file(FRAMES),
    pcapng_file(FRAMES, ">"),
]


def summary(data):
    """(transport, address, port, payload) of each reply."""
    return [(reply.transport, reply.address, reply.port, reply.payload) for reply in replies(data)]


@pytest.mark.parametrize("data", [*KINDS, gzip.compress(KINDS[0]), gzip.compress(KINDS[3])])
def test_every_kind_of_file_gives_the_same_replies(data):
    assert [
        ("link", CAMERA, 0, arp()),
        ("link", "", 0, b"!\x02\x01B" + bytes(62)),
        ("udp", CAMERA, 37020, ANSWER),
        ("udp", CAMERA, 37020, ANSWER * 100),
        ("tcp", CAMERA, 80, b"HTTP/1.0 401 Unauthorized\r\n\r\n"),
        ("udp", "2001:db8::10", 5353, b"mdns"),
    ] == summary(data)
    assert len(read(data)) == 6


def test_reply_of_the_link_layer():
    (reply,) = replies(pcapng_file([vlan(ethernet(0x0806, arp()))], options=option(2, b"eth0")))

    assert (reply.channel, reply.mac, reply.interface, reply.heard_at) == ("", CAMERA_MAC, "eth0", 1_700_000_000.5)
    assert (reply.destination, reply.port, reply.asked) == ("", 0, None)


def test_arp_probe_has_no_address():
    assert [("link", "", 0, arp("0.0.0.0"))] == summary(pcap_file([ethernet(0x0806, arp("0.0.0.0"))]))


def test_link_layer_without_hardware_addresses():
    (reply,) = replies(pcap_file([ipv4(17, udp(3702, 9, b"hello"))], linktype=101))

    assert (reply.address, reply.mac) == (CAMERA, None)


def test_empty_capture_is_silent():
    assert read(pcap_file([])) == []
    assert read(pcapng_file([])) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"\xd4\xc3", "not a packet capture"),
        (b"{}" * 50, "not a packet capture"),
        (gzip.compress(b""), "the file is empty"),
        (gzip.compress(b"{}" * 50), "not a packet capture"),
        (gzip.compress(gzip.compress(KINDS[0])), "not a packet capture"),
        (b"\x1f\x8bnonsense", "its gzip stream is damaged"),
        (pcap_file(FRAMES, linktype=127), "link type 127 is not read"),
        (pcapng_file(FRAMES, linktype=195), "link type 195 is not read"),
        (pcap_file(FRAMES, linktype=127)[:-1], "link type 127 is not read"),
    ],
)
def test_what_is_no_capture_is_refused_in_one_line(data, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        read(data)

    assert "a.pcap: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_file_that_is_cut_off_ends_in_a_gap():
    events = read(KINDS[0][:-1])

    assert [type(event).__name__ for event in events] == ["Reply"] * 5 + ["Gap"]
    assert events[-1].kind == "truncated_input"
    assert events[-1].detail.startswith("a.pcap: the file ends in the middle of the packet at byte ")


def test_packed_file_that_is_cut_off_ends_in_a_gap():
    assert gaps(gzip.compress(KINDS[0])[:-9]) == [("truncated_input", "a.pcap: its gzip stream is cut off")]


def test_open_connections_come_before_the_gap():
    frames = conversation()[:-2]
    events = read(pcap_file([*frames, b"lost"])[:-1])

    assert [type(event).__name__ for event in events] == ["Reply", "Gap"]


def test_what_could_not_be_read_is_counted_in_one_problem():
    frames = [
        ethernet(0x0806, arp()[:20]),
        ethernet(0x0806, arp()[:21]),
        ethernet(0x0800, b"\x45" + bytes(30)),
        ethernet(0x0800, ipv4(17, udp(3702, 1, b"abc")[:-1])),
        ethernet(0x0800, ipv4(17, udp(1, 2, b"abc")[:-1])),
        udp_frame(3702, 3702, b"good"),
    ]
    events = read(pcap_file(frames))

    assert [type(event).__name__ for event in events] == ["Reply", "Problem"]
    assert (events[-1].stage, events[-1].channel, events[-1].status) == ("read", "capture", "malformed")
    assert (
        events[-1].detail == "3 packets could not be read, or not in full: 2 cut short, 1 with a malformed UDP header"
    )


def test_only_what_is_cut_and_of_interest_is_counted():
    frames = [udp_frame(3702, 1, bytes(100)), udp_frame(1, 2, bytes(100)), to_client(1, 1, ACK, bytes(100))]

    assert problems(pcap_file([*frames, to_client(101, 1, ACK, b"x")], snaplen=64)) == [
        "2 packets could not be read, or not in full: 2 cut short; 1 TCP answers have gaps, as the capture lacks packets of them"
    ]


def test_unknown_link_types_among_known_ones_are_counted():
    data = pcapng_file([FRAMES[0]]) + pcapng_file([FRAMES[0]] * 3, linktype=127)

    assert problems(data) == ["3 packets could not be read, or not in full: 3 of link type 127"]


def test_connections_given_up_are_a_problem(monkeypatch):
    monkeypatch.setattr(capture, "Connections", partial(Connections, max_open=1))
    frames = [to_client(1, 1, ACK, b"x", ports=(80, port)) for port in (1000, 1001, 1002)]
    events = read(pcap_file(frames))

    assert [type(event).__name__ for event in events] == ["Reply"] * 3 + ["Problem"]
    assert events[-1].status == "too_large"
    assert events[-1].detail.startswith("2 TCP connections were given up before their end")


@pytest.mark.parametrize("data", KINDS)
def test_capture_is_known_by_its_head(data):
    assert is_capture(data[:12])
    assert is_capture(gzip.compress(data)[:200])


@pytest.mark.parametrize(
    "head", [b"", b"\xd4\xc3\xb2", b"\n\r\r\n" + bytes(8), b"\x1f\x8b", gzip.compress(b"{}"), b'{"schema": "x"}']
)
def test_other_files_are_not_captures(head):
    assert not is_capture(head)


def test_missing_file_is_an_error_of_the_system():
    with pytest.raises(FileNotFoundError):
        list(read_capture(Path("/nonexistent/a.pcap"), PORTS))


def whatever(data):
    """The events; none, where the file is refused."""
    try:
        return read(data)
    except ValueError:
        return []


@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing_but_value_error(data):
    assert {type(event) for event in whatever(data)} <= {Reply, Problem, Gap}


@settings(max_examples=400)
@given(
    st.sampled_from(
        [*KINDS, gzip.compress(KINDS[0]), *(pcap_file(FRAMES, linktype=link) for link in (0, 101, 113, 276))]
    ),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
    st.floats(0.1, 1),
)
def test_damaged_captures_raise_nothing_but_value_error(data, changes, length):
    damaged = bytearray(data)
    for place, value in changes:
        damaged[int(place * (len(data) - 1))] = value

    assert all(
        len(getattr(event, "payload", b"")) <= 1 << 16 for event in whatever(bytes(damaged[: int(length * len(data))]))
    )
