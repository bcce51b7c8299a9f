"""Which hardware addresses the link layer showed, and which of those name no device."""

from support.observations import MAC, arp, said, seen

from netaudit.identify.links import contested, frame_macs, shared_macs

PROXY = "00:11:22:33:44:55"


def addresses(count):
    return [f"10.0.0.{number}" for number in range(10, 10 + count)]


def test_mac_of_nine_addresses_is_a_proxy_and_of_eight_is_not():
    assert shared_macs([arp(a, PROXY) for a in addresses(9)]) == {PROXY: tuple(sorted(addresses(9)))}
    assert shared_macs([arp(a, PROXY) for a in addresses(8)]) == {}


def test_mac_of_two_devices_that_name_themselves_differently_is_a_proxy():
    first, second = addresses(2)
    arps = [arp(first, PROXY), arp(second, PROXY)]
    by_mac = [said(first, MAC), said(second, "44:19:b6:00:00:02")]
    by_serial = [seen("rtsp.realm", f"Login to 6J0A4D2PAG7E91{n}", a) for n, a in ((1, first), (2, second))]

    assert PROXY in shared_macs([*arps, *by_mac])
    assert PROXY in shared_macs([*arps, *by_serial])


def test_mac_of_one_device_with_two_addresses_is_its_own():
    first, second = addresses(2)
    same = [seen("sadp.device_sn", "6J0A4D2PAG7E91B", a) for a in (first, second)]

    assert shared_macs([arp(first, MAC), arp(second, MAC), *same]) == {}


def test_device_cannot_make_its_own_mac_a_proxys_by_naming_many():
    lies = [said("10.0.0.5", f"44:19:b6:00:00:{n:02x}") for n in range(2, 9)]

    assert shared_macs([arp("10.0.0.5", MAC), *lies]) == {}


def test_virtual_router_is_no_device():
    assert shared_macs([arp("10.0.0.1", "00:00:5e:00:01:0a")]) == {"00:00:5e:00:01:0a": ("10.0.0.1",)}


def test_address_with_two_macs_is_contested_unless_one_is_a_proxys():
    every = [arp("10.0.0.5", MAC), arp("10.0.0.5", PROXY)]

    assert contested(every, {}) == {"10.0.0.5": (PROXY, MAC)}
    assert contested(every, {PROXY: ("10.0.0.5",)}) == {}


def test_source_of_frames_is_the_senders_where_only_one_address_used_it():
    assert frame_macs([seen("http.server", "x", "10.0.0.5", mac=MAC)], {}) == {"10.0.0.5": {MAC}}


def test_source_of_frames_of_two_addresses_is_a_routers():
    every = [seen("http.server", "x", a, mac=PROXY) for a in addresses(2)]

    assert frame_macs(every, {}) == {}


def test_source_of_frames_that_arp_gives_to_another_address_is_a_routers():
    every = [seen("http.server", "x", "192.0.2.5", mac=PROXY), arp("10.0.0.1", PROXY)]

    assert frame_macs(every, {}) == {}


def test_what_arp_told_of_an_address_needs_no_frames():
    every = [seen("http.server", "x", "10.0.0.5", mac=PROXY), arp("10.0.0.5", MAC)]

    assert frame_macs(every, {}) == {}
