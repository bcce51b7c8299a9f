import pytest
from hypothesis import given, settings
from support.mutation import mutated, read_or_refused
from support.reading import pairs, reply

from netaudit.discovery import route
from netaudit.discovery.lldp import ETHERTYPE, LLDP


def unit(kind, value):
    return (kind << 9 | len(value)).to_bytes(2) + value


def med(subtype, text):
    return unit(127, b"\x00\x12\xbb" + bytes([subtype]) + text)


CHASSIS = unit(1, b"\x04" + bytes.fromhex("accc8e0c51c7"))
CAMERA = b"".join(
    (
        CHASSIS,
        unit(2, b"\x03" + bytes.fromhex("accc8e0c51c7")),
        unit(3, b"\x00\x78"),
        unit(4, b"eth0"),
        unit(5, b"axis-accc8e0c51c7"),
        unit(6, b"AXIS M3067-P Panoramic Camera; 10.12.153"),
        unit(7, b"\x00\x94\x00\x80"),
        unit(8, b"\x05\x01\xc0\x00\x02\x0a\x02\x00\x00\x00\x02\x00"),
        med(6, b"10.12.153"),
        med(8, b"ACCC8E0C51C7"),
        med(9, b"Axis Communications AB"),
        med(10, b"M3067-P"),
        unit(0, b""),
    )
)


def test_camera_with_its_inventory():
    assert pairs(LLDP, CAMERA + bytes(20), transport="link") == [
        ("lldp.chassis_id", "ac:cc:8e:0c:51:c7"),
        ("lldp.port_id", "ac:cc:8e:0c:51:c7"),
        ("lldp.system_name", "axis-accc8e0c51c7"),
        ("lldp.system_description", "AXIS M3067-P Panoramic Camera; 10.12.153"),
        ("lldp.functions", "station"),
        ("lldp.management_address", "192.0.2.10"),
        ("lldp.firmware", "10.12.153"),
        ("lldp.serial", "ACCC8E0C51C7"),
        ("lldp.manufacturer", "Axis Communications AB"),
        ("lldp.model", "M3067-P"),
    ]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (1, b"\x05\x01\xc0\x00\x02\x0a", ("lldp.chassis_id", "192.0.2.10")),
        (1, b"\x05\x02" + bytes(15) + b"\x01", ("lldp.chassis_id", "::1")),
        (1, b"\x07switch-1", ("lldp.chassis_id", "switch-1")),
        (2, b"\x05GigabitEthernet0/1", ("lldp.port_id", "GigabitEthernet0/1")),
        (2, b"\x04\x01\xc0\x00\x02\x0a", ("lldp.port_id", "192.0.2.10")),
        (7, b"\x00\x14\x00\x14", ("lldp.functions", "bridge,router")),
        (8, b"\x11\x02" + bytes(15) + b"\x01\x02", ("lldp.management_address", "::1")),
    ],
)
def test_every_form_of_a_value(kind, value, expected):
    assert expected in pairs(LLDP, CHASSIS + unit(kind, value), transport="link")


@pytest.mark.parametrize(
    ("kind", "value"),
    [(1, b""), (2, b""), (8, b""), (8, b"\x05\x01\xc0"), (8, b"\x05\x06" + bytes(6)), (7, b""), (127, b"\x00\x12\xbb")],
)
def test_empty_and_foreign_values_say_nothing(kind, value):
    assert pairs(LLDP, CHASSIS + unit(kind, value), transport="link") == [("lldp.chassis_id", "ac:cc:8e:0c:51:c7")]


def test_a_unit_that_is_cut_off_ends_the_list():
    assert pairs(LLDP, CHASSIS + unit(5, b"camera")[:-1], transport="link") == [
        ("lldp.chassis_id", "ac:cc:8e:0c:51:c7")
    ]


@pytest.mark.parametrize("frame", [b"", b"\x02", CHASSIS[:-1], unit(0, b""), unit(5, b"camera"), bytes(60)])
def test_what_does_not_begin_with_a_chassis_is_no_lldp(frame):
    with pytest.raises(ValueError, match="no LLDP"):
        pairs(LLDP, frame, transport="link")


def test_frames_of_its_type_are_routed_here():
    assert route(reply(CAMERA, transport="link", destination_port=ETHERTYPE)) is LLDP


@settings(max_examples=150, deadline=None)
@given(mutated(CAMERA))
def test_any_frame_is_read_or_refused(frame):
    for observation in read_or_refused(LLDP, frame, transport="link"):
        assert observation.value.isprintable()
        assert len(observation.value.encode()) <= 1024
