"""What was observed at one address, and what of it may join it with others."""

from support.observations import CAMERA, MAC, SERIAL, SERIAL_KEY, arp, said, seen

from netaudit.identify.sightings import sight

OTHER = "44:19:b6:00:00:02"


def only(observations, shared=()):
    (sighting,) = sight(list(observations), dict(shared))
    return sighting


def test_one_address_is_one_sighting_over_all_channels():
    sighting = only([seen("sadp.device_sn", SERIAL), seen("http.server", "App-webs/"), arp(CAMERA, MAC)])

    assert sighting.address == CAMERA
    assert sighting.keys == {f"serial:{SERIAL_KEY}", f"mac:{MAC}"}


def test_proxys_answer_alone_sights_nobody():
    assert sight([arp(CAMERA, MAC)], {MAC: (CAMERA,)}) == []


def test_proxy_that_is_a_device_keeps_its_own_answer():
    sighting = only([arp(CAMERA, MAC), said(CAMERA, MAC)], {MAC: (CAMERA,)})

    assert sighting.linked == {MAC}
    assert sighting.keys == set()


def test_locally_administered_mac_is_listed_and_joins_nothing():
    sighting = only([arp(CAMERA, "02:42:ac:11:00:02")])

    assert sighting.macs == {"02:42:ac:11:00:02"}
    assert sighting.keys == set()


def test_what_the_link_shows_outranks_what_the_device_says():
    sighting = only([arp(CAMERA, MAC), said(CAMERA, OTHER)])

    assert sighting.macs == {MAC}
    assert sighting.keys == {f"mac:{MAC}, says {OTHER}"}


def test_own_word_counts_where_the_link_is_silent():
    assert only([said(CAMERA, OTHER)]).keys == {f"mac:{OTHER}"}


def test_two_claimants_are_two_sightings_and_frames_tell_whose_an_answer_is():
    claims = [arp(CAMERA, MAC), arp(CAMERA, OTHER)]
    answers = [seen("http.server", "mine", mac=OTHER), seen("sadp.device_sn", SERIAL), said(CAMERA, OTHER)]
    sightings = {s.part: {o.field for o in s.observations} for s in sight([*claims, *answers], {})}

    assert sightings == {MAC: {"mac.address"}, OTHER: {"mac.address", "http.server", "sadp.device_sn"}}


def test_source_of_a_frame_becomes_one_observation():
    sighting = only([seen("http.server", "a", mac=MAC, seen_at=9.0), seen("http.title", "b", mac=MAC, seen_at=3.0)])

    assert [(o.value, o.seen_at) for o in sighting.observations if o.field == "mac.address"] == [(MAC, 3.0)]


def test_frames_without_address_belong_to_their_sender():
    first = [seen("sadp.device_sn", SERIAL, "", mac=MAC, reply="1"), said("", MAC, mac=MAC, reply="1")]
    later = [seen("sadp.boot_time", "2026-01-31 09:00:00", "", mac=MAC, reply="2")]
    sighting = only([*first, *later])

    assert (sighting.address, sighting.keys) == ("", {f"mac:{MAC}", f"serial:{SERIAL_KEY}"})


def test_unspecified_address_is_none():
    sighting = only([seen("dhcp.hostname", "IPC", "0.0.0.0", mac=MAC)])

    assert (sighting.address, sighting.linked) == ("", {MAC})


def test_endpoint_and_certificate_join_only_together():
    endpoint = seen("wsd.endpoint", "urn:uuid:1419d68a-1dd2-11b2-a105-f8a2b4000001")
    certificate = seen("tls.sha256", "ab" * 32)

    assert only([endpoint]).keys == only([certificate]).keys == set()
    assert only([endpoint, certificate]).keys == {f"uuid:1419d68a1dd211b2a105f8a2b4000001, certificate {'ab' * 32}"}
