import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reading import pairs, reply, values

from netaudit.discovery.http import HTTP, build_get, derive

RECORDER = (
    b"HTTP/1.1 401 Unauthorized\r\nDate: Tue, 06 Jan 2026 10:00:00 GMT\r\nServer: App-webs/\r\n"
    b'WWW-Authenticate: Digest qop="auth", realm="IP Camera(A1234)", nonce="00ff", stale="FALSE"\r\n'
    b'WWW-Authenticate: Basic realm="IP Camera(A1234)"\r\nSet-Cookie: WebSession=1; path=/\r\n\r\n'
    b"<!DOCTYPE html>\r\n<html><head><title>Document Error: Unauthorized</title></head></html>\r\n"
)
ICON = b"\0\0\1\0" + bytes(range(100))


def test_answer_of_a_camera():
    read = pairs(HTTP, RECORDER)

    assert read[:3] == [
        ("http.status", "HTTP/1.1 401 Unauthorized"),
        ("http.headers", "Date,Server,WWW-Authenticate,WWW-Authenticate,Set-Cookie"),
        ("http.server", "App-webs/"),
    ]
    assert [value[:6] for field, value in read if field == "http.www_authenticate"] == ["Digest", "Basic "]
    assert [value for field, value in read if field == "http.realm"] == ["IP Camera(A1234)"]
    assert ("http.set_cookie", "WebSession=1; path=/") in read
    assert ("http.title", "Document Error: Unauthorized") in read


def test_redirects_of_header_and_page():
    page = b'HTTP/1.1 302 Found\nLocation: http://192.0.2.7/index.asp\n\n<script>window.location = "/doc/index.html"</script>'

    assert values(HTTP, "http.location", page) == ["http://192.0.2.7/index.asp", "/doc/index.html"]


def test_body_is_cut_and_on_one_line():
    [body] = values(HTTP, "http.body", b"HTTP/1.1 200 OK\r\n\r\n<html>\r\n" + b"x" * 9000)

    assert body.startswith("<html>  xxx")
    assert len(body) == 4096


@pytest.mark.parametrize(
    "kind", [b"image/jpeg", b"video/mp4", b"application/octet-stream", b"multipart/x-mixed-replace"]
)
def test_no_body_of_pictures_and_streams(kind):
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\nnot text"

    assert [field for field, _ in pairs(HTTP, answer)] == ["http.status", "http.headers"]


def test_favicon_is_hashed_where_it_was_asked_for():
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: image/x-icon\r\nContent-Length: 104\r\n\r\n" + ICON
    asked = b"GET /favicon.ico HTTP/1.1\r\nHost: 192.0.2.7\r\n\r\n"

    assert pairs(HTTP, answer, request=asked)[-2:] == [
        ("http.favicon_md5", "dcee339480072d6649dd890b86bb56a6"),
        ("http.favicon_mmh3", "1515679420"),
    ]
    assert values(HTTP, "http.favicon_md5", answer) == []


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: image/x-icon\r\nContent-Length: 900\r\n\r\n" + ICON,
        b"HTTP/1.1 404 Not Found\r\n\r\n" + ICON,
        b"HTTP/1.1 200 OK\r\n\r\n<html><title>Login</title></html>",
        b"HTTP/1.1 200 OK\r\nContent-Type: image/x-icon\r\n\r\n",
    ],
)
def test_what_is_no_whole_favicon_is_not_hashed(answer):
    read = pairs(HTTP, answer, request=b"GET /favicon.ico HTTP/1.1\r\n\r\n")

    assert "http.favicon_md5" not in dict(read)


def test_page_that_stands_for_a_missing_favicon_has_a_title():
    answer = b"HTTP/1.1 200 OK\r\n\r\n<html><title>Login</title></html>"

    assert values(HTTP, "http.title", answer, request=b"GET /favicon.ico HTTP/1.1\r\n\r\n") == ["Login"]


def test_answers_of_one_connection_say_each_thing_once():
    answer = b"HTTP/1.1 200 OK\r\nServer: Boa\r\nContent-Length: 0\r\n\r\n"

    assert pairs(HTTP, answer * 3) == [
        ("http.status", "HTTP/1.1 200 OK"),
        ("http.headers", "Server,Content-Length"),
        ("http.server", "Boa"),
    ]


@pytest.mark.parametrize(
    ("excerpt", "field", "expected"),
    [
        (b"Server: Some IP Camera", "http.server", "Some IP Camera"),
        (b'WWW-Authenticate: Basic realm="cam"\nDate: x', "http.realm", "cam"),
        (b"<html><title>View</title></html>", "http.title", "View"),
        (b"HTTP/1.1 200 OK\nServer:\x1b[2Jbad\n\n", "http.server", "[2Jbad"),
    ],
)
def test_excerpts(excerpt, field, expected):
    assert values(HTTP, field, excerpt, transport="given") == [expected]


@pytest.mark.parametrize(
    "payload", [b"GET / HTTP/1.1\r\nHost: 192.0.2.7\r\n\r\n", b"POST /x HTTP/1.0\r\n\r\nServer: x"]
)
def test_requests_say_nothing(payload):
    assert pairs(HTTP, payload) == []


@pytest.mark.parametrize("payload", [b"", b"\x16\x03\x01\x00\x05", b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", b"hello"])
def test_what_is_no_http(payload):
    with pytest.raises(ValueError):
        pairs(HTTP, payload)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("http.www_authenticate", 'Digest realm="a, b", Basic realm="c"', [("http.realm", "a, b"), ("http.realm", "c")]),
        ("http.www_authenticate", "Digest realm=bare", [("http.realm", "bare")]),
        ("http.body", "<title>T</title><script>location='/x'</script>", [("http.title", "T"), ("http.location", "/x")]),
        ("http.server", "Boa", []),
    ],
)  # fmt: skip
def test_values_that_follow_from_values(field, value, expected):
    assert [pair for pair in derive(field, value) if pair[1]] == expected


@pytest.mark.parametrize(
    ("payload", "transport", "expected"),
    [(RECORDER, "tcp", True), (RECORDER, "tls", True), (RECORDER, "udp", False), (b"RTSP/1.0 200 OK", "tcp", False)],
)
def test_bytes_that_are_known(payload, transport, expected):
    assert HTTP.knows(reply(payload, transport=transport)) is expected


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
