import socket
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from support.loopback import PATIENCE_S, ask_tcp, corner_place

from netaudit.demo import emulate
from netaudit.demo.device import Answer, EmulatedDevice, TcpService, Truth

GET = b"GET / HTTP/1.1\r\n\r\n"


@contextmanager
def serving(*answers: Answer, speaks: str = "http", greeting: str = "", strict: bool = False):
    """A device with one service on port 8000."""
    service = TcpService(port=8000, speaks=speaks, greeting=greeting, strict=strict, answer=answers)
    truth = Truth(family="unknown", verdict="unknown")
    device = EmulatedDevice(name="x", summary="", host=9, mac="02:00:00:00:00:09", truth=truth, tcp=(service,))
    with emulate([device], corner_place) as network:
        yield network["x"]


def dial(played) -> socket.socket:
    return socket.create_connection((played.address, 8000), PATIENCE_S)


def test_connection_stays_open_for_the_next_request():
    with (
        serving(Answer(when="", head="HTTP/1.1 200 OK\nContent-Length: @length@", body="ok")) as played,
        dial(played) as sock,
    ):
        for _ in range(2):
            sock.sendall(GET)
            answer = b""
            while not answer.endswith(b"ok"):
                answer += sock.recv(100)

    assert list(played.requests()) == [GET, GET]
    assert len(list(played.connections())) == 1


def test_connection_ends_when_told():
    with serving(Answer(when="", text="bye", close=True)) as played:
        answer = ask_tcp(played.address, 8000, GET)

    assert answer == b"bye"


def test_requests_in_a_row_are_answered_in_a_row():
    with serving(Answer(when="/2 ", text="two", close=True), Answer(when="/1 ", text="one")) as played:
        answer = ask_tcp(played.address, 8000, b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")

    assert answer == b"onetwo"


def test_strict_service_hangs_up_on_what_is_no_request():
    with serving(Answer(when="", text="ok", close=True), strict=True) as played:
        answers = [ask_tcp(played.address, 8000, said) for said in (GET, b"\x16\x03\x01")]

    assert answers == [b"ok", b""]


def test_silent_service_says_nothing_and_keeps_what_it_heard():
    with serving(speaks="nothing") as played, dial(played) as sock:
        sock.sendall(b"hello")
        sock.shutdown(socket.SHUT_WR)
        answer = sock.recv(100)

    assert answer == b""
    assert list(played.requests()) == [b"hello"]


def test_greeting_comes_unasked():
    with serving(speaks="nothing", greeting="000000100000001e") as played, dial(played) as sock:
        greeting = sock.recv(100)

    assert bytes.fromhex("000000100000001e") == greeting


def test_endless_body_goes_on_until_the_visitor_leaves():
    with serving(Answer(when="", head="HTTP/1.1 200 OK", body="more ", endless=True)) as played:
        answer = ask_tcp(played.address, 8000, GET, limit=1 << 20)

    assert len(answer) >= 1 << 20
    assert played.visitors == set()


def test_dripping_service_sends_byte_by_byte(monkeypatch):
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr("netaudit.demo.loop.time", SimpleNamespace(monotonic=lambda: clock.now))
    parts = []
    with serving(Answer(when="", text="abc", drip_ms=5, close=True)) as played, dial(played) as sock:
        sock.sendall(GET)
        while part := sock.recv(100):
            parts.append(part)
            clock.now += 0.005  # before that the next byte is not due

    assert parts == [b"a", b"b", b"c"]


def test_visitor_who_leaves_early_does_no_harm():
    with serving(Answer(when="", text="late", delay_ms=30, close=True)) as played:
        with dial(played) as sock:
            sock.sendall(GET)
        answer = ask_tcp(played.address, 8000, GET)

    assert answer == b"late"


def test_connections_after_each_other_are_never_two_at_once():
    with serving(Answer(when="", text="ok", close=True)) as played:
        for _ in range(20):
            ask_tcp(played.address, 8000, GET)

    assert played.most_open == 1
    assert len(list(played.connections())) == 20


def test_connections_side_by_side_are_counted():
    with serving(Answer(when="", text="ok")) as played, dial(played) as first, dial(played) as second:
        for sock in (first, second):
            sock.sendall(GET)
            sock.recv(10)

    assert played.most_open == 2
    assert played.visitors == set()


@pytest.mark.parametrize("nonsense", [b"\x16\x03\x01" * 30000, b"GET / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n"])
def test_request_without_end_ends_the_connection(nonsense):
    with serving(Answer(when="", text="ok")) as played, dial(played) as sock:
        try:
            sock.sendall(nonsense)  # of which the service does not take all
            answer = sock.recv(100)
        except ConnectionError:
            answer = b""

    assert answer == b""
