import pytest
from support.logins import CANARY, Claims, credential, desk, site
from support.servers import serving

from netaudit.discovery.login.caller import Caller, build_request
from netaudit.discovery.login.desk import Fate, Stop
from netaudit.wire.line import Site

CHALLENGE = b'WWW-Authenticate: Digest realm="x", nonce="%d", qop="auth"\r\n'


def answer(code, body=b"", headers=b""):
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s" % (code, len(body), headers, body)


REFUSED = answer(401, headers=CHALLENGE % 1)


def visit(*answers, paths=("/a", "/b"), login=None, claim=None, deadline_s=30.0):
    """(payloads, how it stopped, fate, requests) of a device that gives these answers in turn."""
    waiting, heard = list(answers), []

    def talk(sock):
        while waiting and (data := sock.recv(65536)):
            heard.append(data)
            sock.sendall(waiting.pop(0))

    payloads, stopped = [], None
    with serving(talk) as service, desk(site(service), login, claim=claim, deadline_s=deadline_s) as at:
        caller = Caller(at, "isapi", paths, 1000, bytes)
        try:
            payloads.extend(reply.payload for reply in caller.ask())
        except Stop as stop:
            stopped = stop
    return payloads, stopped, caller.fate, heard


def test_login_is_sent_once_and_used_for_what_follows():
    payloads, stopped, fate, heard = visit(REFUSED, answer(200, b"one"), answer(200, b"two"))

    assert payloads == [b"one", b"two"]
    assert (stopped, fate) == (None, Fate.TAKEN)
    assert [b"nc=00000001" in heard[1], b"nc=00000002" in heard[2]] == [True, True]


def test_device_that_wants_no_login_gets_none():
    payloads, _, fate, heard = visit(answer(200, b"one"), answer(200, b"two"))

    assert payloads == [b"one", b"two"]
    assert fate is Fate.UNSENT
    assert not any(b"Authorization" in request for request in heard)


@pytest.mark.parametrize("code", [401, 403])
def test_refused_login_ends_it(code):
    payloads, stopped, fate, heard = visit(REFUSED, answer(code, headers=CHALLENGE % 2), answer(200, b"one"))

    assert payloads == []
    assert (stopped.status, fate) == ("auth", Fate.REFUSED)
    assert len(heard) == 2


@pytest.mark.parametrize("code", [401, 403])
def test_refusal_of_one_page_is_no_refusal_of_the_login(code):
    stale = answer(code, headers=b'WWW-Authenticate: Digest realm="x", nonce="2", qop="auth", stale=true\r\n')
    payloads, stopped, fate, heard = visit(REFUSED, answer(200, b"one"), stale)

    assert payloads == [b"one"]
    assert (stopped.status, fate) == ("auth", Fate.TAKEN)
    assert len(heard) == 3


def test_lock_ends_it_before_the_login_and_after():
    body = b"<lockStatus>lock</lockStatus>"
    for answers, requests in (((answer(401, body, CHALLENGE % 1),), 1), ((REFUSED, answer(401, body)), 2)):
        _, stopped, _, heard = visit(*answers)

        assert stopped.locked
        assert len(heard) == requests


@pytest.mark.parametrize(
    ("first", "status"),
    [(answer(503), "closed"), (answer(404), "malformed"), (answer(302, headers=b"Location: /x\r\n"), "malformed")],
)
def test_other_answers_end_it_without_a_login(first, status):
    _, stopped, fate, heard = visit(first)

    assert (stopped.status, fate, len(heard)) == (status, Fate.UNSENT, 1)


def test_login_without_an_answer_has_an_unknown_end():
    _, stopped, fate, heard = visit(REFUSED, deadline_s=2.0)

    assert (stopped.status, fate, len(heard)) == ("timeout", Fate.UNKNOWN, 1)


def test_withheld_login_says_why():
    _, stopped, fate, heard = visit(REFUSED, claim=Claims("it refused this login on 2026-01-31"))

    assert "2026-01-31" in stopped.detail
    assert (fate, len(heard)) == (Fate.UNSENT, 1)


def test_what_is_recorded_holds_neither_login_nor_password():
    with serving(_echo) as service, desk(site(service)) as at:
        (reply,) = Caller(at, "isapi", ("/a",), 1000, bytes).ask()

    assert reply.payload == b"<model>REDACTED</model>"
    assert b"Authorization: REDACTED\r\n" in reply.request
    assert CANARY.encode() not in reply.payload + reply.request
    assert b"auditor" not in reply.request
    assert (reply.channel, reply.transport, reply.port) == ("isapi", "tcp", service.port)


def _echo(sock):
    """A device that repeats the password that it was told."""
    sock.recv(65536)
    sock.sendall(REFUSED)
    sock.recv(65536)
    sock.sendall(answer(200, f"<model>{CANARY}</model>".encode()))


def test_recorded_request_of_a_page_without_a_login():
    recorded = build_request(Site(address="192.0.2.7", port=80), "/a")

    assert recorded == b"GET /a HTTP/1.1\r\nHost: 192.0.2.7\r\nUser-Agent: netaudit\r\nAccept: */*\r\n\r\n"


def test_login_of_a_stranger_is_not_sent_again_after_a_failed_connection():
    _, stopped, _, heard = visit(REFUSED[:20], login=credential(), deadline_s=2.0)

    assert stopped.status in {"timeout", "malformed", "closed"}
    assert len(heard) == 1
