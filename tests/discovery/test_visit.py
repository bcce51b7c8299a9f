"""Visits as conversations: each step is answered by a device that stands in the test, without a network."""

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.discovery.visit import (
    MOST_HTTP_REQUESTS,
    MOST_PORTS,
    PORTS,
    SECURE_PORTS,
    SILENT_PORTS,
    build_get,
    build_rtsp,
    visit,
)
from netaudit.model import Gap, Problem, Reply, Target
from netaudit.wire.secure import legacy_context, modern_context
from netaudit.wire.steps import STEPS, Connect, Exchange, Outcome, Pause, Secure

PAGE = b"HTTP/1.1 200 OK\r\nServer: Webs\r\nContent-Length: 2\r\n\r\nhi"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
LOCKED = b"HTTP/1.1 401 Unauthorized\r\n\r\n<userCheck>\n<lockStatus> lock </lockStatus><unlockTime>1785</unlockTime></userCheck>"
OPTIONS_OK = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n"
CHALLENGE = b'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm="Login to 1"\r\n\r\n'
CERTIFICATE = b"\x30\x82der"
LOCAL = ("192.0.2.2", 50_000)

OK = Outcome("ok", local=LOCAL, at=1000.0)
REFUSED = Outcome("refused", detail="ECONNREFUSED")
LATE = Outcome("timeout")
SHAKEN = Outcome("ok", CERTIFICATE, tls_version="TLSv1.2", local=LOCAL, at=1000.0)
ALERT = Outcome("tls", b"\x15\x03\x01\x00\x02\x02\x46", "TLSV1_ALERT_PROTOCOL_VERSION")


@dataclass
class Port:
    """How one port of the device behaves: what a connect, handshakes and requests come to."""

    connect: Outcome = OK
    handshakes: list[Outcome] = field(default_factory=list)
    answer: object = PAGE  # bytes, an Outcome, or a function of the request that gives one of them


def said(answer, request):
    answer = answer(request) if callable(answer) else answer
    return answer if isinstance(answer, Outcome) else Outcome("ok", answer, local=LOCAL, at=1000.0)


def play(ports, target=None, channels=None, elsewhere=REFUSED):
    """Visit a device with these ports; the steps that were taken, and the results."""
    target = target or usual(ports)
    conversation = visit(target, channels) if channels else visit(target)
    steps, results, port, outcome = [], [], None, None
    handshakes = {number: iter(port.handshakes) for number, port in ports.items()}
    while True:
        try:
            item = next(conversation) if outcome is None else conversation.send(outcome)
        except StopIteration:
            return steps, results
        if not isinstance(item, STEPS):
            results.append(item)
            outcome = Outcome()
            continue
        steps.append(item)
        if isinstance(item, Connect):
            port = item.port
            outcome = ports[port].connect if port in ports else elsewhere
        elif isinstance(item, Secure):
            outcome = next(handshakes[port])
        elif isinstance(item, Exchange):
            outcome = said(ports[port].answer, item.request)
        else:
            outcome = Outcome()


def usual(ports, **settings):
    ports = tuple(ports)
    defaults = {"silent_ports": SILENT_PORTS, "secure_ports": SECURE_PORTS}
    return Target(address="192.0.2.7", ports=ports, **{**defaults, **settings})


def of_kind(kind, items):
    return [item for item in items if isinstance(item, kind)]


def requests(steps):
    return [step.request for step in of_kind(Exchange, steps)]


def dialled(steps):
    return [step.port for step in of_kind(Connect, steps)]


# --- requests, byte for byte ------------------------------------------------------------------------------------------


def test_get_byte_for_byte():
    assert build_get("192.0.2.7", 80, "/", secured=False) == (
        b"GET / HTTP/1.1\r\nHost: 192.0.2.7\r\nUser-Agent: netaudit\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("port", "secured", "host"),
    [
        (443, True, b"192.0.2.7"),
        (443, False, b"192.0.2.7:443"),
        (8443, True, b"192.0.2.7:8443"),
        (80, True, b"192.0.2.7:80"),
    ],
)
def test_host_names_the_port_where_it_is_not_the_usual_one(port, secured, host):
    assert f"\r\nHost: {host.decode()}\r\n".encode() in build_get("192.0.2.7", port, "/", secured=secured)


