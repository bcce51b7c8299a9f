import gzip
import re
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.wire import messages
from netaudit.wire.messages import MAX_BODY_BYTES, MAX_HEADERS, bodies, challenges, complete, read_messages

PAGE = b"HTTP/1.1 200 OK\r\nServer: Boa\r\nContent-Length: 4\r\n\r\npage"


def only(payload, request=b""):
    [message] = read_messages(payload, request)
    return message


def test_status_line_headers_and_body_are_told_apart():
    message = only(PAGE)

    assert (message.start, message.protocol, message.code, message.reason) == ("HTTP/1.1 200 OK", "HTTP", 200, "OK")
    assert message.headers == (("Server", "Boa"), ("Content-Length", "4"))
    assert message.body == b"page"


def test_header_names_keep_their_order_and_case_and_doubles():
    message = only(b"RTSP/1.0 401 No\r\nCseq: 1\r\nWww-Authenticate: Basic\r\nWWW-AUTHENTICATE: Digest\r\n\r\n")

    assert [name for name, _ in message.headers] == ["Cseq", "Www-Authenticate", "WWW-AUTHENTICATE"]
    assert message.values("www-authenticate") == ("Basic", "Digest")
    assert message.value("WWW-Authenticate") == "Basic"
    assert message.value("Server") == ""


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 200 OK\nServer: X\n\nbody",
        b"\r\n\nHTTP/1.1 200 OK\r\nServer: X\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nServer : X\r\n\nbody",
        b"HTTP/1.1 200\r\nno colon here\r\nServer:X\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\r\nServer: X\r\r\n\r\r\nbody",
        b"Server: X\n\nbody",
    ],
)
def test_sloppy_heads_are_read(text):
    message = only(text)

    assert message.value("server") == "X"
    assert message.body == b"body"


def test_missing_status_line_leaves_the_headers():
    message = only(b'WWW-Authenticate: Basic realm="cam"\nDate: today')

    assert (message.start, message.code, message.value("www-authenticate")) == ("", None, 'Basic realm="cam"')


def test_latin_1_and_folded_headers():
    message = only(b"HTTP/1.0 200 OK\r\nServer: caf\xe9\r\n continued\r\n\r\n")

    assert message.value("server") == "café continued"


def test_http_0_9_is_a_body_alone():
    message = only(b"<html>hello</html>")

    assert (message.start, message.headers, message.body) == ("", (), b"<html>hello</html>")


def test_nothing_gives_no_message():
    assert read_messages(b"") == ()
    assert read_messages(b"\r\n\r\n") == ()


