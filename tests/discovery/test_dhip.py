import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.asking import volley_of
from support.mutation import mutated, read_or_refused
from support.reading import pairs, values

from netaudit.discovery import dhip
from netaudit.discovery.dhip import DHIP, build_request

INFO = {
    "AlarmInputChannels": 0,
    "DeviceClass": "IPC",
    "DeviceID": "",
    "DeviceType": "IPC-HDW1431T1-S4",
    "Find": "BC",
    "HttpPort": 80,
    "IPv4Address": {"DefaultGateway": "192.0.2.1", "DhcpEnable": False, "IPAddress": "192.0.2.108", "SubnetMask": "255.255.255.0"},
    "IPv6Address": {"DefaultGateway": None, "DhcpEnable": False, "IPAddress": "2001:db8::1:2/64", "LinkLocalAddress": "fe80::1/64"},
    "Init": 3734,
    "MachineName": "6C00000PAG00000",
    "Manufacturer": "Private",
    "Port": 37777,
    "RemoteVideoInputChannels": 0,
    "SerialNo": "6C00000PAG00000",
    "Vendor": "General",
    "Version": "2.800.0000000.13.R",
    "VideoInputChannels": 1,
}  # fmt: skip
READ = [
    ("dhip.device_type", "IPC-HDW1431T1-S4"),
    ("dhip.device_class", "IPC"),
    ("dhip.serial_no", "6C00000PAG00000"),
    ("dhip.machine_name", "6C00000PAG00000"),
    ("dhip.vendor", "General"),
    ("dhip.manufacturer", "Private"),
    ("dhip.version", "2.800.0000000.13.R"),
    ("dhip.http_port", "80"),
    ("dhip.port", "37777"),
    ("dhip.init", "3734"),
    ("dhip.input_channels", "1"),
    ("dhip.remote_channels", "0"),
    ("dhip.ipv4_address", "192.0.2.108"),
    ("dhip.ipv6_address", "2001:db8::1:2"),
    ("mac.address", "3c:ef:8c:00:00:01"),
]


def answer(mac="3c:ef:8c:00:00:01", **info):
    return {"mac": mac, "method": "client.notifyDevInfo", "params": {"deviceInfo": {**INFO, **info}}}


def framed(text, length=None, magic=b"DHIP", header_length=32):
    body = text if isinstance(text, bytes) else text.encode()
    declared = len(body) if length is None else length
    return struct.pack("<I4sIIIIII", 32, magic, 0, 0, declared, 0, declared, 0) + bytes(header_length - 32) + body


TEXT = json.dumps(answer())


# --- the question -----------------------------------------------------------------------------------------------------


def test_search_byte_for_byte():
    assert build_request() == bytes.fromhex("""
        20 00 00 00 44 48 49 50 00 00 00 00 00 00 00 00 3b 00 00 00 00 00 00 00 3b 00 00 00 00 00 00 00
        7b 22 6d 65 74 68 6f 64 22 3a 22 44 48 44 69 73 63 6f 76 65 72 2e 73 65 61 72 63 68 22 2c 22 70
        61 72 61 6d 73 22 3a 7b 22 6d 61 63 22 3a 22 22 2c 22 75 6e 69 22 3a 31 7d 7d 0a
    """)
    assert len(build_request()) == 91


@pytest.mark.parametrize(
    "question",
    [build_request(), build_request().replace(b"DHIP", b"PIHD", 1), build_request()[32:], build_request()[:-5]],
)
def test_searches_say_nothing(question):
    assert pairs(DHIP, question, transport="udp") == []


def test_network_is_asked_twice_by_multicast_and_broadcast(monkeypatch):
    volley = volley_of(monkeypatch, dhip, dhip.find)

    assert volley.shots == ((0.0, build_request()), (1.0, build_request()))
    assert volley.destinations == ("239.255.255.251", "255.255.255.255", "192.0.2.255")
    assert (volley.port, volley.group, volley.ttl, volley.source) == (37810, "239.255.255.251", 1, "192.0.2.2")
    assert volley.shots[-1][0] + volley.listen_s >= 3.5


def test_single_addresses_are_asked_once(monkeypatch):
    volley = volley_of(monkeypatch, dhip, dhip.reach, addresses=("192.0.2.108",))

    assert (volley.shots, volley.group) == (((0.0, build_request()),), None)
    assert (volley.destinations, volley.port) == (("192.0.2.108",), 37810)


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        framed(TEXT),
        framed(TEXT + "\n"),
        framed(TEXT + "\n\0"),
        framed(TEXT + "\0\0\0\0rubbish"),
        framed(TEXT, length=len(TEXT) + 500),
        framed(TEXT, length=100),
        framed(TEXT, length=0),
        framed(TEXT, length=2**32 - 1),
        framed(TEXT, header_length=40),
        framed(TEXT, magic=b"PIHD"),
        TEXT.encode(),
        b"\xef\xbb\xbf \r\n" + TEXT.encode() + b"\r\n",
        framed(json.dumps(answer(), indent=1)),
        framed(json.dumps(answer(mac="3C-EF-8C-00-00-01"))),
        framed(json.dumps(answer(HttpPort="80", Port="37777", Init="3734", VideoInputChannels="1"))),
    ],
)
def test_ways_of_sending_that_say_the_same(payload):
    assert pairs(DHIP, payload, transport="udp") == READ


