import pytest
from support.reading import pairs, reply, values

from netaudit.discovery.rtsp import RTSP, build_request, derive, describe

SDP = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=Media Presentation\r\ni=\r\nc=IN IP4 192.0.2.7\r\n"
    b"a=control:rtsp://192.0.2.7:554/Streaming/Channels/101/\r\nm=video 0 RTP/AVP 96\r\na=control:*\r\n"
    b"a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=packetization-supported:DH\r\n"
    b"a=Media_header:MEDIAINFO=494D4B48;\r\na=rtpmap:96 H264/90000\r\n"
)
SAID = (
    "s=Media Presentation;a=control:/Streaming/Channels/101/;a=control:*;a=rtpmap:96 H264/90000;"
    "a=packetization-supported:DH;a=Media_header:MEDIAINFO=494D4B48;"
)


def test_refusal_names_its_realms():
    answer = (
        b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nServer: Rtsp Server/3.0\r\n"
        b'WWW-Authenticate: Digest realm="Login to 4K01XXPAJ00000", nonce="1"\r\nWWW-Authenticate: Basic realm="/"\r\n\r\n'
    )

    assert pairs(RTSP, answer) == [
        ("rtsp.status", "RTSP/1.0 401 Unauthorized"),
        ("rtsp.headers", "CSeq,Server,WWW-Authenticate,WWW-Authenticate"),
        ("rtsp.server", "Rtsp Server/3.0"),
        ("rtsp.www_authenticate", 'Digest realm="Login to 4K01XXPAJ00000", nonce="1"'),
        ("rtsp.www_authenticate", 'Basic realm="/"'),
        ("rtsp.realm", "Login to 4K01XXPAJ00000"),
        ("rtsp.realm", "/"),
    ]


def test_stream_of_answers():
    stream = (
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n"
        b"RTSP/1.0 200 OK\r\nCseq: 2\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(SDP)
    ) + SDP

    assert values(RTSP, "rtsp.public", stream) == ["OPTIONS, DESCRIBE"]
    assert values(RTSP, "rtsp.sdp", stream) == [SAID]


def test_blanks_before_values_are_the_layout_of_a_firmware():
    answer = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nSession:        708345999;timeout=60\r\nDate:  Wed, May 05 2021\r\n\r\n"

    assert values(RTSP, "rtsp.blanks", answer) == ["Session:8,Date:2"]


def test_one_blank_says_nothing():
    assert values(RTSP, "rtsp.blanks", b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nDate: Wed, May 05 2021\r\n\r\n") == []


def test_blanks_of_a_request_are_another_programs():
    assert values(RTSP, "rtsp.blanks", b"OPTIONS rtsp://192.0.2.7/ RTSP/1.0\r\nCSeq:  1\r\n\r\n") == []


@pytest.mark.parametrize(
    ("header", "paths"),
    [
        (b"Content-Base: rtsp://192.0.2.7:554/cam/realmonitor?channel=1&subtype=1/", ["/cam/realmonitor?channel=1&subtype=1/"]),
        (b"RTP-Info: url=rtsp://u:p@192.0.2.7/a/trackID=1;seq=1,url=rtsp://192.0.2.7/a/trackID=2", ["/a/trackID=1", "/a/trackID=2"]),
        (b"RTP-Info: url=trackID=1;seq=1", []),
    ],
)  # fmt: skip
def test_stream_names_its_path_without_host_and_secret(header, paths):
    assert values(RTSP, "rtsp.path", b"RTSP/1.0 200 OK\r\nCSeq: 3\r\n" + header + b"\r\n\r\n") == paths


def test_description_keeps_the_bandwidth():
    assert describe(b"s=x\nb=AS:5050\nb=TIAS:1\n") == "s=x;b=AS:5050"


def test_description_without_its_length():
    assert values(RTSP, "rtsp.sdp", b"RTSP/1.0 200 OK\nCSeq: 1\n\n" + SDP) == [SAID]


def test_description_alone():
    assert pairs(RTSP, SDP, transport="given") == [("rtsp.sdp", SAID)]


def test_description_tells_no_address_and_no_secret():
    assert describe(b"s=x\na=control:rtsp://u:p@192.0.2.7/user=a_password=b_channel=1\n") == (
        "s=x;a=control:/user=_password=_channel=1"
    )


def test_description_is_cut():
    assert len(describe(b"".join(b"a=x-%d:%s\n" % (n, b"y" * 50) for n in range(100)))) <= 1024


def test_headers_alone():
    assert values(RTSP, "rtsp.realm", b'WWW-Authenticate: Basic realm="IP Camera(L1234)"', transport="given") == [
        "IP Camera(L1234)"
    ]


def test_requests_say_nothing():
    assert pairs(RTSP, b"OPTIONS rtsp://192.0.2.7/ RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: x\r\n\r\n") == []


@pytest.mark.parametrize("payload", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"$\0\0\4abcd", b"hello"])
def test_what_is_no_rtsp(payload):
    with pytest.raises(ValueError):
        pairs(RTSP, payload)


def test_realm_of_a_value():
    assert list(derive("rtsp.www_authenticate", 'Digest realm="cut')) == [("rtsp.realm", "cut")]
    assert list(derive("rtsp.server", "x")) == []


@pytest.mark.parametrize(("payload", "expected"), [(b"RTSP/1.0 200 OK\r\n", True), (b"HTTP/1.1 200 OK", False)])
def test_bytes_that_are_known(payload, expected):
    assert RTSP.knows(reply(payload)) is expected


def test_rtsp_byte_for_byte():
    assert build_request("192.0.2.7", 554, "OPTIONS") == b"OPTIONS rtsp://192.0.2.7:554/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    assert build_request("192.0.2.7", 554, "DESCRIBE") == (
        b"DESCRIBE rtsp://192.0.2.7:554/ RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n\r\n"
    )
