"""How a port with TLS is asked."""

import pytest
from support.visits import ALERT, CERTIFICATE, LATE, OK, REFUSED, SHAKEN, Port, of_kind, play, usual

from netaudit.discovery.visit import visit
from netaudit.wire.secure import legacy_context, modern_context
from netaudit.wire.steps import Connect, Exchange, Outcome, Pause, Secure


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
