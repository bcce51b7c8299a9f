"""How a stream server is asked."""

from support.visits import CHALLENGE, OPTIONS_OK, Port, play, requests

from netaudit.wire.steps import Connect, Exchange, Outcome


def test_describe_follows_on_the_same_connection_where_options_told_no_realm():
    steps, results = play({554: Port(answer=lambda request: CHALLENGE if b"DESCRIBE" in request else OPTIONS_OK)})

    assert [type(step) for step in steps] == [Connect, Exchange, Exchange]
    assert [request.split()[0] for request in requests(steps)] == [b"OPTIONS", b"DESCRIBE"]
    assert [(r.channel, r.payload) for r in results] == [("rtsp", OPTIONS_OK), ("rtsp", CHALLENGE)]


def test_describe_is_not_sent_where_options_told_the_realm():
    steps, _ = play({554: Port(answer=CHALLENGE)})

    assert [request.split()[0] for request in requests(steps)] == [b"OPTIONS"]


def test_describe_is_not_sent_where_the_device_hung_up():
    steps, results = play({554: Port(answer=Outcome("closed", OPTIONS_OK))})

    assert len(requests(steps)) == 1
    assert results[0].payload == OPTIONS_OK


def test_two_rtsp_requests_are_the_most():
    steps, results = play({554: Port(answer=OPTIONS_OK), 8554: Port(answer=OPTIONS_OK)})

    assert [request[:4] for request in requests(steps)] == [b"OPTI", b"DESC", b""]
    assert [(r.channel, r.port) for r in results] == [("rtsp", 554), ("rtsp", 554), ("tcp", 8554)]
