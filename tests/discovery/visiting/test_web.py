"""How a web server is asked."""

import pytest
from support.visits import (
    BUSY,
    CHALLENGE,
    LATE,
    LOCAL,
    LOCKED,
    OK,
    PAGE,
    Port,
    dialled,
    of_kind,
    play,
    requests,
    usual,
)

from netaudit.discovery.visit import USUAL_CHANNELS, go_on
from netaudit.discovery.visiting.state import Visit
from netaudit.model import Problem
from netaudit.wire.steps import Connect, Exchange, Outcome, Pause

HIKVISION = b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\n<ActivateStatus/>"  # to whatever it is asked


def paths(steps):
    return [request.split()[1].decode() for request in requests(steps)]


def test_page_and_icon_each_on_a_connection_of_its_own():
    steps, results = play({80: Port()})
    page, icon = results

    assert [type(step) for step in steps] == [Connect, Exchange, Pause, Connect, Exchange]
    assert [line.split()[1] for line in requests(steps)] == [b"/", b"/favicon.ico"]
    assert (page.channel, page.transport, page.address, page.port) == ("http", "tcp", "192.0.2.7", 80)
    assert (page.payload, page.request, page.heard_at) == (PAGE, requests(steps)[0], 1000.0)
    assert (page.destination, page.destination_port, page.asked) == (*LOCAL, "192.0.2.7")
    assert icon.request == requests(steps)[1]


def test_icon_is_asked_for_once_per_device():
    steps, _ = play({80: Port(), 8080: Port(), 81: Port()})

    assert [request.split()[1] for request in requests(steps)] == [b"/", b"/favicon.ico", b"/", b"/"]


def test_icon_is_not_asked_of_what_is_no_web_server():
    steps, _ = play({80: Port(answer=b"\x00\x00\x00\x10binary")})

    assert len(requests(steps)) == 1


def test_open_port_without_an_answer_is_open_and_a_problem():
    _, (reply, problem) = play({80: Port(answer=LATE)})

    assert (reply.channel, reply.port, reply.payload) == ("tcp", 80, b"")
    assert (problem.stage, problem.channel, problem.status) == ("ask", "http", "timeout")


def test_answer_that_was_cut_short_is_kept():
    _, results = play({80: Port(answer=Outcome("too_large", PAGE * 10_000))})

    assert len(results[0].payload) == 80 * 1024


@pytest.mark.parametrize("ports", [{80: BUSY}, {554: BUSY.replace(b"HTTP", b"RTSP")}])
def test_overloaded_device_is_left_alone(ports):
    steps, results = play({port: Port(answer=answer) for port, answer in ports.items()} | {8080: Port(), 81: Port()})

    assert len(dialled(steps)) == 1
    (problem,) = of_kind(Problem, results)

    assert (problem.status, "503" in problem.detail) == ("closed", True)


def test_overload_at_the_icon_counts_too():
    steps, _ = play({80: Port(answer=lambda request: BUSY if b"favicon" in request else PAGE), 8080: Port()})

    assert dialled(steps) == [80, 80]


def test_device_that_says_it_is_locked_is_left_alone():
    steps, results = play({80: Port(answer=LOCKED), 554: Port(answer=CHALLENGE)})

    assert dialled(steps) == [80]
    assert (results[-1].kind, results[-1].address) == ("locked", "192.0.2.7")


def test_port_that_lost_a_connection_is_later_asked_what_was_to_follow_and_no_start_page_again():
    camera, state = {80: Port(answer=HIKVISION)}, Visit(usual([80]), USUAL_CHANNELS)
    first, _ = play(camera, conversation=go_on(state), connects={80: iter([OK, LATE])})
    second, _ = play(camera, conversation=go_on(state))
    third, _ = play(camera, conversation=go_on(state))

    assert paths(first) == ["/"]
    assert paths(second) == ["/SDK/activateStatus", "/favicon.ico"]
    assert third == []


def test_what_one_port_could_not_be_asked_the_next_one_is():
    connects = {80: iter([OK, LATE]), 8080: iter([OK, OK, OK])}
    steps, _ = play({80: Port(answer=HIKVISION), 8080: Port(answer=HIKVISION)}, connects=connects)

    assert paths(steps) == ["/", "/", "/SDK/activateStatus", "/favicon.ico"]


def test_unlocked_account_is_no_reason_to_stop():
    unlocked = LOCKED.replace(b" lock ", b"unlock")
    steps, _ = play({80: Port(answer=unlocked), 8080: Port(answer=unlocked)})

    assert 8080 in dialled(steps)
