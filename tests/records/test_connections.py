from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.captures import conversation, handshake, to_client, to_server
from support.packets import ACK, CAMERA, CAMERA_MAC, CLIENT, FIN, RST, SYN, ethernet, ipv4, ipv6, tcp

from netaudit.records import connections as module
from netaudit.records.connections import Connections
from netaudit.records.frames import Interface
from netaudit.records.interest import Interest
from netaudit.records.packets import read_packets
from netaudit.records.streams import KEPT_SIZE

ANSWER = b"HTTP/1.0 200 OK\r\n\r\nhello"
HTTP = b"GET / HTTP/1.0\r\n\r\n"


def run(frames, kept=None, **limits):
    """(number of the frame, reply) for each reply; -1 for those that the end brought. And the table, and what was skipped."""
    skipped = Counter()
    table = Connections(skipped, **limits)
    interest = Interest(ports=frozenset(), ignored=table.ignored)
    found = []
    for number, frame in enumerate(frames):
        end = len(frame) if kept is None else min(kept, len(frame))
        place = (frame + bytes(128), 0, end, number, 0, Interface(link=1, name="eth0"))
        for packet in read_packets([place], interest, set(), skipped):
            try:
                found += [(number, reply) for reply in table.add(packet)]
            except ValueError as error:
                skipped[str(error)] += 1
    found += [(-1, reply) for reply in table.finish()]
    return found, table, dict(skipped)


def heard(frames, **limits):
    """(server port, request, answer) of each connection."""
    return [(reply.port, reply.request, reply.payload) for _, reply in run(frames, **limits)[0]]


def given_out_at(frames, **limits):
    return [number for number, _ in run(frames, **limits)[0]]


def test_connection_is_one_reply_with_all_that_is_known():
    (((_, reply),), _, _) = run(conversation(b"GET /\r\n", ANSWER))

    assert (reply.transport, reply.address, reply.port, reply.asked) == ("tcp", CAMERA, 80, CAMERA)
    assert (reply.destination, reply.destination_port) == (CLIENT, 40000)
    assert (reply.request, reply.payload) == (b"GET /\r\n", ANSWER)
    assert (reply.mac, reply.interface, reply.heard_at) == (CAMERA_MAC, "eth0", 4.0)


def test_connection_over_ipv6():
    ends = ("2001:db8::20", "2001:db8::10")
    frames = [
        ethernet(0x86DD, ipv6(6, tcp(40000, 80, 1, 0, SYN), *ends)),
        ethernet(0x86DD, ipv6(6, tcp(80, 40000, 9, 2, SYN | ACK))),
        ethernet(0x86DD, ipv6(6, tcp(80, 40000, 10, 2, ACK, b"hello"))),
    ]
    (((_, reply),), _, _) = run(frames)

    assert (reply.address, reply.destination, reply.payload) == ("2001:db8::10", "2001:db8::20", b"hello")


def test_both_ends_done_give_the_connection_out():
    frames = conversation()

    assert [len(frames) - 1] == given_out_at([*frames, to_server(1020, 5026), to_client(5026, 1020)])


def test_reset_gives_the_connection_out():
    frames = [*handshake(), to_client(5001, 1001, payload=b"220 ready\r\n"), to_client(5012, 1001, RST)]

    assert given_out_at([*frames, to_client(5001, 1001, payload=b"220 ready\r\n")]) == [4]


def test_open_connections_are_given_out_at_the_end():
    frames = [*handshake(), to_client(5001, 1001, payload=b"220 ready\r\n")]

    assert given_out_at(frames) == [-1]
    assert heard(frames) == [(80, b"", b"220 ready\r\n")]


def test_accepted_connection_without_data_is_an_empty_answer():
    (((_, reply),), _, _) = run([*handshake(), to_server(1001, 5001, RST)])

    assert (reply.payload, reply.heard_at, reply.mac) == (b"", 1.0, CAMERA_MAC)


@pytest.mark.parametrize(
    "frames",
    [
        [to_server(1000, 0, SYN)],
        [to_server(1000, 0, SYN), to_client(0, 1001, RST | ACK)],
        [to_server(1000, 0, SYN), to_server(1001, 0, payload=HTTP)],
        [to_server(1001, 5001), to_client(5001, 1001), to_client(5001, 1001, FIN | ACK)],
        [to_server(1001, 5001, payload=HTTP)],
        [to_client(5001, 1001, RST)],
    ],
)
def test_connection_without_an_answer_gives_nothing(frames):
    assert heard(frames) == []