@given(st.ip_addresses(v=4), st.integers(1, 65535), st.booleans())
def test_host_is_never_longer_than_21_bytes(address, port, secured):
    (host,) = re.findall(rb"\r\nHost: (.*)\r\n", build_get(str(address), port, "/favicon.ico", secured=secured))

    assert len(host) <= 21


def test_rtsp_byte_for_byte():
    assert build_rtsp("192.0.2.7", 554, "OPTIONS") == b"OPTIONS rtsp://192.0.2.7:554/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    assert build_rtsp("192.0.2.7", 554, "DESCRIBE") == (
        b"DESCRIBE rtsp://192.0.2.7:554/ RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n\r\n"
    )


# --- web --------------------------------------------------------------------------------------------------------------


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
    assert (results[-1].status, "503" in results[-1].detail) == ("closed", True)


def test_overload_at_the_icon_counts_too():
    steps, _ = play({80: Port(answer=lambda request: BUSY if b"favicon" in request else PAGE), 8080: Port()})

    assert dialled(steps) == [80, 80]


def test_device_that_says_it_is_locked_is_left_alone():
    steps, results = play({80: Port(answer=LOCKED), 554: Port(answer=CHALLENGE)})

    assert dialled(steps) == [80]
    assert (results[-1].kind, results[-1].address) == ("locked", "192.0.2.7")


def test_unlocked_account_is_no_reason_to_stop():
    unlocked = LOCKED.replace(b" lock ", b"unlock")
    steps, _ = play({80: Port(answer=unlocked), 8080: Port(answer=unlocked)})

    assert 8080 in dialled(steps)


# --- RTSP -------------------------------------------------------------------------------------------------------------


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


# --- makers' ports ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("port", sorted(SILENT_PORTS))
def test_nothing_is_sent_to_a_maker_s_port(port):
    steps, (reply,) = play({port: Port(answer=Outcome("timeout", b"\x00\x00\x00\x10" * 40))})
    (exchange,) = of_kind(Exchange, steps)

    assert (exchange.request, exchange.limit_bytes, exchange.timeout_s) == (b"", 64, 0.3)
    assert not exchange.enough(b"\x00\x00\x00\x10")
    assert (reply.channel, reply.port, reply.payload) == ("tcp", port, b"\x00\x00\x00\x10" * 16)


def test_port_that_a_device_named_for_its_sdk_over_tls_is_connected_to_and_no_more():
    target = Target(address="192.0.2.7", ports=(8443,), silent_ports=frozenset({8443}), secure_ports=frozenset())
    steps, (reply,) = play({8443: Port(answer=LATE)}, target)

    assert ([type(step) for step in steps], requests(steps)) == ([Connect, Exchange], [b""])
    assert (reply.channel, reply.payload) == ("tcp", b"")


# --- TLS --------------------------------------------------------------------------------------------------------------


def test_certificate_page_and_icon_with_two_handshakes():
    steps, (tls, page, _) = play({443: Port(handshakes=[SHAKEN, SHAKEN])})

    assert [type(step) for step in steps] == [Connect, Secure, Exchange, Pause, Connect, Secure, Exchange]
    assert [step.context for step in of_kind(Secure, steps)] == [modern_context()] * 2
    assert (tls.channel, tls.transport, tls.payload) == ("tls", "tls", CERTIFICATE)
    assert dict(tls.facts) == {"tls.version": "TLSv1.2", "tls.legacy": "no"}
    assert (page.channel, page.transport, page.port) == ("http", "tls", 443)
    assert b"Host: 192.0.2.7\r\n" in page.request


