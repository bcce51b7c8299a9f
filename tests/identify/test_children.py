"""Devices behind recorders: joined with what was heard, never doubled, and never the cause that two become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.observations import CAMERA, MAC, SERIAL, answer, arp, said, seen

from netaudit.identify.children import natural
from netaudit.identify.correlate import correlate

RECORDER = "10.0.0.13"
RECORDER_SERIAL = "6J0A4D2PAG7E91R"
SECOND = "10.0.0.14"
OTHER = "44:19:b6:00:00:02"


def recorder(address=RECORDER, serial=RECORDER_SERIAL):
    """A recorder that was heard."""
    return [seen("isapi.root", "InputProxyChannelList", address), seen("isapi.serial_number", serial, address)]


def entry(part, field, value, at=RECORDER):
    """One thing that a recorder's list says of one channel."""
    return seen(field, value, at, channel="isapi", part=f"channel {part}")


def listed(part, at=RECORDER, **told):
    """All that a list says of one channel."""
    fields = {"mac": "mac.address"}
    return [entry(part, fields.get(name, f"child.{name}"), value, at) for name, value in told.items()]


def by_children(*observations):
    """(the recorders that were heard, the other devices), each in the order of their addresses."""
    devices = sorted(correlate(observations), key=lambda d: d.addresses)
    return [d for d in devices if d.children], [d for d in devices if not d.children]


# A device of its own


def test_camera_that_only_a_list_tells_of_is_a_device_behind_its_recorder():
    (box,), (camera,) = by_children(*recorder(), *listed(3, serial=SERIAL, address="192.168.254.4", model="DS-2CD1"))

    assert (camera.behind, camera.addresses, camera.is_hearsay) == (box.id, ("192.168.254.4",), True)
    assert {o.value for o in camera.observations} == {SERIAL, "192.168.254.4", "DS-2CD1"}
    assert (box.children, box.behind, box.is_hearsay) == (("channel 3",), None, False)
    assert box.addresses == (RECORDER,)


def test_what_a_list_says_of_others_is_no_word_of_the_recorder():
    (box,), _ = by_children(*recorder(), *listed(1, serial=SERIAL, mac=MAC))

    assert not {SERIAL, MAC} & {o.value for o in box.observations}
    assert (box.macs, box.keys, box.conflicts) == ((), (f"serial:{RECORDER_SERIAL}", f"address:{RECORDER}"), ())


def test_id_of_a_camera_behind_a_recorder_is_that_of_its_serial_wherever_it_is():
    (heard,) = correlate(answer(CAMERA, SERIAL))
    _, (told,) = by_children(*recorder(), *listed(1, serial=SERIAL))

    assert told.id == heard.id


def test_id_without_a_serial_follows_the_recorder_wherever_that_moves():
    _, (before,) = by_children(*recorder(), *listed(1, address="192.168.254.2"))
    _, (after,) = by_children(*recorder(SECOND), *listed(1, SECOND, address="192.168.254.2"))

    assert before.id == after.id


def test_cameras_on_the_ports_of_two_recorders_stay_two_though_their_addresses_are_one():
    boxes, cameras = by_children(
        *recorder(), *listed(1, address="192.168.254.2"),
        *recorder(SECOND, "6J0A4D2PAG7E91S"), *listed(1, SECOND, address="192.168.254.2"),
    )  # fmt: skip

    assert len({c.id for c in cameras}) == 2
    assert {c.behind for c in cameras} == {b.id for b in boxes}


def test_camera_with_four_channels_is_one_device():
    (box,), (camera,) = by_children(
        *recorder(), *(o for part in (1, 2, 3, 10) for o in listed(part, serial=SERIAL, address="192.168.254.2"))
    )

    assert box.children == ("channel 1", "channel 2", "channel 3", "channel 10")
    assert camera.addresses == ("192.168.254.2",)


def test_list_that_came_by_both_network_ports_of_a_recorder_counts_once():
    both = [*recorder(), *listed(1, address="192.168.254.2"), *recorder(SECOND), *listed(1, SECOND, model="C-1")]
    (box,), (camera,) = by_children(*both)

    assert (box.addresses, box.children) == ((RECORDER, SECOND), ("channel 1",))
    assert {o.value for o in camera.observations} == {"192.168.254.2", "C-1"}


# Joined with what was heard


def test_camera_that_was_heard_is_found_by_its_serial_and_not_doubled():
    (box,), (camera,) = by_children(
        *recorder(), *answer(CAMERA, SERIAL, MAC), *listed(1, serial=SERIAL, address="10.0.0.99", model="DS-2CD1")
    )

    assert (camera.addresses, camera.behind, camera.is_hearsay) == ((CAMERA,), box.id, False)
    assert "DS-2CD1" in {o.value for o in camera.observations}


def test_camera_that_was_heard_is_found_by_its_hardware_address():
    (box,), (camera,) = by_children(*recorder(), arp(CAMERA, MAC), *listed(1, mac=MAC, address="10.0.0.99"))

    assert (camera.addresses, camera.behind) == ((CAMERA,), box.id)


@pytest.mark.parametrize("serial", [{}, {"serial": SERIAL}])
def test_camera_that_was_heard_is_found_by_its_address_where_the_two_do_not_contradict(serial):
    camera = seen("rtsp.server", "x", CAMERA)
    (box,), (found,) = by_children(*recorder(), camera, *listed(1, address=CAMERA, **serial))

    assert (found.addresses, found.behind) == ((CAMERA,), box.id)


