import re
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.asking import volley_of
from support.mutation import mutated, read_or_refused
from support.reading import pairs, values

from netaudit.discovery import sadp
from netaudit.discovery.sadp import SADP, build_request

# Restated from what cameras send: elements one a line, ended by CR LF, dashes in the MAC, "flase", no blank in "5.6.2build".
CAMERA = (
    '<?xml version="1.0" encoding="UTF-8" ?>\r\n<ProbeMatch>\r\n<Uuid>1F9B2A6C-4E1D-4F5A-9C3E-7A2B5D8E0C11</Uuid>\r\n'
    "<Types>inquiry</Types>\r\n<DeviceType>141945</DeviceType>\r\n<DeviceDescription>DS-2CD2385G1-I</DeviceDescription>\r\n"
    "<DeviceSN>DS-2CD2385G1-I20200101AAWRE00000001</DeviceSN>\r\n<CommandPort>8000</CommandPort>\r\n"
    "<HttpPort>80</HttpPort>\r\n<MAC>44-19-B6-00-00-01</MAC>\r\n<IPv4Address>192.0.2.64</IPv4Address>\r\n"
    "<IPv4SubnetMask>255.255.255.0</IPv4SubnetMask>\r\n<IPv4Gateway>0.0.0.0</IPv4Gateway>\r\n"
    "<IPv6Address>::</IPv6Address>\r\n<DHCP>false</DHCP>\r\n<AnalogChannelNum>0</AnalogChannelNum>\r\n"
    "<DigitalChannelNum>1</DigitalChannelNum>\r\n<SoftwareVersion>V5.6.2build 190701</SoftwareVersion>\r\n"
    "<DSPVersion>V7.3 build 190626</DSPVersion>\r\n<BootTime>1970-01-15 02:44:11</BootTime>\r\n"
    "<Encrypt>true</Encrypt>\r\n<Salt>0123456789abcdef</Salt>\r\n<Activated>true</Activated>\r\n"
    "<DeviceLock>flase</DeviceLock>\r\n<SDKOverTLSPort>8443</SDKOverTLSPort>\r\n<OEMInfo>N/A</OEMInfo>\r\n"
    "<DetailOEMCode>1</DetailOEMCode>\r\n</ProbeMatch>\r\n"
)
READ_OF_CAMERA = [
    ("sadp.device_description", "DS-2CD2385G1-I"),
    ("sadp.device_type", "141945"),
    ("sadp.device_sn", "DS-2CD2385G1-I20200101AAWRE00000001"),
    ("sadp.software_version", "V5.6.2build 190701"),
    ("sadp.dsp_version", "V7.3 build 190626"),
    ("sadp.http_port", "80"),
    ("sadp.command_port", "8000"),
    ("sadp.sdk_tls_port", "8443"),
    ("sadp.ipv4_address", "192.0.2.64"),
    ("sadp.subnet_mask", "255.255.255.0"),
    ("sadp.analog_channels", "0"),
    ("sadp.digital_channels", "1"),
    ("sadp.boot_time", "1970-01-15 02:44:11"),
    ("sadp.dhcp", "no"),
    ("sadp.activated", "yes"),
    ("sadp.locked", "no"),
    ("sadp.oem", "DetailOEMCode=1"),
    ("mac.address", "44:19:b6:00:00:01"),
]


def frame(opcode=4, mac="4419b6000001", address=(192, 0, 2, 64), mask=(255, 255, 255, 0), serial=b"DS-1SN"):
    """A frame of type 0x8033 after its Ethernet header, with the payload of a camera."""
    head = b"\x21\x02\x01\xf6" + bytes(4) + b"\x06\x04" + bytes([opcode]) + bytes(3)
    addresses = bytes.fromhex(mac) + bytes(address) + b"\xff" * 6 + bytes(4) + bytes(mask)
    texts = (b"V5.2.0 build 140721", b"V5.0 build 140714", b"2015-01-01 00:00:00")
    return head + addresses + struct.pack(">48s4I48s48s48s", serial, 31, 8000, 1, 0, *texts)


# --- the question -----------------------------------------------------------------------------------------------------


def test_inquiry_byte_for_byte():
    request = build_request()

    assert len(request) == 124
    assert re.fullmatch(
        rb'<\?xml version="1\.0" encoding="utf-8"\?><Probe>'
        rb"<Uuid>[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}</Uuid><Types>inquiry</Types></Probe>",
        request,
    )


def test_every_run_has_a_uuid_of_its_own():
    assert build_request() != build_request()