def test_more_than_the_limit_is_not_waited_for():
    answer = bytes(range(256)) * 300
    frames = conversation(HTTP, answer, size=1000)
    found = run(frames)[0]

    assert [answer[:KEPT_SIZE]] == [reply.payload for _, reply in found]
    assert found[0][0] < len(frames) - 5


def test_long_request_does_not_keep_the_answer_away():
    request = bytes(range(256)) * 300

    assert [(80, request[:KEPT_SIZE], ANSWER)] == heard(conversation(request, ANSWER, size=1000))


@pytest.mark.parametrize(("client", "server"), [(2**32 - 5, 2**32 - 9), (2**32 - 1, 0), (0, 2**31 - 4)])
def test_sequence_numbers_wrap_around(client, server):
    assert heard(conversation(HTTP, ANSWER, client, server)) == [(80, HTTP, ANSWER)]


def test_answer_stops_at_a_gap():
    frames = conversation(HTTP, ANSWER)
    del frames[8]
    found, table, _ = run(frames)

    assert [ANSWER[:14]] == [reply.payload for _, reply in found]
    assert table.broken == 1


@pytest.mark.parametrize("port", [80, 554, 37777, 34567])
def test_server_of_a_connection_that_began_earlier_is_known_by_its_port(port):
    request = to_server(1001, 5001, payload=b"request", ports=(33000, port))
    answer = to_client(5001, 1008, payload=b"answer", ports=(port, 33000))

    assert [(port, b"request", b"answer")] == heard([request, answer])
    assert [(port, b"request", b"answer")] == heard([answer, request])


def test_lower_port_is_the_server_where_none_is_known():
    assert heard([to_client(1, 1, payload=b"x", ports=(1234, 4321))]) == [(1234, b"", b"x")]


@pytest.mark.parametrize("beginning", [0, 1])
def test_either_half_of_the_handshake_tells_the_server(beginning):
    syns = [to_server(1000, 0, SYN, ports=(80, 40000)), to_client(5000, 1001, SYN | ACK, ports=(40000, 80))]
    request = to_server(1001, 5001, payload=b"request", ports=(80, 40000))
    answer = to_client(5001, 1008, payload=b"answer", ports=(40000, 80))

    assert heard([syns[beginning], request, answer]) == [(40000, b"request", b"answer")]
    assert heard([answer, request, syns[beginning]]) == [(40000, b"request", b"answer")]
    assert heard([request, syns[beginning], answer]) == [(40000, b"request", b"answer")]


def test_ports_may_be_used_again():
    first, second = conversation(HTTP, b"first"), conversation(HTTP, b"second", 90_000, 70_000)

    assert heard(first + second) == [(80, HTTP, b"first"), (80, HTTP, b"second")]
    assert heard(first[:-2] + second) == [(80, HTTP, b"first"), (80, HTTP, b"second")]


def test_handshake_that_comes_twice_is_one_connection():
    frames = conversation(HTTP, ANSWER)

    assert heard(frames[:2] + frames + frames[:3]) == [(80, HTTP, ANSWER)]


def test_late_segments_of_a_finished_connection_are_no_new_one():
    frames = conversation(HTTP, ANSWER)

    assert heard(frames + frames) == [(80, HTTP, ANSWER)]


def test_keepalive_does_not_disturb():
    frames = conversation(HTTP, ANSWER)
    keepalive = to_client(5000, 1019, payload=b"\0")

    assert heard([*frames[:3], keepalive, *frames[3:-1], keepalive, frames[-1]]) == [(80, HTTP, ANSWER)]


def test_segment_cut_by_the_snap_length_leaves_a_gap():
    frames = [*handshake(), to_client(5001, 1001, payload=b"0123456789"), to_client(5011, 1001, FIN | ACK)]
    found, table, skipped = run(frames, kept=58)

    assert [reply.payload for _, reply in found] == [b"0123"]
    assert skipped == {"cut short": 1}
    assert table.broken == 1


def test_last_segment_that_is_cut_leaves_a_gap():
    frames = [*handshake(), to_client(5001, 1001, FIN | ACK, b"0123456789"), to_server(1001, 5012, FIN | ACK)]
    found, table, _ = run(frames, kept=58)

    assert [(number, reply.payload) for number, reply in found] == [(-1, b"0123")]
    assert table.broken == 1