def test_old_device_gets_a_second_handshake_and_no_third():
    old = Outcome("ok", CERTIFICATE, tls_version="TLSv1")
    steps, results = play({443: Port(handshakes=[ALERT, old]), 8080: Port()})

    assert [type(step) for step in steps[:6]] == [Connect, Secure, Pause, Connect, Secure, Exchange]
    assert [step.context for step in of_kind(Secure, steps)] == [modern_context(), legacy_context()]
    assert dict(results[0].facts) == {"tls.version": "TLSv1", "tls.legacy": "yes"}
    assert [r.request.split()[1] for r in results[1:]] == [b"/", b"/", b"/favicon.ico"]
    assert [r.port for r in results[1:]] == [443, 8080, 8080]


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (ALERT, ALERT, "no version or suite in common"),
        (Outcome("closed"), Outcome("closed"), "does not speak TLS"),
        (Outcome("tls", b"SSH-2.0-x"), Outcome("tls", b"SSH-2.0-x"), "does not speak TLS"),
    ],
)
def test_two_handshakes_are_the_most(first, second, words):
    steps, (reply, problem) = play({443: Port(handshakes=[first, second])})

    assert len(of_kind(Secure, steps)) == 2
    assert (reply.channel, reply.port) == ("tcp", 443)
    assert (problem.channel, problem.status, words in problem.detail) == ("tls", "tls", True)


def test_plain_web_server_on_a_secure_port_is_asked_plainly():
    steps, results = play({443: Port(handshakes=[Outcome("tls", b"HTTP/1.0 400 Bad Request", "WRONG_VERSION_NUMBER")])})

    assert [type(step) for step in steps] == [Connect, Secure, Pause, Connect, Exchange]
    assert (results[0].transport, b"Host: 192.0.2.7:443\r\n" in results[0].request) == ("tcp", True)


def test_late_handshake_is_not_tried_again():
    steps, (reply, problem) = play({443: Port(handshakes=[LATE])})

    assert len(of_kind(Secure, steps)) == 1
    assert (reply.channel, problem.channel, problem.status) == ("tcp", "tls", "timeout")


def test_second_connection_that_fails_is_told():
    conversation = visit(usual([443]))
    for outcome in (None, OK, ALERT, Outcome()):
        step = conversation.send(outcome)
    problem = conversation.send(REFUSED)

    assert isinstance(step, Connect)
    assert (problem.channel, problem.status) == ("tls", "refused")


# --- who is there -----------------------------------------------------------------------------------------------------


def test_refusals_are_told_once():
    steps, results = play({}, usual(PORTS))

    assert dialled(steps) == list(PORTS)
    assert [(r.channel, r.facts) for r in results] == [("tcp", (("tcp.refused", "80"),))]


def test_nobody_is_no_problem():
    steps, results = play({}, usual(PORTS), elsewhere=LATE)

    assert (dialled(steps), results) == (list(PORTS), [])


def test_unreachable_host_ends_the_visit_without_a_word():
    steps, results = play({}, usual(PORTS), elsewhere=Outcome("unreachable", detail="EHOSTUNREACH"))

    assert (dialled(steps), results) == ([80], [])


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("unreachable", detail="ENETUNREACH"),
        Outcome("out_of_scope", detail="outside the scope"),
        Outcome("permission", detail="EPERM"),
    ],
)
def test_what_is_wrong_on_our_side_ends_the_visit_and_is_told(outcome):
    steps, (problem,) = play({}, usual(PORTS), elsewhere=outcome)

    assert dialled(steps) == [80]
    assert (problem.status, problem.detail) == (outcome.status, outcome.detail)


def test_reset_or_lost_port_of_a_living_device_is_a_problem_and_no_end():
    ports = {
        80: Port(),
        443: Port(Outcome("closed", detail="ECONNRESET")),
        81: Port(Outcome("unreachable", detail="X")),
    }
    steps, results = play({**ports, 88: Port()})

    assert dialled(steps) == [80, 80, 443, 81, 88]
    assert [(p.status, p.detail) for p in of_kind(Problem, results)] == [
        ("closed", "port 443: ECONNRESET"),
        ("unreachable", "port 81: X"),
    ]


def test_three_timeouts_in_a_row_after_a_success_end_the_visit():
    steps, results = play({80: Port()}, usual(PORTS), elsewhere=LATE)

    assert dialled(steps) == [80, 80, 443, 554, 8000]
    assert (results[-1].status, "left alone" in results[-1].detail) == ("timeout", True)


