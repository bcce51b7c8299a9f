"""What names a device, and what only seems to."""

import pytest
from support.observations import seen

from netaudit.identify.keys import eui64_mac, serial_key, uuid_key


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("sadp.device_sn", "DS-2CD2043G0-I20190115AAWRC12345678", "20190115AAWRC12345678"),
        ("isapi.serial_number", "ds-2cd2043g0-i 20190115aawrc12345678", "20190115AAWRC12345678"),
        ("upnp.serial_number", "20190115AAWRC12345678WCVU", "20190115AAWRC12345678"),
        ("isapi.serial_number", "DS-KV8213-WME1(C)0120230508RRAB0353909", "20230508RRAB0353909"),
        ("mdns.host", "DS-7616NI-K2-16P1620190115CCRRC12345678WCVU.local", "20190115CCRRC12345678"),
        ("sadp.device_sn", "DS-7616NI-K2/16P1620190115CCRRC12345678WCVU", "20190115CCRRC12345678"),
        ("dhip.serial_no", "6J0A4D2PAG7E91B", "6J0A4D2PAG7E91B"),
        ("rtsp.realm", "Login to 6J0A4D2PAG7E91B", "6J0A4D2PAG7E91B"),
        ("onvif.serial", "ACCC8E0D51C7", "ACCC8E0D51C7"),
    ],
)
def test_every_channel_of_a_device_gives_one_serial_key(field, value, key):
    assert serial_key(seen(field, value)) == key


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("onvif.serial", "00000000"),
        ("onvif.serial", "11001100"),
        ("onvif.serial", "123456789"),
        ("onvif.serial", "ABCDEFGHIJ"),
        ("onvif.serial", "serialNumber"),
        ("onvif.serial", "1234567"),
        ("mdns.host", "axis-accc8e0d51c7.local"),
        ("rtsp.realm", "Login to 8c1f0d5be4a37269c1f0d5be4a372690"),
        ("rtsp.realm", "IP Camera(12345)"),
        ("http.title", "DS-2CD2043G0-I20190115AAWRC12345678"),
    ],
)
def test_what_identifies_nothing_is_no_serial_key(field, value):
    assert serial_key(seen(field, value)) == ""


def test_endpoint_uuid_is_its_digits():
    endpoint = seen("wsd.endpoint", "urn:uuid:1419D68A-1dd2-11b2-a105-F8A2B4000001")

    assert uuid_key(endpoint) == "1419d68a1dd211b2a105f8a2b4000001"


@pytest.mark.parametrize(
    "value",
    [
        "urn:uuid:2419d68a-2dd2-21b2-a205-4419b6000001",
        "urn:uuid:00000000-0000-0000-0000-000000000000",
        "urn:uuid:1419d68a-1dd2-11b2",
        "",
    ],
)
def test_sample_empty_and_cut_uuids_are_no_key(value):
    assert uuid_key(seen("wsd.endpoint", value)) == ""


@pytest.mark.parametrize(
    ("address", "mac"),
    [
        ("fe80::1a68:cbff:fe15:b284", "18:68:cb:15:b2:84"),
        ("fe80::1a68:cbff:fe15:b284%eth0", "18:68:cb:15:b2:84"),
        ("2001:db8::aed:edff:fe87:427a", "08:ed:ed:87:42:7a"),
        ("fe80::1", None),
        ("10.0.0.5", None),
        ("no address", None),
        ("", None),
    ],
)
def test_ipv6_address_tells_the_hardware_address_that_it_was_made_from(address, mac):
    assert eui64_mac(address) == mac