def test_refused_attempt_says_nothing_of_later_connections():
    attempt = to_server(1000, 0, SYN, ports=(80, 40000))
    refusal = to_client(0, 1001, RST | ACK, ports=(40000, 80))
    answer = to_server(5001, 1001, payload=b"answer", ports=(80, 40000))

    assert heard([attempt, refusal, answer]) == [(80, b"", b"answer")]


@pytest.mark.parametrize(
    "segment",
    [
        tcp(80, 40000, payload=b"x")[:19],
        tcp(80, 40000, flags=SYN | FIN),
        tcp(80, 40000, flags=SYN | RST),
        tcp(80, 40000)[:12] + b"\x40" + tcp(80, 40000)[13:],
        tcp(80, 40000)[:12] + b"\x60" + tcp(80, 40000)[13:],
    ],
)
def test_malformed_segment_is_counted(segment):
    assert run([ethernet(0x0800, ipv4(6, segment))])[::2] == ([], {"with a malformed TCP header": 1})


def test_end_that_talks_to_itself_is_counted():
    frame = ethernet(0x0800, ipv4(6, tcp(80, 80, payload=b"x"), CAMERA, CAMERA))

    assert run([frame])[::2] == ([], {"of TCP from an end to itself": 1})


def test_header_that_is_cut_is_counted_as_cut():
    assert run([to_client(1, 1, payload=b"x")], kept=50)[::2] == ([], {"cut short": 1})


def greeting(number):
    ports = (80, 10_000 + number)
    return [
        to_client(5000, 1001, SYN | ACK, ports=ports),
        to_client(5001, 1001, payload=b"hello %d" % number, ports=ports),
    ]


def test_oldest_connections_are_given_up_when_too_many_are_open():
    frames = [frame for number in range(5) for frame in greeting(number)]
    found, table, _ = run(frames, max_open=3)

    assert [reply.payload for _, reply in found] == [b"hello 0", b"hello 1", b"hello 2", b"hello 3", b"hello 4"]
    assert [number for number, _ in found] == [6, 8, -1, -1, -1]
    assert table.given_up == 2


def test_oldest_connections_are_given_up_when_too_much_is_held():
    frames = [frame for number in range(5) for frame in greeting(number)]
    found, table, _ = run(frames, max_held_size=600)

    assert [number for number, _ in found] == [5, 7, 9, -1, -1]
    assert table.given_up == 3


def test_what_is_remembered_of_unanswered_and_finished_connections_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "_MAX_ASKED", 10)
    monkeypatch.setattr(module, "_MAX_IGNORED", 10)
    frames = [to_server(1000, 0, SYN, ports=(n, 80)) for n in range(1, 50)]
    frames += [f for n in range(50) for f in (*greeting(n), to_server(1001, 5001, RST, ports=(10_000 + n, 80)))]
    found, table, _ = run(frames)

    assert len(found) == 50
    assert len(table.ignored) == 10
    assert len(table._asked) == 10


@st.composite
def disorders(draw):
    """The frames of a connection, from random numbers on, in any order, some of them twice."""
    request, answer = draw(st.binary(max_size=40)), draw(st.binary(min_size=1, max_size=60))
    numbers = st.integers(0, 2**32 - 1)
    frames = conversation(request, answer, draw(numbers), draw(numbers), draw(st.integers(1, 30)))
    again = draw(st.lists(st.sampled_from(frames), max_size=8))
    return request, answer, draw(st.permutations(frames + again))


@settings(max_examples=300)
@given(disorders())
def test_any_order_of_segments_gives_the_same_streams(disorder):
    request, answer, frames = disorder

    assert [(80, request, answer)] == heard(frames)


@st.composite
def hostile_segments(draw):
    ends, ports, small = st.sampled_from([CAMERA, CLIENT]), st.sampled_from([80, 81]), st.integers(0, 40)
    segment = st.builds(tcp, ports, ports, small, small, st.integers(0, 63), st.binary(max_size=6))
    packets = draw(st.lists(st.builds(ipv4, st.just(6), segment, ends, ends), max_size=40))
    return [ethernet(0x0800, packet) for packet in packets]


@settings(max_examples=200)
@given(hostile_segments())
def test_hostile_segments_do_no_harm(frames):
    found, table, _ = run(frames)

    assert all(len(reply.payload) <= KEPT_SIZE for _, reply in found)
    assert table._held_size == 0
    assert not table._open
