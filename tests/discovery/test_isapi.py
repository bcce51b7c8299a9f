import pytest
from support.reading import pairs, reply, values

from netaudit.discovery.isapi import ISAPI

DEVICE = """<?xml version="1.0" encoding="UTF-8"?>
<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><deviceName>yard</deviceName>
<deviceLocation>hangzhou</deviceLocation><model>DS-2CD1</model><serialNumber>DS-2CD120200101AAWR123456789</serialNumber>
<macAddress>44:19:b6:00:00:01</macAddress><firmwareVersion>V5.5.0</firmwareVersion>
<firmwareReleasedDate>build 200101</firmwareReleasedDate><encoderVersion>V7.3</encoderVersion>
<telecontrolID>88</telecontrolID><OEMCode>1</OEMCode></DeviceInfo>"""
RECORDER = """<InputProxyChannelList xmlns="http://www.hikvision.com/ver20/XMLSchema">
<InputProxyChannel><id>1</id><sourceInputPortDescriptor><userName>admin</userName><password>secret</password>
<model>CHILD</model><serialNumber>CHILD-1</serialNumber></sourceInputPortDescriptor></InputProxyChannel>
<InputProxyChannel><id>2</id></InputProxyChannel></InputProxyChannelList>"""


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


def test_channels_of_a_recorder_are_counted_and_nothing_of_them_is_kept():
    assert pairs(ISAPI, RECORDER) == [
        ("isapi.root", "InputProxyChannelList"),
        ("isapi.namespace", "http://www.hikvision.com/ver20/XMLSchema"),
        ("isapi.element", "InputProxyChannel"),
        ("isapi.channels", "2"),
    ]


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


@pytest.mark.parametrize(
    "payload",
    [b"", b"text", b"<html></html>", b"<s:Envelope/>", b"a <model>X</model>", b"<!DOCTYPE x []><DeviceInfo/>"],
)
def test_what_is_no_isapi(payload):
    with pytest.raises(ValueError):
        pairs(ISAPI, payload)


def test_bytes_that_are_known():
    assert ISAPI.knows(reply(DEVICE))
    assert not ISAPI.knows(reply(b"<root/>"))
