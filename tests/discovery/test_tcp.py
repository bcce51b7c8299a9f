import pytest
from support.reading import pairs

from netaudit.discovery.tcp import TCP


def test_open_port_and_what_it_said_unasked():
    assert pairs(TCP, b"\x00\x00\x00\x10\x00\x00\x00\x1e", port=8000) == [
        ("tcp.port", "8000"),
        ("tcp.greeting", r"\x00\x00\x00\x10\x00\x00\x00\x1e"),
    ]


def test_open_port_that_said_nothing():
    assert pairs(TCP, b"", port=37777) == [("tcp.port", "37777")]


def test_refused_port_is_no_open_port():
    assert pairs(TCP, b"", port=80, facts=(("tcp.refused", "80"),)) == [("tcp.refused", "80")]


@pytest.mark.parametrize(
    ("greeting", "text"),
    [
        (b"220 ready\r\n", r"220 ready\x0d\x0a"),
        (b"\x1b[31mred\\", r"\x1b[31mred\x5c"),
        ("é".encode(), r"\xc3\xa9"),
        (b"x" * 100, "x" * 64),
    ],
)
def test_greeting_is_printable_whatever_it_is(greeting, text):
    assert pairs(TCP, greeting, port=21)[1] == ("tcp.greeting", text)
