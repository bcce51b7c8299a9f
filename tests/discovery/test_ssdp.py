import pytest
from support.asking import volley_of
from support.reading import pairs, reply

from netaudit.discovery import ssdp
from netaudit.discovery.ssdp import SSDP, build_search

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


# --- asking -----------------------------------------------------------------------------------------------------------


def test_search_byte_for_byte():
    assert build_search() == (
        b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 2\r\nST: upnp:rootdevice\r\n\r\n'
    )


def test_network_is_searched_twice_and_heard_until_the_slowest_may_have_answered(monkeypatch):
    volley = volley_of(monkeypatch, ssdp, ssdp.find)

    assert volley.shots == ((0.0, build_search()), (0.3, build_search()))
    assert (volley.destinations, volley.group) == (("239.255.255.250",), "239.255.255.250")
    assert (volley.port, volley.ttl, volley.source) == (1900, 2, "192.0.2.2")
    assert volley.listen_s >= 4.0


def test_single_addresses_are_never_searched():
    assert SSDP.reach is None


def test_search_of_somebody_else_says_nothing():
    assert pairs(SSDP, build_search(), transport="udp") == []
