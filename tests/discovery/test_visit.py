"""Visits as conversations: each step is answered by a device that stands in the test, without a network."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.visits import (
    ALERT,
    BUSY,
    CERTIFICATE,
    CHALLENGE,
    LATE,
    LOCKED,
    OPTIONS_OK,
    PAGE,
    REFUSED,
    SHAKEN,
    Port,
    dialled,
    play,
    requests,
    usual,
)

from netaudit.discovery.visit import MOST_PORTS, PORTS, SECURE_PORTS, SILENT_PORTS, go_on, visit
from netaudit.discovery.visiting.state import MOST_HTTP_PER_PORT, MOST_HTTP_REQUESTS, Visit
from netaudit.model import Gap, Problem, Reply, Target
from netaudit.wire.steps import STEPS, Connect, Exchange, Outcome, Pause, Secure

EVERYTHING = {
    80: Port(),
    443: Port(handshakes=[SHAKEN, SHAKEN]),
    554: Port(answer=OPTIONS_OK),
    8000: Port(answer=LATE),
}


@pytest.mark.parametrize(
    ("channels", "ports", "beginnings"),
    [
        ({"http"}, {80, 443}, {b"GET "}),
        ({"rtsp"}, {554}, {b"OPTI", b"DESC"}),
        ({"tls"}, {443}, set()),
        ({"tcp"}, {80, 443, 554, 8000}, {b""}),
        ({"http", "tcp"}, {80, 443, 554, 8000}, {b"GET ", b""}),
    ],
)
def test_only_the_chosen_channels_are_asked(channels, ports, beginnings):
    steps, _ = play(EVERYTHING, channels=frozenset(channels))

    assert set(dialled(steps)) == ports
    assert {request[:4] for request in requests(steps)} == beginnings


def test_ipv6_address_is_connected_to_and_nothing_is_sent():
    target = Target(
        address="2001:db8::7", ports=tuple(EVERYTHING), silent_ports=SILENT_PORTS, secure_ports=SECURE_PORTS
    )
    steps, results = play(EVERYTHING, target)

    assert set(requests(steps)) == {b""}
    assert {r.channel for r in results} == {"tcp", "tls"}


# --- whatever a device does --------------------------------------------------------------------------------------------


def test_requests_to_one_device_are_limited():
    ports = tuple(range(9000, 9030))
    steps, _ = play(dict.fromkeys(ports, Port()), usual(ports))

    assert len([request for request in requests(steps) if request]) == MOST_HTTP_REQUESTS
    assert len(set(dialled(steps))) == MOST_PORTS


HEADERS = (
    rb" HTTP/1\.1\r\nHost: 192\.0\.2\.7(?::\d{1,5})?\r\nUser-Agent: netaudit\r\nAccept: \*/\*\r\n"
    rb"Connection: close\r\n"
)
PATHS = rb"/(?:favicon\.ico|SDK/activateStatus|ISAPI/System/deviceInfo|desc\.xml)?"
KNOWN = re.compile(
    rb"(?:GET " + PATHS + HEADERS + rb"\r\n"
    rb"|POST /(?:onvif/device_service|axis-cgi/basicdeviceinfo\.cgi)"
    + HEADERS
    + rb"Content-Type: [a-z/+;= 8-]+\r\nContent-Length: \d+\r\n\r\n[<{][^\r\n]+"
    rb"|OPTIONS rtsp://192\.0\.2\.7:\d{1,5}/ RTSP/1\.0\r\nCSeq: 1\r\n\r\n"
    rb"|DESCRIBE rtsp://192\.0\.2\.7:\d{1,5}/ RTSP/1\.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n\r\n)?"
)
PLAIN = b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nContent-Length: 2\r\n\r\nhi"
NAMED = st.sampled_from([80, 443, 8899, 49152, 8000, 554])
STATUSES = st.sampled_from(["ok", "ok", "ok", "refused", "timeout", "closed", "tls", "too_large", "unreachable"])
DATA = st.sampled_from(
    [b"", PAGE, PLAIN, PLAIN, BUSY, LOCKED, CHALLENGE, OPTIONS_OK, CERTIFICATE, ALERT.data]
) | st.binary(max_size=30)
OUTCOMES = st.lists(
    st.builds(Outcome, STATUSES, DATA, st.sampled_from(["", "EHOSTUNREACH", "ENETUNREACH"])), min_size=80
)
TARGETS = st.builds(
    Target,
    address=st.just("192.0.2.7"),
    ports=st.lists(st.sampled_from([*PORTS, 8899, 9000, 49152]), unique=True).map(tuple),
    silent_ports=st.frozensets(st.sampled_from(PORTS)),
    secure_ports=st.frozensets(st.sampled_from(PORTS)),
    bare_ports=st.frozensets(NAMED),
    services=st.lists(NAMED.map(lambda port: (port, "/onvif/device_service")), max_size=2).map(tuple),
    description=st.none() | NAMED.map(lambda port: (port, "/desc.xml")),
    known_by=st.frozensets(st.sampled_from(["sadp", "dhip", "axis"])),
)


@settings(max_examples=100, deadline=None)
@given(target=TARGETS, outcomes=OUTCOMES)
def test_whatever_a_device_does_a_visit_is_short_spaced_and_says_known_things_only(target, outcomes):
    conversation, coming, steps = visit(target), iter(outcomes), []
    item = next(conversation, None)
    while item is not None:
        outcome = Outcome()
        if isinstance(item, STEPS):
            steps.append(item)
            outcome = Outcome() if isinstance(item, Pause) else next(coming)
        else:
            assert isinstance(item, Reply | Problem | Gap)
        try:
            item = conversation.send(outcome)
        except StopIteration:
            item = None
    port, paused, handshakes, asked = None, True, {}, {}
    for step in steps:
        if isinstance(step, Connect):
            assert paused
            port = step.port
        if isinstance(step, Secure):
            handshakes[port] = handshakes.get(port, 0) + 1
        if isinstance(step, Exchange):
            assert KNOWN.fullmatch(step.request)
            assert not step.request or port not in target.silent_ports
            asked[port] = asked.get(port, 0) + step.request.startswith((b"GET", b"POST"))
        paused = isinstance(step, Pause) and step.seconds >= 0.1

    assert max(handshakes.values(), default=0) <= 2
    assert max(asked.values(), default=0) <= MOST_HTTP_PER_PORT
    assert sum(asked.values()) <= MOST_HTTP_REQUESTS
    assert len([r for r in requests(steps) if b"RTSP" in r]) <= 2
    assert set(dialled(steps)) <= set(target.ports)


def dialled_where_ports_are_named(after, *named):
    """The ports that are connected to, where these are named after so many connections."""
    state = Visit(usual(PORTS), frozenset({"tcp"}))
    conversation, ports = go_on(state), []
    item = next(conversation, None)
    while item is not None:
        if isinstance(item, Connect):
            ports.append(item.port)
        if isinstance(item, Pause) and len(ports) == after:
            state.target = usual((*named, *PORTS)[:MOST_PORTS])
        try:
            item = conversation.send(REFUSED)
        except StopIteration:
            break
    return ports


def test_ports_that_are_named_meanwhile_come_next_and_the_last_give_way():
    ports = dialled_where_ports_are_named(3, 9000, 9001)

    assert ports == [*PORTS[:4], 9000, 9001, *PORTS[4 : MOST_PORTS - 2]]


@pytest.mark.parametrize("after", range(1, MOST_PORTS + 1))
def test_a_device_gets_its_dozen_whenever_it_names_more(after):
    ports = dialled_where_ports_are_named(after, 9000, 9001, 9002)

    assert len(ports) == len(set(ports)) == MOST_PORTS
