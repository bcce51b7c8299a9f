import pytest
from hypothesis import given, settings
from support.mutation import mutated, read_or_refused
from support.reading import pairs, reply

from netaudit.discovery import route
from netaudit.discovery.cdp import CDP, MAX_ADDRESSES, SNAP_PROTOCOL


def unit(kind, value):
    return kind.to_bytes(2) + (4 + len(value)).to_bytes(2) + value


def addresses(*packed, count=None):
    entries = b"".join(b"\x01\x01\xcc\x00\x04" + address for address in packed)
    return unit(2, (len(packed) if count is None else count).to_bytes(4) + entries)


HEAD = b"\x02\xb4\x00\x00"
CAMERA = b"".join(
    (
        HEAD,
        unit(1, b"axis-accc8e0c51c7"),
        addresses(bytes((192, 0, 2, 10))),
        unit(3, b"eth0"),
        unit(4, b"\x00\x00\x00\x10"),
        unit(5, b"10.12.153\nBuilt 2023"),
        unit(6, b"AXIS M3067-P Panoramic Camera"),
    )
)


def test_what_a_camera_says():
    assert pairs(CDP, CAMERA, transport="link") == [
        ("cdp.device_id", "axis-accc8e0c51c7"),
        ("cdp.address", "192.0.2.10"),
        ("cdp.port_id", "eth0"),
        ("cdp.version", "10.12.153 Built 2023"),
        ("cdp.platform", "AXIS M3067-P Panoramic Camera"),
    ]


@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_length_shorter_than_its_own_head_ends_the_list(size):
    assert pairs(CDP, CAMERA + b"\x00\x01" + size.to_bytes(2) + b"rest", transport="link")[-1][0] == "cdp.platform"
    assert pairs(CDP, HEAD + b"\x00\x01" + size.to_bytes(2) + unit(1, b"hidden"), transport="link") == []


def test_a_unit_that_is_cut_off_ends_the_list():
    assert pairs(CDP, CAMERA[:-1], transport="link")[-1][0] == "cdp.version"


def test_no_list_of_addresses_goes_on_for_ever():
    many = addresses(*(bytes((192, 0, 2, number)) for number in range(40)), count=2**32 - 1)

    assert len(pairs(CDP, HEAD + many, transport="link")) == MAX_ADDRESSES
    assert pairs(CDP, HEAD + addresses(count=9), transport="link") == []


@pytest.mark.parametrize("frame", [b"", b"\x02\xb4", b"\x07\xb4\x00\x00" + unit(1, b"x")])
def test_what_is_no_cdp(frame):
    with pytest.raises(ValueError, match="no CDP"):
        pairs(CDP, frame, transport="link")


def test_frames_of_its_number_are_routed_here():
    assert route(reply(CAMERA, transport="link", destination_port=SNAP_PROTOCOL)) is CDP


@settings(max_examples=150, deadline=None)
@given(mutated(CAMERA))
def test_any_frame_is_read_or_refused(frame):
    for observation in read_or_refused(CDP, frame, transport="link"):
        assert observation.value.isprintable()
