import pytest
from support.reading import pairs, reply, values

from netaudit.discovery.upnp import UPNP

DESCRIPTION = b"""<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major></specVersion><device>
<deviceType>urn:schemas-upnp-org:device:EmbeddedNetDevice:1</deviceType><friendlyName>Gate & yard</friendlyName>
<manufacturer>Maker</manufacturer><manufacturerURL>http://example.com</manufacturerURL><modelName>NVR</modelName>
<modelNumber>DS-7608</modelNumber><serialNumber>123456789</serialNumber><UDN>uuid:1</UDN>
<deviceList><device><manufacturer>Part maker</manufacturer><modelDescription>part</modelDescription></device></deviceList>
<presentationURL>http://192.0.2.99/</presentationURL></device></root>"""


def test_root_device_of_a_description():
    assert pairs(UPNP, DESCRIPTION) == [
        ("upnp.manufacturer", "Maker"),
        ("upnp.manufacturer_url", "http://example.com"),
        ("upnp.model_name", "NVR"),
        ("upnp.model_number", "DS-7608"),
        ("upnp.friendly_name", "Gate & yard"),
        ("upnp.serial_number", "123456789"),
        ("upnp.udn", "uuid:1"),
        ("upnp.device_type", "urn:schemas-upnp-org:device:EmbeddedNetDevice:1"),
    ]


def test_description_inside_its_http_answer():
    answer = b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n" + DESCRIPTION

    assert values(UPNP, "upnp.model_number", answer) == ["DS-7608"]
    assert pairs(UPNP, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") == []


def test_excerpt():
    assert pairs(UPNP, "and <manufacturer>Maker</manufacturer> it said", transport="given") == [
        ("upnp.manufacturer", "Maker")
    ]


@pytest.mark.parametrize(
    "payload", [b"", b"text", b"<root/>", b"<!DOCTYPE html><html></html>", b"HTTP/1.1 200 OK\r\n\r\nno"]
)
def test_what_is_no_description(payload):
    with pytest.raises(ValueError):
        pairs(UPNP, payload)


def test_bytes_that_are_known():
    assert UPNP.knows(reply(DESCRIPTION))
    assert not UPNP.knows(reply(b"<root/>"))