def test_network_is_asked_three_times_and_the_group_is_listened_to(monkeypatch):
    volley = volley_of(monkeypatch, sadp, sadp.find)

    assert [due_s for due_s, _ in volley.shots] == [0.0, 0.7, 1.5]
    assert len({datagram for _, datagram in volley.shots}) == 1
    assert (volley.destinations, volley.port, volley.group) == (("239.255.255.250",), 37020, "239.255.255.250")
    assert (volley.ttl, volley.source, volley.interface) == (1, "192.0.2.2", "eth0")
    assert volley.shots[-1][0] + volley.listen_s >= 4.0


def test_single_addresses_are_asked_once(monkeypatch):
    volley = volley_of(monkeypatch, sadp, sadp.reach, addresses=("192.0.2.64", "192.0.2.65"))

    assert ([due_s for due_s, _ in volley.shots], volley.group) == ([0.0], None)
    assert (volley.destinations, volley.port) == (("192.0.2.64", "192.0.2.65"), 37020)


def test_questions_say_nothing_ours_or_others():
    other = b'<?xml version="1.0"?>\r\n<Probe>\r\n<Uuid>1</Uuid>\r\n<MAC>44-19-b6-00-00-01</MAC><Types>update</Types></Probe>\0'

    assert [pairs(SADP, question, transport="udp") for question in (build_request(), other)] == [[], []]


# --- answers ----------------------------------------------------------------------------------------------------------


def test_answer_of_a_camera():
    assert pairs(SADP, CAMERA, transport="udp") == READ_OF_CAMERA


def test_announcement_is_an_answer():
    hello = CAMERA.replace("ProbeMatch>", "Hello>").replace("inquiry", "hello")

    assert pairs(SADP, hello, transport="udp") == READ_OF_CAMERA


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("44-19-B6-00-00-01", "44:19:b6:00:00:01"),
        ("<Types>inquiry</Types>", ""),
        ("<Uuid>", "<Uuid >"),
        ("\r\n", ""),
        ("</ProbeMatch>\r\n", "</ProbeMatch>\r\n\0\0\0"),
        ('<?xml version="1.0" encoding="UTF-8" ?>\r\n', "\ufeff"),
        ('<?xml version="1.0" encoding="UTF-8" ?>\r\n', ""),
        ("</ProbeMatch>", "<DeviceType>9</DeviceType></ProbeMatch>"),
        ("</ProbeMatch>", ""),
    ],
)
def test_ways_of_writing_that_say_the_same(before, after):
    assert before in CAMERA
    assert pairs(SADP, CAMERA.replace(before, after), transport="udp") == READ_OF_CAMERA


@pytest.mark.parametrize("text", ["DS-2CD2385G1-I & more", "DS-2CD2385G1-I &amp; more"])
def test_ampersand_with_and_without_its_escape(text):
    answer = CAMERA.replace("<DeviceDescription>DS-2CD2385G1-I", f"<DeviceDescription>{text}")

    assert values(SADP, "sadp.device_description", answer) == ["DS-2CD2385G1-I & more"]


def test_chinese_text_under_a_wrong_label():
    answer = CAMERA.replace("DS-2CD2385G1-I<", "网络摄像机<").encode("gb18030")

    assert values(SADP, "sadp.device_description", answer) == ["网络摄像机"]


def test_broken_markup_is_read_element_by_element():
    broken = CAMERA.replace("<Encrypt>true</Encrypt>", "<Encrypt>true</Encrpyt><<")

    assert values(SADP, "sadp.device_sn", broken) == ["DS-2CD2385G1-I20200101AAWRE00000001"]


def test_cut_answer_gives_what_came_before_the_cut():
    cut = CAMERA[: CAMERA.index("<IPv4SubnetMask>") + 20]

    assert pairs(SADP, cut)[:3] == READ_OF_CAMERA[:3]
    assert values(SADP, "sadp.subnet_mask", cut) == []


def test_empty_elements_and_unset_addresses_say_nothing():
    empty = re.sub(r"<(IPv4Address|IPv6Address|HttpPort|BootTime|DHCP)>[^<]*<", r"<\1><", CAMERA)
    unset = CAMERA.replace("192.0.2.64", "0.0.0.0")

    assert {"sadp.ipv4_address", "sadp.http_port", "sadp.boot_time", "sadp.dhcp"}.isdisjoint(dict(pairs(SADP, empty)))
    assert values(SADP, "sadp.ipv4_address", unset) == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("true", ["yes"]),
        ("1", ["yes"]),
        ("YES", ["yes"]),
        ("flase", ["no"]),
        ("False", ["no"]),
        ("0", ["no"]),
        ("maybe", []),
    ],
)
def test_booleans(word, expected):
    answer = CAMERA.replace("<DeviceLock>flase", f"<DeviceLock>{word}").replace("<Activated>true", f"<Activated>{word}")

    assert [values(SADP, field, answer) for field in ("sadp.locked", "sadp.activated")] == [expected, expected]


