import pytest
from support.reading import pairs, reply, values

from netaudit.discovery.onvif import ONVIF

ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"
 xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:topics="http://www.example.com/2011/event/topics">
<s:Body>{}</s:Body></s:Envelope>"""
INFORMATION = ENVELOPE.format(
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>Maker</tds:Manufacturer><tds:Model>C-1</tds:Model>"
    "<tds:FirmwareVersion>V1.2.3 build 200101</tds:FirmwareVersion><tds:SerialNumber>C-1202001AB</tds:SerialNumber>"
    "<tds:HardwareId>88</tds:HardwareId></tds:GetDeviceInformationResponse>"
)
STACK = [
    ("onvif.namespace", "http://www.example.com/2011/event/topics"),
    ("onvif.envelope", "s tds tt topics"),
]


def test_device_information():
    assert pairs(ONVIF, INFORMATION) == [
        ("onvif.manufacturer", "Maker"),
        ("onvif.model", "C-1"),
        ("onvif.firmware", "V1.2.3 build 200101"),
        ("onvif.serial", "C-1202001AB"),
        ("onvif.hardware_id", "88"),
        *STACK,
    ]


def test_scopes_are_decoded():
    answer = ENVELOPE.format(
        "<tds:GetScopesResponse><tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef>"
        "<tt:ScopeItem>onvif://www.onvif.org/name/Maker%20C-1</tt:ScopeItem></tds:Scopes></tds:GetScopesResponse>"
    )

    assert pairs(ONVIF, answer) == [("onvif.scope", "onvif://www.onvif.org/name/Maker C-1"), *STACK]


def test_host_name():
    answer = ENVELOPE.format(
        "<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP><tt:Name>gate</tt:Name>"
        "</tds:HostnameInformation></tds:GetHostnameResponse>"
    )

    assert values(ONVIF, "onvif.hostname", answer) == ["gate"]


def test_hardware_addresses():
    answer = ENVELOPE.format(
        "<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces><tt:Info><tt:Name>eth0</tt:Name>"
        "<tt:HwAddress>44-19-B6-00-00-01</tt:HwAddress></tt:Info></tds:NetworkInterfaces>"
        "</tds:GetNetworkInterfacesResponse>"
    )

    assert pairs(ONVIF, answer) == [("mac.address", "44:19:b6:00:00:01"), *STACK]


def test_uris_without_host_and_secret():
    services = ENVELOPE.format(
        "<tds:GetServicesResponse><tds:Service><tds:XAddr>http://192.0.2.7:8000/onvif/device_service</tds:XAddr>"
        "</tds:Service></tds:GetServicesResponse>"
    )
    stream = ENVELOPE.format(
        "<GetStreamUriResponse><MediaUri><tt:Uri>rtsp://u:p@192.0.2.7/cam?channel=1&amp;password=x</tt:Uri></MediaUri>"
        "</GetStreamUriResponse>"
    )

    assert values(ONVIF, "onvif.uri", services) == ["/onvif/device_service"]
    assert values(ONVIF, "onvif.uri", stream) == ["/cam?channel=1&password="]


def test_fault_says_nothing_but_whose_namespaces_it_knows():
    fault = ENVELOPE.format("<s:Fault><s:Reason><s:Text>Sender not authorized</s:Text></s:Reason></s:Fault>")

    assert pairs(ONVIF, fault) == STACK


def test_requests_say_nothing():
    assert pairs(ONVIF, ENVELOPE.format("<tds:GetDeviceInformation/>")) == []


def test_answer_inside_its_http_answer():
    assert values(ONVIF, "onvif.model", b"HTTP/1.1 200 OK\r\n\r\n" + INFORMATION.encode()) == ["C-1"]


@pytest.mark.parametrize(
    "excerpt",
    [
        INFORMATION[: INFORMATION.index("<tds:FirmwareVersion>") + 30],
        "<tds:GetDeviceInformationResponse><tds:Model>C-1</tds:Model></tds:GetDeviceInformationResponse>",
        "it said <tds:Manufacturer>Maker</tds:Manufacturer><tds:Model>C-1</tds:Model><tds:Fi",
        '{"manufacturer": "Maker", "model": "C-1"}',
        '{"Manufacturer": "Maker", "Model": "C-1", "HardwareId": null}',
    ],
)
def test_excerpts(excerpt):
    assert values(ONVIF, "onvif.model", excerpt, transport="given") == ["C-1"]
    assert values(ONVIF, "onvif.firmware", excerpt, transport="given") == []


@pytest.mark.parametrize(
    "payload",
    [b"", b"text", b"<html></html>", b"{", b"[" * 9, b"{" + b'"a":{' * 50_000, b"<Envelope", ENVELOPE.replace("<?xml", "<!DOCTYPE a []><?xml")],
)  # fmt: skip
def test_what_is_no_onvif(payload):
    with pytest.raises(ValueError):
        pairs(ONVIF, payload)


def test_bytes_that_are_known():
    assert ONVIF.knows(reply(INFORMATION))
    assert not ONVIF.knows(reply(b"<html></html>"))


def test_endpoint_is_the_one_that_discovery_names():
    answer = (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:t="http://www.onvif.org/ver10/device/wsdl">'
        "<e:Body><t:GetEndpointReferenceResponse><t:GUID>urn:uuid:4d454930-0000-1000-8000-4419b6000001</t:GUID>"
        "</t:GetEndpointReferenceResponse></e:Body></e:Envelope>"
    )

    assert values(ONVIF, "wsd.endpoint", answer) == ["urn:uuid:4d454930-0000-1000-8000-4419b6000001"]
