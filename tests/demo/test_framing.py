import pytest

from netaudit.demo.device import Answer
from netaudit.demo.framing import MOST, choose_answer, ends_connection, fits, may_become_request, split_request

GET = b"GET / HTTP/1.1\r\nHost: 192.0.2.5\r\n\r\n"
POST = b"POST /x HTTP/1.1\r\ncontent-length: 4\r\n\r\nbody"


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (b"", (b"", b"")),
        (GET, (GET, b"")),
        (GET[:-1], (b"", GET[:-1])),
        (GET + POST, (GET, POST)),
        (POST, (POST, b"")),
        (POST[:-1], (b"", POST[:-1])),
    ],
)
def test_request_ends_where_its_head_and_body_end(received, expected):
    assert expected == split_request(received)


@pytest.mark.parametrize("received", [b"a" * (MOST + 1), POST.replace(b"4", b"999999")])
def test_request_without_end_is_refused(received):
    with pytest.raises(ValueError, match="more than"):
        split_request(received)


@pytest.mark.parametrize(
    ("received", "expected"),
    [(GET, True), (GET[:9], True), (b"GE", True), (b"\r\n\r\n", False), (b"HELP\r\n", False), (b"\x16\x03\x01", False)],
)
def test_what_may_become_a_request_begins_with_a_method(received, expected):
    assert may_become_request(received) is expected


def test_first_answer_that_fits_is_chosen():
    answers = (Answer(when=r"\AGET /a ", head="1"), Answer(when=r"\AGET ", head="2"), Answer(when="", head="3"))

    assert answers[1] == choose_answer(answers, "http", GET)


@pytest.mark.parametrize(("speaks", "start"), [("http", "HTTP/1.1 404 "), ("rtsp", "RTSP/1.0 404 ")])
def test_unknown_request_is_not_found(speaks, start):
    answer = choose_answer((), speaks, GET)

    assert answer.head.startswith(start)


def test_expression_sees_bytes():
    assert fits(r"\A\xa3.\x00\Z", b"\xa3\n\x00")
    assert not fits(r"\A\xa3.\x00\Z", b"\xa3\n\x01")


@pytest.mark.parametrize(
    ("request_bytes", "head", "expected"),
    [
        (GET, b"HTTP/1.1 200 OK\r\n\r\n", False),
        (GET, b"HTTP/1.1 200 OK\r\nCONNECTION: close\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nconnection:close\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", True),
    ],
)
def test_either_side_may_end_the_connection(request_bytes, head, expected):
    assert expected == ends_connection(request_bytes, head)