@pytest.mark.parametrize("mac", ["", "00-00-00-00-00-00", "ff:ff:ff:ff:ff:ff", "44-19-b6", "44-19-b6-00-00-0g"])
def test_what_is_no_hardware_address(mac):
    assert values(SADP, "mac.address", CAMERA.replace("44-19-B6-00-00-01", mac)) == []


@pytest.mark.parametrize("secret", ["Salt", "PasswordResetAbility", "SupportSecurityQuestion", "QRcodes"])
def test_what_could_open_the_device_is_not_read(secret):
    answer = CAMERA.replace("</ProbeMatch>", f"<{secret}>secret-material</{secret}></ProbeMatch>")

    assert "secret-material" not in str(pairs(SADP, answer))
    assert "0123456789abcdef" not in str(pairs(SADP, answer))


@pytest.mark.parametrize("name", ["OEMInfo", "OEMinfo", "OEMCode", "DetailOEMCode", "EZVIZCode"])
def test_hints_at_the_brand(name):
    answer = f"<ProbeMatch><DeviceSN>1</DeviceSN><{name}>ACME</{name}></ProbeMatch>"

    assert values(SADP, "sadp.oem", answer) == [f"{name}=ACME"]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x01\x02\x03 opaque",
        b"DeviceSN=1",
        b"<ProbeMatch></ProbeMatch>",
        b"<ProbeMatch><DeviceSN></DeviceSN></ProbeMatch>",
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><ProbeMatch><DeviceSN>&a;</DeviceSN></ProbeMatch>",
        b"<ProbeMatch><DeviceSN>" + b"1" * 9000 + b"</DeviceSN></ProbeMatch>",
        b"<html><body>not a camera</body></html>",
    ],
)
def test_what_is_no_answer(payload):
    with pytest.raises(ValueError):
        pairs(SADP, payload, transport="udp")


# --- frames -----------------------------------------------------------------------------------------------------------


def test_frame_of_a_camera():
    assert pairs(SADP, frame(), transport="link") == [
        ("sadp.device_sn", "DS-1SN"),
        ("sadp.device_type", "31"),
        ("sadp.command_port", "8000"),
        ("sadp.software_version", "V5.2.0 build 140721"),
        ("sadp.dsp_version", "V5.0 build 140714"),
        ("sadp.boot_time", "2015-01-01 00:00:00"),
        ("sadp.ipv4_address", "192.0.2.64"),
        ("sadp.subnet_mask", "255.255.255.0"),
        ("mac.address", "44:19:b6:00:00:01"),
    ]


def test_frame_of_a_newer_device_is_longer():
    assert pairs(SADP, frame() + bytes(100), transport="link") == pairs(SADP, frame(), transport="link")


def test_frame_of_a_device_without_an_address():
    unset = frame(address=bytes(4), mask=bytes(4), mac="0" * 12)

    assert {"sadp.ipv4_address", "sadp.subnet_mask", "mac.address"}.isdisjoint(
        dict(pairs(SADP, unset, transport="link"))
    )


@pytest.mark.parametrize("opcode", [2, 3, 6, 7, 0x0A, 0x0B, 0x0C, 0x10, 0xFF])
def test_frames_that_ask_or_change_something_say_nothing(opcode):
    assert pairs(SADP, frame(opcode), transport="link") == []
    assert pairs(SADP, frame(opcode)[:38], transport="link") == []


@pytest.mark.parametrize(
    "payload", [b"", b"\x21", frame()[:37], frame()[:245], b"\x22" + frame()[1:], b"\x21\x03" + frame()[2:]]
)
def test_what_is_no_frame(payload):
    with pytest.raises(ValueError):
        pairs(SADP, payload, transport="link")


# --- whatever comes ---------------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(mutated(CAMERA.encode(), frame(), build_request()), st.sampled_from(["udp", "link"]))
def test_whatever_comes_is_read_or_refused(payload, transport):
    for observation in read_or_refused(SADP, payload, transport=transport):
        assert observation.field in SADP.fields
        assert observation.value.isprintable()
        assert 0 < len(observation.value.encode()) <= 1024


def test_long_values_are_cut():
    answer = f"<ProbeMatch><DeviceSN>1</DeviceSN><OEMInfo>{'x' * 3000}</OEMInfo></ProbeMatch>"

    assert [len(value) for value in values(SADP, "sadp.oem", answer)] == [1024]