@pytest.mark.parametrize(
    "alive",
    [
        {9000: Port(REFUSED)},
        {9000: Port()},
        {554: Port(answer=CHALLENGE)},
        {443: Port(handshakes=[SHAKEN], answer=LATE), 9000: Port()},
    ],
)
def test_sign_of_life_begins_the_count_anew(alive):
    late = Port(LATE)
    steps, _ = play({80: Port(), 8080: late, 81: late, **alive, 8554: late, 9001: late, 88: late, 9002: Port()})

    assert dialled(steps)[-3:] == [8554, 9001, 88]


def test_timeouts_before_any_sign_of_life_do_not_count():
    late = dict.fromkeys((80, 443, 554, 8000, 37777, 8080), Port(LATE))
    steps, _ = play({**late, 8443: Port(handshakes=[SHAKEN, SHAKEN]), 88: Port()})

    assert dialled(steps)[-1] == 88


def test_device_that_accepts_and_never_answers_is_left_alone():
    """Its kernel answers connects, its server hangs: connecting is no sign of life then."""
    steps, results = play(dict.fromkeys((80, 8080, 81, 88, 8000), Port(answer=LATE)))

    assert dialled(steps) == [80, 8080, 81]
    assert "left alone" in results[-1].detail


# --- what was asked for -----------------------------------------------------------------------------------------------


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


# --- whatever a device does -------------------------------------------------------------------------------------------


def test_requests_to_one_device_are_limited():
    ports = tuple(range(9000, 9030))
    steps, _ = play(dict.fromkeys(ports, Port()), usual(ports))

    assert len([request for request in requests(steps) if request]) == MOST_HTTP_REQUESTS
    assert len(set(dialled(steps))) == MOST_PORTS


KNOWN = re.compile(
    rb"(?:GET /(?:favicon\.ico)? HTTP/1\.1\r\nHost: 192\.0\.2\.7(?::\d{1,5})?\r\nUser-Agent: netaudit\r\n"
    rb"Accept: \*/\*\r\nConnection: close\r\n\r\n"
    rb"|OPTIONS rtsp://192\.0\.2\.7:\d{1,5}/ RTSP/1\.0\r\nCSeq: 1\r\n\r\n"
    rb"|DESCRIBE rtsp://192\.0\.2\.7:\d{1,5}/ RTSP/1\.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n\r\n)?"
)
STATUSES = st.sampled_from(["ok", "ok", "ok", "refused", "timeout", "closed", "tls", "too_large", "unreachable"])
DATA = st.sampled_from([b"", PAGE, BUSY, LOCKED, CHALLENGE, OPTIONS_OK, CERTIFICATE, ALERT.data]) | st.binary(
    max_size=30
)
OUTCOMES = st.lists(
    st.builds(Outcome, STATUSES, DATA, st.sampled_from(["", "EHOSTUNREACH", "ENETUNREACH"])), min_size=80
)
TARGETS = st.builds(
    Target,
    address=st.just("192.0.2.7"),
    ports=st.lists(st.sampled_from([*PORTS, 9000, 9001]), unique=True).map(tuple),
    silent_ports=st.frozensets(st.sampled_from(PORTS)),
    secure_ports=st.frozensets(st.sampled_from(PORTS)),
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
    port, paused, handshakes = None, True, {}
    for step in steps:
        if isinstance(step, Connect):
            assert paused
            port = step.port
        if isinstance(step, Secure):
            handshakes[port] = handshakes.get(port, 0) + 1
        if isinstance(step, Exchange):
            assert KNOWN.fullmatch(step.request)
            assert not step.request or port not in target.silent_ports
        paused = isinstance(step, Pause) and step.seconds >= 0.1

    assert max(handshakes.values(), default=0) <= 2
    assert len([r for r in requests(steps) if r.startswith(b"GET")]) <= MOST_HTTP_REQUESTS
    assert len([r for r in requests(steps) if b"RTSP" in r]) <= 2
    assert set(dialled(steps)) <= set(target.ports)
