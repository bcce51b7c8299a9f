"""What names a device, and what only seems to."""

import pytest

from netaudit.naming import (
    device_id,
    ipv4_number,
    is_universal,
    maker_serial,
    names_a_device,
    serial_name,
    tells_apart,
)


@pytest.mark.parametrize("text", ["DS-2CD2043G0-I20190115AAWRC12345678", "20190115aawrc12345678WCVU"])
def test_serial_number_is_named_without_its_model(text):
    assert serial_name(text) == maker_serial(text) == "20190115AAWRC12345678"


@pytest.mark.parametrize("text", ["00000000", "11001100", "123456789", "ABCDEFGHIJ", "serialNumber", "1234567", ""])
def test_serial_number_of_nobody_is_empty(text):
    assert serial_name(text) == ""


def test_only_registered_hardware_addresses_are_universal():
    assert [is_universal(m) for m in ("44:19:b6:00:00:01", "02:42:ac:11:00:02", "01:00:5e:00:00:fb")] == [
        True, False, False,
    ]  # fmt: skip


def test_virtual_routers_and_zeros_name_no_device():
    macs = ("44:19:b6:00:00:01", "00:00:5e:00:01:07", "00:00:00:00:00:00", "02:42:ac:11:00:02")

    assert [m for m in macs if names_a_device(m)] == ["44:19:b6:00:00:01"]


def test_sets_tell_apart_when_nothing_is_common():
    assert tells_apart([{"a"}, {"b"}])
    assert not tells_apart([{"a"}, {"a", "b"}, set()])
    assert not tells_apart([{"a"}])


def test_id_is_a_digest_of_the_name():
    assert device_id("mac:44:19:b6:00:00:01") == device_id("mac:44:19:b6:00:00:01") != device_id("mac:x")
    assert len(device_id("x")) == 16


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10.0.0.1", 0x0A000001),
        ("0.0.0.0", 0),
        ("255.255.255.255", 0xFFFFFFFF),
        ("10.1", None),
        ("010.0.0.1", None),
        ("10.0.0.1 ", None),
        ("10.0.0.1\0", None),
        ("10.0.0.256", None),
        ("::ffff:10.0.0.1", None),
        ("\udcff", None),
        ("", None),
    ],
)
def test_only_an_ipv4_address_in_its_usual_form_has_a_number(text, number):
    assert ipv4_number(text) == number
