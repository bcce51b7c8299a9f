import pytest
from support.reading import reply

from netaudit.discovery.channel import observe
from netaudit.discovery.contents import read_bodies


def upper(heard, body):
    if body.startswith(b"bad"):
        raise ValueError(body.decode())
    yield from observe(heard, "http.body", body.decode().upper())


def answer(body):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"alone", ["ALONE"]),
        (answer(b"one") + answer(b"two") + answer(b"one"), ["ONE", "TWO"]),
        (answer(b"bad") + answer(b"good"), ["GOOD"]),
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", []),
    ],
)
def test_bodies_are_read_where_they_can_be(payload, expected):
    assert [o.value for o in read_bodies(reply(payload), upper)] == expected


def test_reply_without_any_body_that_can_be_read():
    with pytest.raises(ValueError, match="bad one"):
        list(read_bodies(reply(answer(b"bad one") + answer(b"bad two")), upper))
