"""Which observations are one device: the traps, and what holds for any observations."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.observations import CAMERA, MAC, SERIAL, SERIAL_KEY, answer, arp, said, seen

from netaudit.identify.correlate import correlate
from netaudit.identify.links import shared_macs
from netaudit.identify.sightings import NOWHERE

OTHER = "44:19:b6:00:00:02"
SECOND = "10.0.0.6"
ENDPOINT = "urn:uuid:1419d68a-1dd2-11b2-a105-f8a2b4000001"
CERTIFICATE = "ab" * 32


def addresses(*observations):
    """The addresses of each device."""
    return sorted(device.addresses for device in correlate(observations))


# One device


def test_one_device_in_two_datagrams_is_one():
    assert addresses(seen("wsd.endpoint", ENDPOINT, reply="1"), seen("onvif.scope", "x", reply="2")) == [(CAMERA,)]


def test_same_serial_with_two_macs_is_one_and_says_so():
    (device,) = correlate([arp(CAMERA, MAC), arp(SECOND, OTHER), *answer(CAMERA, SERIAL), *answer(SECOND, SERIAL)])

    assert (device.addresses, device.macs) == ((CAMERA, SECOND), (MAC, OTHER))
    assert [c for c in device.conflicts if "several hardware addresses" in c]


def test_same_mac_with_two_addresses_is_one():
    assert addresses(arp(CAMERA, MAC), arp(SECOND, MAC), seen("http.server", "x", SECOND)) == [(CAMERA, SECOND)]


def test_serial_joins_over_its_spellings():
    realm = seen("isapi.serial_number", "ds-2cd2043g0-i 20190115aawrc12345678", SECOND)

    assert addresses(seen("sadp.device_sn", SERIAL), realm) == [(CAMERA, SECOND)]


def test_frame_without_address_joins_by_its_mac():
    frame = [seen("sadp.device_sn", SERIAL, "", mac=MAC), said("", MAC, mac=MAC)]
    (device,) = correlate([arp(CAMERA, MAC), *frame])

    assert (device.addresses, device.macs) == ((CAMERA,), (MAC,))
    assert SERIAL in {o.value for o in device.observations}


def test_frame_without_address_is_a_device_of_its_own_where_nothing_else_is_known():
    (device,) = correlate([seen("sadp.device_sn", SERIAL, "", mac=MAC)])

    assert (device.addresses, device.macs) == ((), (MAC,))


def test_link_local_address_joins_by_the_mac_inside_it():
    assert addresses(arp(CAMERA, MAC), seen("mdns.host", "cam.local", "fe80::4619:b6ff:fe00:1")) == [
        (CAMERA, "fe80::4619:b6ff:fe00:1")
    ]


def test_endpoint_and_certificate_together_join():
    both = [
        o for a in (CAMERA, SECOND) for o in (seen("wsd.endpoint", ENDPOINT, a), seen("tls.sha256", CERTIFICATE, a))
    ]

    assert addresses(*both) == [(CAMERA, SECOND)]


def test_device_with_the_wrong_subnet_keeps_the_address_that_it_answers_from():
    (device,) = correlate(
        [*answer("192.168.1.64", SERIAL, MAC), seen("sadp.ipv4_address", "192.168.1.64", "192.168.1.64")]
    )

    assert (device.addresses, device.conflicts) == (("192.168.1.64",), ())


# Several devices


def test_sixteen_cameras_with_one_name_and_one_placeholder_serial_stay_sixteen():
    every = [f"10.0.0.{n}" for n in range(16)]
    alike = [
        o for a in every for o in (seen("onvif.serial", "0000000000", a), seen("upnp.friendly_name", "IP CAMERA", a))
    ]

    assert len(correlate(alike)) == 16


@pytest.mark.parametrize("on_link", [True, False])
def test_sixteen_cameras_with_one_cloned_serial_and_mac_stay_sixteen_and_say_so(on_link):
    every = [f"10.0.0.{n}" for n in range(16)]
    alike = [o for a in every for o in answer(a, "6J0A4D2PAG7E91B", MAC)]
    links = [arp(a, f"44:19:b6:00:01:{n:02x}") for n, a in enumerate(every)] if on_link else []
    devices = correlate([*alike, *links])

    assert len(devices) == len({d.id for d in devices}) == 16
    assert all(any("6J0A4D2PAG7E91B: it joins none" in c for c in d.conflicts) for d in devices)


def test_locally_administered_mac_joins_nothing():
    assert addresses(said(CAMERA, "02:42:ac:11:00:02"), said(SECOND, "02:42:ac:11:00:02")) == [(CAMERA,), (SECOND,)]


@pytest.mark.parametrize(("mac", "devices"), [("02:00:5e:00:55:03", 2), (OTHER, 1)])
def test_router_that_asks_from_the_address_of_its_far_side_swallows_nobody_behind_it(mac, devices):
    router = [arp("10.80.64.1", mac), arp("10.80.192.1", mac, transport="table")]
    behind = [seen("http.server", "App-webs/", f"10.80.192.{n}") for n in range(10, 40)]
    found = correlate([*router, *behind])

    of_router = [d for d in found if mac in d.macs]
    assert len(found) == 30 + devices
    assert {a for d in of_router for a in d.addresses} == {"10.80.64.1", "10.80.192.1"}
    assert len(of_router) == devices
    assert all(any("2 addresses have" in c for c in d.conflicts) == (devices == 2) for d in of_router)


def test_sample_uuid_joins_nothing_even_with_a_certificate():
    sample = "urn:uuid:2419d68a-2dd2-21b2-a205-4419b6000001"
    both = [o for a in (CAMERA, SECOND) for o in (seen("wsd.endpoint", sample, a), seen("tls.sha256", CERTIFICATE, a))]

    assert addresses(*both) == [(CAMERA,), (SECOND,)]


@pytest.mark.parametrize("medium", [seen("wsd.endpoint", ENDPOINT), seen("tls.sha256", CERTIFICATE)])
def test_shared_certificate_or_endpoint_alone_joins_nothing_and_names_nobody(medium):
    devices = correlate([medium, seen(medium.field, medium.value, SECOND)])

    assert len({d.id for d in devices}) == 2


def test_endpoint_and_certificate_of_a_model_join_no_devices_that_are_known_to_differ():
    both = [o for a in (CAMERA, SECOND) for o in (seen("upnp.udn", ENDPOINT, a), seen("tls.sha256", CERTIFICATE, a))]

    assert addresses(*both, arp(CAMERA, MAC), arp(SECOND, OTHER)) == [(CAMERA,), (SECOND,)]


def test_proxy_over_nine_addresses_makes_no_devices_and_hides_none():
    proxied = [arp(f"10.0.0.{n}", OTHER) for n in range(9)]
    real = [seen("http.server", "App-webs/", f"10.0.0.{n}") for n in (2, 3)]

    assert addresses(*proxied, *real) == [("10.0.0.2",), ("10.0.0.3",)]
    assert list(shared_macs(proxied)) == [OTHER]


def test_proxy_for_two_cameras_is_found_by_their_serials():
    proxied = [arp("10.0.0.1", OTHER), arp(CAMERA, OTHER), arp(SECOND, OTHER)]
    serials = [seen("rtsp.realm", f"Login to 6J0A4D2PAG7E91{n}", a) for n, a in ((1, CAMERA), (2, SECOND))]

    assert addresses(*proxied, *serials) == [(CAMERA,), (SECOND,)]


def test_proxy_for_one_camera_does_not_swallow_it():
    router, camera = [arp("10.0.0.1", OTHER)], [arp(CAMERA, OTHER), said(CAMERA, MAC)]

    assert addresses(*router, *camera) == [("10.0.0.1",), (CAMERA,)]


def test_two_macs_for_one_address_are_two_devices():
    devices = correlate([arp(CAMERA, MAC), arp(CAMERA, OTHER), seen("http.server", "x")])

    assert sorted((d.addresses, d.macs) for d in devices) == [((CAMERA,), (MAC,)), ((CAMERA,), (OTHER,))]
    assert len({d.id for d in devices}) == 2


def test_virtual_router_makes_no_device_and_leaves_the_real_one_alone():
    virtual = arp("10.0.0.1", "00:00:5e:00:01:0a")

    assert correlate([virtual]) == ()
    assert addresses(virtual, arp("10.0.0.1", MAC)) == [("10.0.0.1",)]


# Liars


def test_claimed_mac_does_not_swallow_its_owner():
    liar, victim = [arp("10.0.0.66", OTHER), said("10.0.0.66", MAC)], [arp(CAMERA, MAC), seen("http.server", "x")]
    found = {d.addresses: d for d in correlate([*liar, *victim])}

    assert set(found) == {(CAMERA,), ("10.0.0.66",)}
    assert found["10.0.0.66",].macs == (OTHER,)
    assert f"{MAC} belongs to {CAMERA}" in found["10.0.0.66",].conflicts[0]
    assert found[CAMERA,].conflicts == ()


def test_whole_answer_repeated_is_visible_on_what_it_joins():
    victim = [arp(CAMERA, MAC), *answer(CAMERA, SERIAL, MAC), seen("sadp.ipv4_address", CAMERA)]
    liar = [arp("10.0.0.66", OTHER), *answer("10.0.0.66", SERIAL, MAC), seen("sadp.ipv4_address", CAMERA, "10.0.0.66")]
    (device,) = correlate([*victim, *liar])

    assert any(f"{MAC} at {CAMERA}" in c and f"{OTHER} at 10.0.0.66" in c for c in device.conflicts)
    assert f"it says that its address is {CAMERA}; it answers from 10.0.0.66" in device.conflicts


def test_mac_of_answers_with_different_serials_joins_none_of_them():
    first, second = answer(CAMERA, "6J0A4D2PAG7E91B", MAC), answer(SECOND, "6J0A4D2PAG7E91C", MAC)
    devices = correlate([*first, *second])

    assert [d.addresses for d in devices] != [(CAMERA, SECOND)]
    assert all(any(f"{MAC}: it joins none" in c for c in d.conflicts) for d in devices)


def test_who_gives_the_serials_of_two_devices_joins_neither():
    victims = [*answer(CAMERA, "6J0A4D2PAG7E91B"), *answer(SECOND, "6J0A4D2PAG7E91C")]
    liar = [
        seen("sadp.device_sn", "6J0A4D2PAG7E91B", "10.0.0.66"),
        seen("onvif.serial", "6J0A4D2PAG7E91C", "10.0.0.66"),
    ]
    found = {d.addresses: d for d in correlate([*victims, *liar])}

    assert set(found) == {(CAMERA,), (SECOND,), ("10.0.0.66",)}
    assert found["10.0.0.66",].conflicts == ("it names itself as different devices do: it is joined with none of them",)


def test_who_gives_the_macs_of_two_devices_joins_neither():
    liar = [said("10.9.9.9", MAC), said("10.9.9.9", OTHER)]

    assert addresses(arp(CAMERA, MAC), arp(SECOND, OTHER), *liar) == [(CAMERA,), (SECOND,), ("10.9.9.9",)]


def test_who_gives_the_names_of_everybody_gives_none_and_takes_no_time():
    everybody = [
        (f"10.0.{n >> 8}.{n & 255}", f"6J0A4D2PAG{n:05}", f"44:19:b6:00:{n >> 8:02x}:{n & 255:02x}")
        for n in range(3000)
    ]
    honest = [o for a, serial, mac in everybody for o in (arp(a, mac), *answer(a, serial, mac))]
    lies = [o for _, serial, mac in everybody for o in answer("10.9.9.9", serial, mac)]
    found = {d.addresses: d for d in correlate([*honest, *lies])}

    assert len(found) == 3001
    assert found["10.9.9.9",].macs == ()
    assert found["10.9.9.9",].conflicts == (
        "it gives 3000 hardware addresses: none of them counts",
        "it gives 3000 serial numbers: none of them counts",
    )


# Names


def test_id_follows_the_serial_wherever_the_device_moves():
    (before,) = correlate([*answer(CAMERA, SERIAL, MAC)])
    (after,) = correlate([*answer(SECOND, SERIAL), arp(SECOND, OTHER)])

    assert before.id == after.id
    assert before.keys == (f"serial:{SERIAL_KEY}", f"mac:{MAC}", f"address:{CAMERA}")


def test_hostnames_are_told_and_join_nothing():
    devices = correlate([seen("mdns.host", "cam.local"), seen("dhcp.hostname", "cam.local", SECOND)])

    assert [d.hostnames for d in devices] == [("cam.local",), ("cam.local",)]


# For any observations

ADDRESSES = st.sampled_from(["", "0.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "fe80::4619:b6ff:fe00:1"])
MACS = st.sampled_from([MAC, OTHER, "44:19:b6:00:00:03", "02:00:00:00:00:01", "00:00:5e:00:01:01"])
SERIALS = st.sampled_from(["6J0A4D2PAG7E91B", "6J0A4D2PAG7E91C", "0000000000"])
LINKS = st.none() | MACS
ANY = st.one_of(
    st.builds(arp, ADDRESSES, MACS, mac=LINKS),
    st.builds(said, ADDRESSES, MACS, st.sampled_from(["sadp", "onvif"]), mac=LINKS),
    st.builds(seen, st.sampled_from(["sadp.device_sn", "onvif.serial"]), SERIALS, ADDRESSES, mac=LINKS),
    st.builds(seen, st.just("wsd.endpoint"), st.just(ENDPOINT), ADDRESSES, mac=LINKS),
    st.builds(seen, st.just("tls.sha256"), st.just(CERTIFICATE), ADDRESSES, mac=LINKS),
    st.builds(seen, st.just("http.server"), st.sampled_from(["a", "b"]), ADDRESSES, mac=LINKS),
)
LISTS = st.lists(ANY, max_size=24)


@given(LISTS, st.randoms())
def test_any_order_gives_the_same_devices(observations, random):
    mixed = [*observations, *observations[:3]]
    random.shuffle(mixed)

    assert correlate(mixed) == correlate(observations)


@given(LISTS)
def test_ids_are_unique(observations):
    ids = [device.id for device in correlate(observations)]

    assert len(set(ids)) == len(ids)


@given(LISTS)
def test_every_address_heard_is_on_one_device_unless_contested(observations):
    shared = shared_macs(observations)
    heard = {o.address for o in observations if not (o.channel == "arp" and o.value in shared)} - NOWHERE
    macs_of = {a: {o.value for o in observations if o.channel == "arp" and o.address == a} - set(shared) for a in heard}
    holders = Counter(address for device in correlate(observations) for address in device.addresses)

    assert set(holders) >= heard
    assert all(holders[a] == 1 or 1 < holders[a] <= len(macs_of[a]) for a in holders)


@given(LISTS)
def test_every_observation_but_a_proxys_answer_is_on_exactly_one_device(observations):
    shared = shared_macs(observations)
    kept = Counter(o for device in correlate(observations) for o in device.observations)
    due = [o for o in observations if not (o.channel == "arp" and o.value in shared)]

    assert all(kept[o] >= 1 for o in due)
    assert all(kept[o] == 1 for o in due if o.field != "mac.address")  # a frame's source may be told of two devices
