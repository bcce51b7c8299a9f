"""One web port: how many requests it gets, and as whose answer each is told."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.visits import PAGE, REFUSED, Port, dialled, play, requests, usual

from netaudit.discovery.visit import go_on
from netaudit.discovery.visiting.door import status_of
from netaudit.discovery.visiting.state import MOST_HTTP_PER_PORT, Visit
from netaudit.wire.steps import Connect, Outcome, Pause

WEBS = PAGE.replace(b"Apache", b"Webs")
FORBIDDEN = b'HTTP/1.1 403 Forbidden\r\n\r\n<userCheck xmlns="http://www.hikvision.com/ver20/XMLSchema"/>'


def test_four_requests_are_the_most_each_on_a_connection_of_its_own():
    steps, _ = play({80: Port(answer=WEBS)})

    assert len(requests(steps)) == MOST_HTTP_PER_PORT
    assert dialled(steps) == [80] * MOST_HTTP_PER_PORT
    assert all(isinstance(steps[at - 1], Pause) for at, step in enumerate(steps) if isinstance(step, Connect) and at)


def test_what_is_named_late_is_all_that_a_second_visit_asks_and_the_four_requests_are_for_both():
    first = Visit(usual((80,)), frozenset({"http", "upnp", "isapi"}))
    play({80: Port(answer=WEBS)}, conversation=go_on(first))
    asked, late = first.asked[80], usual((80,), description=(80, "/upnpdevicedesc.xml"), bare_ports=frozenset({80}))
    paths = {}
    for left in (1, 0):
        again = replace(first, target=late, asked=Counter({80: MOST_HTTP_PER_PORT - left}))
        steps, _ = play({80: Port(answer=WEBS)}, conversation=go_on(again))
        paths[left] = [request.split()[1] for request in requests(steps)]

    assert asked == MOST_HTTP_PER_PORT
    assert paths == {1: [b"/upnpdevicedesc.xml"], 0: []}


def test_port_that_opens_no_more_is_left():
    conversation = iter([Outcome("ok"), REFUSED])
    answers = iter([WEBS])
    port = Port(answer=lambda _: next(answers))
    steps, _ = play({80: port}, connects={80: conversation})

    assert [request.split()[1] for request in requests(steps)] == [b"/"]
    assert dialled(steps) == [80, 80]


def test_refusal_is_told_by_its_headers_and_by_its_document():
    _, results = play({80: Port(answer=lambda request: WEBS if b"GET / " in request else FORBIDDEN)})

    refusals = [result for result in results if result.payload == FORBIDDEN]
    assert {result.channel for result in refusals} == {"http", "isapi"}
    assert len({result.digest for result in refusals}) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (PAGE, 200),
        (FORBIDDEN, 403),
        (b"HTTP/1.1 abc", 0),
        (b"HTTP/1.1 404x", 404),
        (b"HTTP/1.1", 0),
        (b"RTSP/1.0 200 OK", 0),
        (b"", 0),
    ],
)
def test_status(answer, code):
    assert status_of(answer) == code


@given(st.binary(max_size=40))
def test_status_of_anything_is_a_number(answer):
    assert status_of(b"HTTP/" + answer) >= 0