def test_mac_in_the_device_s_own_part():
    document = answer(mac="")
    document["params"]["deviceInfo"]["mac"] = "3c:ef:8c:00:00:02"

    assert values(DHIP, "mac.address", framed(json.dumps(document))) == ["3c:ef:8c:00:00:02"]


def test_addresses_that_are_not_set_say_nothing():
    unset = {"IPv4Address": {"IPAddress": "0.0.0.0"}, "IPv6Address": {"IPAddress": "/0"}}
    absent = {"IPv4Address": None, "IPv6Address": "fe80::1"}

    for info in (unset, absent):
        assert {"dhip.ipv4_address", "dhip.ipv6_address"}.isdisjoint(
            dict(pairs(DHIP, framed(json.dumps(answer(**info)))))
        )


def test_values_of_the_wrong_kind_say_nothing():
    odd = answer(DeviceType=["a"], SerialNo={"b": 1}, Vendor=None, Version=True, HttpPort=80.5, Port=-1, Init=10**300)

    assert [field for field, _ in pairs(DHIP, framed(json.dumps(odd)))][:4] == [
        "dhip.device_class", "dhip.machine_name", "dhip.manufacturer", "dhip.port",
    ]  # fmt: skip


def test_text_in_another_encoding():
    payload = framed(json.dumps(answer(MachineName="前门"), ensure_ascii=False).encode("gb18030"))

    assert values(DHIP, "dhip.machine_name", payload) == ["前门"]


def test_what_is_not_printable_does_not_come_through():
    assert values(DHIP, "dhip.machine_name", framed(json.dumps(answer(MachineName="a\x1b[31m\ud800b\n")))) == [
        "a [31m b"
    ]


def test_passwords_are_not_read():
    odd = answer(Password="secret-1", UserName="admin-1", Salt="secret-2")

    assert "secret" not in str(pairs(DHIP, framed(json.dumps(odd))))
    assert "admin-1" not in str(pairs(DHIP, framed(json.dumps(odd))))


# --- broken JSON ------------------------------------------------------------------------------------------------------


def test_challenge_to_a_login_tells_its_realm():
    text = (
        '{"result":false,"params":{"realm":"Login to 4H01D66PAJ2FA64","random":"29757655","encryption":"Default"},'
        '"error":{"code":268632079},"id":0,"session":29757655}'
    )

    assert pairs(DHIP, framed(text), transport="given") == [("dhip.realm", "Login to 4H01D66PAJ2FA64")]


def test_missing_quote_loses_nothing():
    """A firmware that forgets the quote after Version."""
    broken = TEXT.replace('"2.800.0000000.13.R"', '"2.800.0000000.13.R')

    assert broken != TEXT
    assert sorted(pairs(DHIP, framed(broken))) == sorted(p for p in READ if p[0] != "dhip.ipv6_address")


def test_cut_answer_gives_what_came_before_the_cut():
    found = dict(pairs(DHIP, framed(TEXT[: TEXT.index('"Manufacturer"')])))

    assert found["dhip.device_type"] == "IPC-HDW1431T1-S4"
    assert found["mac.address"] == "3c:ef:8c:00:00:01"
    assert "dhip.version" not in found


def test_ipv6_address_does_not_pass_for_the_other():
    swapped = answer(IPv4Address=INFO["IPv6Address"], IPv6Address=INFO["IPv4Address"])
    broken = json.dumps(swapped)[:-3]

    assert values(DHIP, "dhip.ipv4_address", framed(broken)) == ["192.0.2.108"]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"DHIP",
        framed(b""),
        framed(b"no json"),
        framed(b"{broken"),
        framed(b"{}"),
        framed(b'{"method":"client.notifyDevInfo"}'),
        framed(b'{"method":"client.notifyDevInfo","params":[1]}'),
        framed(b'{"method":"client.notifyDevInfo","params":{"deviceInfo":"x"}}'),
        framed(b'{"result":false,"error":{"code":268632079}}'),
        b"\xa3\x01\x00\x01" + bytes(28),
        b"not a header {" + TEXT.encode(),
        framed(b'{"a":' * 3000),
        framed(TEXT + " " * 17_000),
    ],
)
def test_what_is_no_answer(payload):
    with pytest.raises(ValueError):
        pairs(DHIP, payload, transport="udp")


def test_hostile_text_costs_little():
    hostile = b'{"notifyDevInfo":' + b'"a":"' * 3000

    with pytest.raises(ValueError, match="over the limit"):
        pairs(DHIP, framed(hostile + b'"' * 4000))
    assert pairs(DHIP, framed(hostile)) == []


@settings(max_examples=300, deadline=None)
@given(
    mutated(framed(TEXT), framed(TEXT.replace('"General"', '"General')), build_request()),
    st.sampled_from(["udp", "given"]),
)
def test_whatever_comes_is_read_or_refused(payload, transport):
    for observation in read_or_refused(DHIP, payload, transport=transport):
        assert observation.field in DHIP.fields
        assert observation.value.isprintable()
        assert 0 < len(observation.value.encode()) <= 1024
