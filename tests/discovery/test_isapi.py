import pytest
from support.channel_lists import SECRET, input_proxy
from support.reading import children, pairs, read, reply, values

from netaudit.discovery.isapi import ISAPI

DEVICE = """<?xml version="1.0" encoding="UTF-8"?>
<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><deviceName>yard</deviceName>
<deviceLocation>hangzhou</deviceLocation><model>DS-2CD1</model><serialNumber>DS-2CD120200101AAWR123456789</serialNumber>
<macAddress>44:19:b6:00:00:01</macAddress><firmwareVersion>V5.5.0</firmwareVersion>
<firmwareReleasedDate>build 200101</firmwareReleasedDate><encoderVersion>V7.3</encoderVersion>
<telecontrolID>88</telecontrolID><OEMCode>1</OEMCode></DeviceInfo>"""


def test_device_info():
    assert pairs(ISAPI, DEVICE) == [
        ("isapi.root", "DeviceInfo"),
        ("isapi.namespace", "http://www.hikvision.com/ver20/XMLSchema"),
        ("isapi.model", "DS-2CD1"),
        ("isapi.serial_number", "DS-2CD120200101AAWR123456789"),
        ("isapi.device_name", "yard"),
        ("isapi.location", "hangzhou"),
        ("isapi.oem_code", "1"),
        ("isapi.firmware", "V5.5.0 build 200101"),
        ("isapi.encoder_version", "V7.3"),
        ("mac.address", "44:19:b6:00:00:01"),
        ("isapi.element", "OEMCode"),
        ("isapi.element", "telecontrolID"),
    ]


def test_list_of_a_recorder_counts_its_channels_and_speaks_of_itself_once():
    own = [(o.field, o.value) for o in read(ISAPI, input_proxy({"model": "CHILD"}, None)) if not o.part]

    assert own == [
        ("isapi.root", "InputProxyChannelList"),
        ("isapi.namespace", "http://www.hikvision.com/ver20/XMLSchema"),
        ("isapi.element", "InputProxyChannel"),
        ("isapi.channels", "2"),
    ]


def test_list_of_a_recorder_tells_of_the_camera_on_each_channel():
    camera = {
        "proxyProtocol": "HIKVISION", "ipAddress": "192.0.2.9", "model": "DS-2CD2386G2-IU",
        "serialNumber": "DS-2CD2386G2-IU20210101AAWRK12345601", "firmwareVersion": "V5.7.15 build 240201",
    }  # fmt: skip
    other = {"proxyProtocol": "ONVIF", "ipAddress": "192.0.2.10"}

    assert children(ISAPI, input_proxy(camera, other)) == [
        ("channel 1", "child.protocol", "HIKVISION"),
        ("channel 1", "child.address", "192.0.2.9"),
        ("channel 1", "child.model", "DS-2CD2386G2-IU"),
        ("channel 1", "child.serial", "DS-2CD2386G2-IU20210101AAWRK12345601"),
        ("channel 1", "child.firmware", "V5.7.15 build 240201"),
        ("channel 2", "child.protocol", "ONVIF"),
        ("channel 2", "child.address", "192.0.2.10"),
    ]


@pytest.mark.parametrize(
    "channel",
    [None, {}, {"proxyProtocol": "HIKVISION"}, {"ipAddress": "0.0.0.0"}, {"ipAddress": "127.0.0.1", "model": "IPC"}],
)
def test_channel_without_a_device_tells_nothing(channel):
    assert children(ISAPI, input_proxy(channel)) == []


def test_status_of_one_channel_tells_the_same():
    status = (
        "<InputProxyChannelStatus><id>7</id><sourceInputPortDescriptor><ipAddress>192.0.2.9</ipAddress>"
        "</sourceInputPortDescriptor><online>true</online></InputProxyChannelStatus>"
    )

    assert children(ISAPI, status) == [("channel 7", "child.address", "192.0.2.9")]


@pytest.mark.parametrize("number", ["", "x", "12345", "٣"])
def test_channel_without_a_number_is_known_by_its_place(number):
    text = input_proxy({"ipAddress": "192.0.2.9"}).replace("<id>1</id>", f"<id>{number}</id>")

    assert children(ISAPI, text) == [("channel 1", "child.address", "192.0.2.9")]


def test_list_that_was_cut_off_tells_what_came_before():
    text = input_proxy({"ipAddress": "192.0.2.9"}, {"ipAddress": "192.0.2.10"})
    cut = text[: text.index("192.0.2.10")]

    assert children(ISAPI, cut) == [("channel 1", "child.address", "192.0.2.9")]


def test_names_and_passwords_of_channels_are_not_kept():
    assert SECRET not in str(read(ISAPI, input_proxy({"ipAddress": "192.0.2.9"})))


@pytest.mark.parametrize(("word", "expected"), [("true", ["yes"]), ("false", ["no"]), ("flase", ["no"]), ("?", [])])
def test_activation(word, expected):
    status = f"HTTP/1.1 200 OK\r\n\r\n<ActivateStatus><Activated>{word}</Activated></ActivateStatus>"

    assert values(ISAPI, "isapi.activated", status) == expected
    assert values(ISAPI, "isapi.element", status) == ["ActivateStatus"]