def test_length_that_says_too_much_takes_what_is_there():
    message = only(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nshort")

    assert (message.body, message.cut) == (b"short", True)


def test_length_that_says_too_much_does_not_swallow_the_next_answer():
    first, second = read_messages(b"RTSP/1.0 200 OK\nContent-Length: 90\n\nv=0\ns=x\nRTSP/1.0 401 No\nCSeq: 2\n\n")

    assert first.body == b"v=0\ns=x\n"
    assert second.code == 401


def test_length_that_says_too_little_does_not_lose_the_rest():
    message = only(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nlonger than three")

    assert message.body == b"longer than three"


def test_page_that_quotes_a_status_line_is_one_message():
    message = only(b"HTTP/1.1 404 Not Found\r\n\r\n<h1>HTTP/1.1 404 Not Found</h1>")

    assert message.body == b"<h1>HTTP/1.1 404 Not Found</h1>"


@pytest.mark.parametrize("length", [b"-1", b"many", b"99999999999999999999", b"\xb2"])
def test_length_that_is_no_number_is_ignored(length):
    message = only(b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\nbody")

    assert message.body == b"body"


def test_chunks_are_put_together():
    message = only(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nwiki\r\n5\r\npedia\r\n0\r\n\r\n")

    assert (message.body, message.cut) == (b"wikipedia", False)


def test_bad_chunk_size_keeps_the_chunks_before_it():
    message = only(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\nZZ\r\npedia\r\n")

    assert (message.body[:4], message.cut) == (b"wiki", True)


def test_chunked_header_over_a_body_without_chunks():
    message = only(b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n<html></html>")

    assert message.body == b"<html></html>"


def test_chunk_that_claims_more_than_there_is():
    message = only(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nabc")

    assert (message.body, message.cut) == (b"abc", True)


def test_endless_body_is_cut():
    message = only(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (MAX_BODY_BYTES * 2))

    assert (len(message.body), message.cut) == (MAX_BODY_BYTES, True)


def test_header_flood_is_cut():
    message = only(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(500)) + b"\r\nbody")

    assert len(message.headers) == MAX_HEADERS
    assert message.body == b"body"


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        (b"gzip", gzip.compress(b"hello page")),
        (b"deflate", zlib.compress(b"hello page")),
        (b"deflate", zlib.compress(b"hello page")[2:-4]),
        (b"gzip", b"hello page"),
        (b"br", b"hello page"),
    ],
)
def test_packed_bodies_are_unpacked(encoding, content):
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (encoding, len(content))

    assert only(head + content).body == b"hello page"


def test_packed_bomb_is_unpacked_to_the_limit_only():
    bomb = gzip.compress(bytes(50_000_000))
    message = only(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + bomb)

    assert (len(message.body), message.cut) == (MAX_BODY_BYTES, True)


def test_answers_of_one_connection_are_paired_with_their_requests():
    asked = b"GET / HTTP/1.1\r\nHost: x\r\n\r\nPOST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /favicon.ico?1 HTTP/1.1\r\n\r\n"
    stream = PAGE + b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 None\r\n\r\n" + PAGE

    assert [m.asked_path for m in read_messages(stream, asked)] == ["/", "", "/a", "/favicon.ico"]
    assert [m.code for m in read_messages(stream, asked)] == [200, 100, 204, 200]


def test_answer_to_head_has_no_body():
    stream = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + PAGE
    messages = read_messages(stream, b"HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n")

    assert [m.body for m in messages] == [b"", b"page"]


def test_requests_are_known_as_requests():
    notify, search = read_messages(b"NOTIFY * HTTP/1.1\r\nNT: x\r\n\r\nM-SEARCH * HTTP/1.1\r\nST: y\r\n\r\n")

    assert ((notify.method, notify.code), (search.method, search.code)) == (("NOTIFY", None), ("M-SEARCH", None))


def test_binary_frames_between_rtsp_answers_are_skipped():
    stream = b"RTSP/1.0 200 OK\r\nCSeq: 4\r\n\r\n$\x00\x00\x04\x80\x60\x01\x02RTSP/1.0 401 No\r\nCSeq: 5\r\n\r\n"

    assert [(m.code, m.body) for m in read_messages(stream)] == [(200, b""), (401, b"")]


def test_capture_that_begins_inside_a_body():
    partial, answer = read_messages(b"of the page</html>\r\n" + PAGE, b"GET /x HTTP/1.1\r\n\r\n")

    assert (partial.asked_path, answer.asked_path) == ("", "/x")


@pytest.mark.parametrize(
    "payload",
    [
        PAGE,
        b"HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + PAGE,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * MAX_BODY_BYTES,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000,
        b"\x00" * MAX_BODY_BYTES,
    ],
)
def test_reader_may_stop(payload):
    assert complete(payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"HTT",
        PAGE[:-1],
        b"HTTP/1.1 200 OK\r\nServer: x\r\n",
        b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nuntil the end",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"<html>",
    ],
)
def test_reader_must_go_on(payload):
    assert not complete(payload)


HEADS = st.lists(
    st.sampled_from(
        [
            b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 401 \r\n", b"HTTP/1.1 204 None\r\n", b"HTTP/1.1 100 Continue\r\n",
            b"Content-Length: 4\r\n", b"content-length:3\r\n", b"Content-Length: 9, 9\r\n", b"Content-Length: 5\n",
            b"Transfer-Encoding: chunked\r\n", b"Server: Boa\r\n", b"X:\r\n", b" folded\r\n", b"no colon\r\n", b"B\xe9: \x85\r\n",
            b" \r\n", b"\n", b"\r\n", b"\r\n", b"Y: " + b"y" * 4096 + b"\r\n", b"4\r\npage\r\n", b"0\r\n", b"page", b"x" * 9,
        ]
    ),
    max_size=9,
)  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.booleans(), HEADS, st.sampled_from([3, 6, MAX_BODY_BYTES]))
def test_end_of_a_usual_answer_is_where_that_of_any_answer_is(starts, lines, most):
    payload = b"".join([b"HTTP/1.1 200 OK\r\n"] * starts + lines)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(messages, "_USUAL", re.compile(b"(?!)"))
        expected = complete(payload, most)

    assert complete(payload, most) == expected


def test_bodies_of_an_http_stream_or_the_text_itself():
    assert bodies(PAGE + PAGE) == (b"page", b"page")
    assert bodies(b"<root/>") == (b"<root/>",)
    assert bodies(b"HTTP/1.1 401 Unauthorized\r\n\r\n") == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('Basic realm="cam"', [("Basic", {"realm": "cam"})]),
        ('Digest realm="Login to device, channel 1",qop="auth,auth-int"', [("Digest", {"realm": "Login to device, channel 1", "qop": "auth,auth-int"})]),
        ('Digest qop="auth", realm="IP Camera(C2183)", stale=FALSE', [("Digest", {"qop": "auth", "realm": "IP Camera(C2183)", "stale": "FALSE"})]),
        (r'Basic realm="a \"b\" c"', [("Basic", {"realm": 'a "b" c'})]),
        ('Basic realm="cut off', [("Basic", {"realm": "cut off"})]),
        ('Digest realm="a", nonce="n", Basic realm="b"', [("Digest", {"realm": "a", "nonce": "n"}), ("Basic", {"realm": "b"})]),
        ("Digest realm = unquoted (1) , nonce=2", [("Digest", {"realm": "unquoted (1)", "nonce": "2"})]),
        ('Digest realm="a" nonce="b"', [("Digest", {"realm": "a", "nonce": "b"})]),
        ('realm="alone"', [("", {"realm": "alone"})]),
        ("Negotiate", [("Negotiate", {})]),
        ("", []),
        ('"),;', []),
    ],
)  # fmt: skip
def test_challenges(value, expected):
    assert expected == list(challenges(value))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.binary(max_size=100))
def test_no_bytes_break_the_reader(payload, request):
    for text in (
        payload,
        b"HTTP/1.1 200 OK\r\n" + payload,
        b"RTSP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + payload,
    ):
        found = read_messages(text, request)
        complete(text)

        assert all(len(m.body) <= MAX_BODY_BYTES for m in found)


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_no_text_breaks_the_challenges(value):
    assert all(isinstance(scheme, str) for scheme, _ in challenges(value))
