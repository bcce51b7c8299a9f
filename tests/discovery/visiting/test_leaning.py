"""Whose device a start page speaks for, as far as that decides what else is asked."""

import pytest

from netaudit.discovery.visiting.leaning import is_elsewhere, leaning


def page(*headers, status="200 OK", body=""):
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", body]).encode()


@pytest.mark.parametrize(
    "answer",
    [
        page("Server: App-webs/"),
        page("Server: webserver"),
        page("server: Webs"),
        page("Server: DNVRS-Webs"),
        page(body="<script>window.location.href='/doc/page/login.asp?_' + Date.now()</script>"),
        page("Server: nginx", body='<meta http-equiv="refresh" content="0;url=/doc/index.html">'),
        page('WWW-Authenticate: Digest realm="IP Camera(C2183)", nonce="1"', status="401 Unauthorized"),
        page('WWW-Authenticate: Basic realm="DS-2CD2032-I"', status="401 Unauthorized"),
    ],
)
def test_page_of_hikvision_s(answer):
    assert leaning(answer) == "hikvision"


@pytest.mark.parametrize(
    "answer",
    [
        page("Server: Apache/2.4.57 (Debian)"),
        page("Server: nginx"),
        page("Server: CUPS/2.4 IPP/2.1"),
        page('WWW-Authenticate: Digest realm="Login to 4C02F1BPAG1A7E1"', status="401 Unauthorized"),
        page("P3P: CP=CAO PSA OUR"),
        page(body="<html><head><title>WEB SERVICE</title></head></html>"),
        page('WWW-Authenticate: Digest realm="AXIS_ACCC8E0D51C7"', status="401 Unauthorized"),
        page("Server: uc-httpd 1.0.0"),
    ],
)
def test_page_of_another_s(answer):
    assert leaning(answer) == "another"


@pytest.mark.parametrize("answer", [b"", page(), page("Server: Boa/0.94"), page("X-Server: App-webs/"), b"\x00" * 9000])
def test_page_of_nobody_s(answer):
    assert leaning(answer) == "nobody"


def test_word_beyond_the_beginning_of_a_page_does_not_count():
    assert leaning(page(body="x" * 5000 + "/doc/page/login.asp")) == "nobody"


def test_page_that_leads_to_the_secured_one():
    assert is_elsewhere(page("Location: https://192.0.2.7/", status="301 Moved Permanently"))
    assert not is_elsewhere(page("Location: http://192.0.2.7/doc/index.html", status="302 Found"))
    assert not is_elsewhere(page("Location: https://192.0.2.7/"))