def test_event_tells_the_hardware_address_and_no_channel_name():
    event = (
        '<EventNotificationAlert xmlns="http://www.isapi.org/ver20/XMLSchema"><macAddress>44-19-b6-00-00-02</macAddress>'
        "<channelName>kitchen</channelName></EventNotificationAlert>"
    )

    assert pairs(ISAPI, event)[2:] == [("mac.address", "44:19:b6:00:00:02")]


def test_event_tells_the_serial_number_of_its_sender_in_the_makers_own_element():
    event = (
        '<EventNotificationAlert xmlns="urn:psialliance-org"><Extensions><serialNumber '
        'xmlns="urn:selfextension:psiaext-ver10-xsd">DS-2CD200000000AAWRE00000000</serialNumber></Extensions>'
        "</EventNotificationAlert>"
    )

    assert pairs(ISAPI, event) == [
        ("isapi.root", "EventNotificationAlert"),
        ("isapi.namespace", "urn:psialliance-org"),
        ("isapi.namespace", "urn:selfextension:psiaext-ver10-xsd"),
        ("isapi.serial_number", "DS-2CD200000000AAWRE00000000"),
    ]


def test_refusal_of_a_recorder():
    assert pairs(ISAPI, "<userCheck><statusValue>401</statusValue></userCheck>") == [
        ("isapi.root", "userCheck"),
        ("isapi.element", "userCheck"),
    ]


def test_excerpts():
    cut = DEVICE[: DEVICE.index("</firmwareVersion>")]
    loose = "it said: <OEMCode>1</OEMCode>\n<model>DS-2CD1</model> <x"

    assert values(ISAPI, "isapi.model", cut, transport="given") == ["DS-2CD1"]
    assert values(ISAPI, "isapi.firmware", cut, transport="given") == []
    assert pairs(ISAPI, loose, transport="given") == [
        ("isapi.model", "DS-2CD1"),
        ("isapi.oem_code", "1"),
        ("isapi.element", "OEMCode"),
    ]


def test_excerpt_that_begins_inside_the_document():
    cut = DEVICE[DEVICE.index("<deviceLocation>") :].replace("deviceLocation>", "deviceID>")

    assert values(ISAPI, "isapi.model", cut, transport="given") == ["DS-2CD1"]
    assert ("isapi.element", "telecontrolID") in pairs(ISAPI, cut, transport="given")


@pytest.mark.parametrize("quote", ['"', "'"])
def test_document_as_an_object(quote):
    text = (
        "{'DeviceInfo': {'@version': '2.0', '@xmlns': 'http://www.isapi.org/ver20/XMLSchema', 'model': 'DS-2CD1', "
        "'firmwareVersion': 'V5.5.0', 'firmwareReleasedDate': 'build 200101', 'adminName': 'secret'}}"
    ).replace("'", quote)

    assert pairs(ISAPI, text, transport="given") == [
        ("isapi.namespace", "http://www.isapi.org/ver20/XMLSchema"),
        ("isapi.model", "DS-2CD1"),
        ("isapi.firmware", "V5.5.0 build 200101"),
    ]


def test_event_as_an_object():
    text = (
        '{"ipAddress":"192.0.2.1","macAddress":"44:19:b6:00:00:01","activePostCount":"0","eventType":"faceCapture",'
        '"eventState":"active","eventDescription":"faceCapture"}'
    )

    assert pairs(ISAPI, text, transport="given") == [
        ("isapi.element", "activePostCount in JSON"),
        ("mac.address", "44:19:b6:00:00:01"),
    ]


def test_object_with_channels_tells_nothing_of_the_device():
    text = (
        '{"InputProxyChannelList": {"@xmlns": "http://www.isapi.org/ver20/XMLSchema", '
        '"InputProxyChannel": [{"model": "X1"}]}}'
    )

    assert pairs(ISAPI, text, transport="given") == [("isapi.namespace", "http://www.isapi.org/ver20/XMLSchema")]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"text",
        b"<html></html>",
        b"<s:Envelope/>",
        b"a <model>X</model>",
        b"<!DOCTYPE x []><DeviceInfo/>",
        b'{"model": "X", "serialNumber": "1", "macAddress": "00:00:5e:00:53:01"}',
    ],
)
def test_what_is_no_isapi(payload):
    with pytest.raises(ValueError):
        pairs(ISAPI, payload)


def test_bytes_that_are_known():
    assert ISAPI.knows(reply(DEVICE))
    assert not ISAPI.knows(reply(b"<root/>"))


def test_list_of_protocols_that_names_the_sdk():
    body = "<AdminAccessProtocolList><AdminAccessProtocol><protocol>{}</protocol></AdminAccessProtocol></AdminAccessProtocolList>"

    assert ("isapi.element", "protocol DEV_MANAGE") in pairs(ISAPI, body.format("DEV_MANAGE"))
    assert "isapi.element" not in dict(pairs(ISAPI, body.format("HTTP")))
