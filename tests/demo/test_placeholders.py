import re

import pytest

from netaudit.demo.placeholders import Situation, check_placeholders, fill

HERE = Situation(mac="ac:cc:8e:0d:51:c7", address="127.0.77.5", ports={80: 8080}, length=12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@address@", "127.0.77.5"),
        ("@mac@ @MAC@ @mac-dashes@ @MAC-PLAIN@", "ac:cc:8e:0d:51:c7 AC:CC:8E:0D:51:C7 ac-cc-8e-0d-51-c7 ACCC8E0D51C7"),
        ("@port:80@ @port:8000@", "8080 8000"),
        ("http://@host:80@/ rtsp://@host:554@/", "http://127.0.77.5:8080/ rtsp://127.0.77.5/"),
        ("@link-local@", "fe80::aecc:8eff:fe0d:51c7"),
        ("@length@", "12"),
        ("a@b.example @ 5 @@", "a@b.example @ 5 @@"),
    ],
)
def test_place_is_filled_in(text, expected):
    assert expected == fill(text, HERE)


@pytest.mark.parametrize(
    ("text", "request_bytes", "expected"),
    [
        ("@uuid@", b"<Probe><Uuid>1F9B-2A</Uuid>", "1F9B-2A"),
        ("@relates-to@", b'<w:MessageID x="1">uuid:7</w:MessageID>', "uuid:7"),
        ("@cseq@", b"OPTIONS * RTSP/1.0\r\ncseq: 42\r\n\r\n", "42"),
        ("@cseq@", b"OPTIONS * RTSP/1.0\r\n\r\n", ""),
    ],
)
def test_request_is_echoed(text, request_bytes, expected):
    asked = Situation(mac=HERE.mac, address=HERE.address, ports={}, request=request_bytes)

    assert expected == fill(text, asked)


def test_nonce_is_new_each_time():
    first, second = fill("@nonce@", HERE), fill("@nonce@", HERE)

    assert re.fullmatch("[0-9a-f]{32}", first)
    assert first != second


@pytest.mark.parametrize("text", ["@adress@", "@port@", "@mac:80@"])
def test_placeholder_that_nothing_fills_is_refused(text):
    with pytest.raises(ValueError, match=text):
        check_placeholders("fine", f"before {text} after")