@pytest.mark.parametrize(
    "heard",
    [
        [seen("rtsp.server", "x"), *answer(CAMERA, "6J0A4D2PAG7E91C")],
        [seen("rtsp.server", "x"), arp(CAMERA, OTHER)],
        [seen("http.server", "debut/1.30")],
    ],
    ids=["another serial", "another MAC", "no camera"],
)
def test_another_device_at_the_address_is_left_alone(heard):
    (before,) = correlate(heard)
    _, devices = by_children(*recorder(), *heard, *listed(1, serial=SERIAL, mac=MAC, address=CAMERA))
    told = next(d for d in devices if d.is_hearsay)

    assert [d for d in devices if not d.is_hearsay] == [before]
    assert told.conflicts == (
        f"a recorder lists it at {CAMERA}, where another device answers: the list may be old",
    )  # fmt: skip


def test_camera_on_two_recorders_is_one_device_behind_the_first_and_counted_by_both():
    boxes, (camera,) = by_children(
        *recorder(), *recorder(SECOND, "6J0A4D2PAG7E91S"), *answer(CAMERA, SERIAL),
        *listed(1, serial=SERIAL), *listed(5, SECOND, serial=SERIAL),
    )  # fmt: skip

    assert camera.behind == min(b.id for b in boxes)
    assert sorted(b.children for b in boxes) == [("channel 1",), ("channel 5",)]


# Liars and clones


def test_entry_with_the_names_of_two_devices_joins_neither():
    heard = [*answer(CAMERA, SERIAL), arp(SECOND, MAC)]
    before = correlate([*heard, *recorder()])
    devices = correlate([*heard, *recorder(), *listed(1, serial=SERIAL, mac=MAC)])

    assert len(devices) == len(before) + 1
    assert {d.id for d in before} < {d.id for d in devices}


def test_hardware_address_of_the_router_that_cameras_stand_behind_joins_none_and_names_none():
    behind = [o for n in range(1, 17) for o in listed(n, mac=MAC, address=f"10.9.9.{n}")]
    _, devices = by_children(*recorder(), arp("10.0.0.1", MAC), *behind)

    assert len(devices) == 17
    assert [d.addresses for d in devices if d.macs] == [("10.0.0.1",)]


def test_serial_number_of_five_places_joins_none():
    cloned = [o for n in range(1, 6) for o in listed(n, serial="6J0A4D2PAG7E91B", address=f"10.9.9.{n}")]
    _, devices = by_children(*recorder(), *answer(CAMERA, "6J0A4D2PAG7E91B"), *cloned)

    assert len({d.id for d in devices}) == 6
    assert sum(d.conflicts == ("5 places have the serial number 6J0A4D2PAG7E91B: it joins none",) for d in devices) == 5


def test_recorder_that_lists_itself_is_not_behind_itself():
    devices = correlate([*recorder(), *listed(1, serial=RECORDER_SERIAL, address=RECORDER)])
    box = next(d for d in devices if not d.is_hearsay)

    assert box.behind is None
    assert len({d.id for d in devices}) == len(devices) == 2


def test_list_of_nobody_is_left_aside():
    assert correlate(listed(1, serial=SERIAL)) == ()


# For any lists

ADDRESSES = st.sampled_from(["", "10.0.0.1", "10.0.0.2", "10.0.0.3"])
SERIALS = st.sampled_from(["6J0A4D2PAG7E91B", "6J0A4D2PAG7E91C"])
MACS = st.sampled_from([MAC, OTHER])
HEARD = st.lists(
    st.one_of(
        st.builds(arp, ADDRESSES, MACS),
        st.builds(said, ADDRESSES, MACS),
        st.builds(seen, st.sampled_from(["sadp.device_sn", "onvif.serial"]), SERIALS, ADDRESSES),
        st.builds(seen, st.just("rtsp.server"), st.just("x"), ADDRESSES),
    ),
    max_size=16,
)
LISTED = st.lists(
    st.one_of(
        st.builds(entry, st.integers(1, 3), st.just("child.serial"), SERIALS, ADDRESSES),
        st.builds(entry, st.integers(1, 3), st.just("child.address"), ADDRESSES.filter(bool), ADDRESSES),
        st.builds(entry, st.integers(1, 3), st.just("mac.address"), MACS, ADDRESSES),
    ),
    max_size=12,
)


@given(HEARD, LISTED, st.randoms())
def test_any_order_gives_the_same_devices(heard, told, random):
    mixed = [*heard, *told, *told[:2]]
    random.shuffle(mixed)

    assert correlate(mixed) == correlate([*heard, *told])


@given(HEARD, LISTED)
def test_no_list_changes_what_a_device_that_was_heard_is_called_or_joins_two(heard, told):
    before = {d.id: (d.addresses, d.macs, d.keys, d.conflicts) for d in correlate(heard)}
    after = correlate([*heard, *told])

    assert {d.id: (d.addresses, d.macs, d.keys, d.conflicts) for d in after if not d.is_hearsay} == before
    assert len({d.id for d in after}) == len(after)
    assert all(d.behind in before.keys() - {d.id} for d in after if d.behind)


@given(HEARD, LISTED)
def test_every_channel_that_is_listed_is_counted_once_by_its_recorder(heard, told):
    devices = correlate([*heard, *told])

    assert all(len(set(d.children)) == len(d.children) for d in devices)
    assert {d.id for d in devices if d.children} >= {d.behind for d in devices if d.behind}


def test_channels_are_in_the_order_of_their_numbers():
    parts = ["channel 10", "channel 2", "slot b", "channel 1"]

    assert sorted(parts, key=natural) == ["channel 1", "channel 2", "channel 10", "slot b"]
