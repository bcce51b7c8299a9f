import time
from hashlib import sha256

import pytest
from support.logins import site
from support.servers import open_gate, serving
from support.tls import tls_server

from netaudit.wire.line import Line, Site
from netaudit.wire.session import PinnedSession, Unanswered

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
MOST = 100_000


def answering(*answers):
    """A device that gives these answers, one to each request, on one connection or on several."""
    waiting = list(answers)

    def answer(sock):
        while waiting and sock.recv(65536):
            sock.sendall(waiting.pop(0))
            if b"close" in sock_last(waiting, answers):
                sock.shutdown(1)
                return

    def sock_last(rest, every):
        return every[len(every) - len(rest) - 1]

    return answer


def get(service, paths=("/",), keep=None, deadline_s=60.0, where=None):
    """(bodies, session) of a visit with these paths."""
    line = Line(open_gate(), service.address, deadline_s)
    session = PinnedSession(line, where or site(service), MOST, keep)
    try:
        return [session.get(f"{(where or site(service)).origin}{path}").content for path in paths], session
    finally:
        line.close()


def test_several_requests_over_one_connection():
    with serving(answering(HELLO, HELLO)) as service:
        bodies, session = get(service, ("/a", "/b"))

    assert bodies == [b"hello", b"hello"]
    assert (service.begun, session.last.connections, session.last.code) == (1, 1, 200)


def test_device_that_hangs_up_is_connected_to_once_more():
    closing = HELLO.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with serving(answering(closing, HELLO)) as service:
        bodies, _ = get(service, ("/a", "/b"))

    assert bodies == [b"hello", b"hello"]
    assert (service.begun, service.most_open) == (2, 1)


def test_request_is_short_and_says_who_asks():
    seen = []

    def answer(sock):
        seen.append(sock.recv(65536))
        sock.sendall(HELLO)

    with serving(answer) as service:
        get(service)

    host = f"{service.address}:{service.port}"
    assert seen == [f"GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: netaudit\r\nAccept: */*\r\n\r\n".encode()]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(code):
    with serving(lambda sock: sock.recv(64)) as elsewhere:
        move = f"HTTP/1.1 {code} Moved\r\nLocation: http://127.0.0.1:{elsewhere.port}/\r\nContent-Length: 0\r\n\r\n"
        with serving(answering(move.encode())) as service:
            _, session = get(service)

    assert session.last.code == code
    assert elsewhere.begun == 0


def test_session_cannot_leave_its_device():
    with serving(answering(HELLO)) as other, serving(answering(HELLO)) as service:
        line = Line(open_gate(), service.address, 60)
        session = PinnedSession(line, site(service), MOST)
        with pytest.raises(Unanswered, match="was not sent"):
            session.get(f"{site(other).origin}/")
        with pytest.raises(Unanswered, match="was not sent"):
            session.get(f"{site(service).origin}@127.0.0.1:{other.port}/")
        line.close()

    assert (other.begun, service.begun) == (0, 0)


def test_cookies_proxies_and_netrc_are_not_looked_at(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    seen = []

    def answer(sock):
        for _ in range(2):
            seen.append(sock.recv(65536))
            sock.sendall(HELLO.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b\r\n\r\n"))

    with serving(answer) as service:
        get(service, ("/a", "/b"))

    assert len(seen) == 2
    assert not any(b"Cookie" in request or b"Authorization" in request for request in seen)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + b"x" * 300_000, "too_large"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000, "too_large"),
        (b"\x00\x01nonsense", "malformed"),
        (b"SSH-2.0-dropbear\r\n", "malformed"),
        (b"", "closed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf", "closed"),
    ],
)
def test_what_is_no_answer_costs_one_bounded_failure(answer, status):
    def give(sock):
        sock.recv(65536)
        sock.sendall(answer)
        sock.shutdown(1)

    with serving(give) as service, pytest.raises(Unanswered) as caught:
        get(service)

    assert caught.value.status == status


def test_slow_drip_ends_at_the_deadline():
    def drip(sock):
        sock.recv(65536)
        for byte in HELLO * 50:
            sock.sendall(bytes([byte]))
            time.sleep(0.05)

    started = time.monotonic()
    with serving(drip) as service, pytest.raises(Unanswered) as caught:
        get(service, deadline_s=0.5)

    assert caught.value.status == "timeout"
    assert time.monotonic() - started < 30  # the dripping would last 100 s


def test_large_answer_is_read_whole_and_kept_in_part():
    body = b"secret=1\r\nname=2\r\n" * 5000
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with serving(answering(head + body)) as service:
        bodies, session = get(service, keep=lambda data: data.replace(b"secret=1\r\n", b""))

    assert bodies == [b"name=2\r\n" * 5000]
    assert session.last.body == bodies[0]


def test_answer_that_may_not_be_kept_is_none():
    def refuse(body):
        raise ValueError("not XML")

    with serving(answering(HELLO)) as service, pytest.raises(Unanswered, match="not XML"):
        get(service, keep=refuse)


@pytest.mark.parametrize("same", [True, False])
def test_certificate_must_be_the_one_that_was_seen(same):
    seen, context = [], tls_server()

    def answer(sock):
        with context.wrap_socket(sock, server_side=True) as secured:
            seen.append(secured.recv(65536))
            secured.sendall(HELLO)

    with serving(answer) as service:
        digest = sha256(_certificate(service)).hexdigest() if same else "0" * 64
        where = Site(address=service.address, port=service.port, certificate=digest)
        if same:
            assert get(service, where=where)[0] == [b"hello"]
        else:
            with pytest.raises(Unanswered, match="another certificate"):
                get(service, where=where)

    assert any(request.startswith(b"GET") for request in seen) == same


def _certificate(service):
    import socket
    import ssl

    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((service.address, service.port)) as plain, context.wrap_socket(plain) as sock:
        return sock.getpeercert(binary_form=True)
