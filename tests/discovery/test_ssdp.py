import pytest
from support.reading import pairs, reply

from netaudit.discovery.ssdp import SSDP

ANSWER = (
    b"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION:http://192.0.2.7:49152/upnpdevicedesc.xml\r\n"
    b"SERVER: Linux UPnP/1.0 Cam/2\r\nST: upnp:rootdevice\r\nUSN: uuid:1::upnp:rootdevice\r\n\r\n"
)


def test_search_answer():
    assert pairs(SSDP, ANSWER, transport="udp") == [
        ("ssdp.server", "Linux UPnP/1.0 Cam/2"),
        ("ssdp.usn", "uuid:1::upnp:rootdevice"),
        ("ssdp.type", "upnp:rootdevice"),
        ("ssdp.location", "http://192.0.2.7:49152/upnpdevicedesc.xml"),
    ]


def test_announcement_in_any_case_and_with_bare_line_feeds():
    announcement = b"NOTIFY * HTTP/1.1\nnt: urn:x:device:Cam:1\nNts: ssdp:alive\nusn: uuid:1\n\n"

    assert pairs(SSDP, announcement, transport="udp") == [("ssdp.usn", "uuid:1"), ("ssdp.type", "urn:x:device:Cam:1")]


def test_headers_alone():
    assert pairs(SSDP, b"SERVER: Cam UPnP/1.0\nUSN: uuid:2", transport="given") == [
        ("ssdp.server", "Cam UPnP/1.0"),
        ("ssdp.usn", "uuid:2"),
    ]


def test_searches_say_nothing():
    search = b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nST: upnp:rootdevice\r\n\r\n'

    assert pairs(SSDP, search, transport="udp") == []


@pytest.mark.parametrize("payload", [b"", b"\0\1\2", b"hello", b"HTTP/1.1 200 OK"])
def test_what_is_no_ssdp(payload):
    with pytest.raises(ValueError):
        pairs(SSDP, payload, transport="udp")


@pytest.mark.parametrize(
    ("payload", "transport", "expected"), [(ANSWER, "udp", True), (ANSWER, "tcp", False), (b"x", "udp", False)]
)
def test_bytes_that_are_known(payload, transport, expected):
    assert SSDP.knows(reply(payload, transport=transport)) is expected
