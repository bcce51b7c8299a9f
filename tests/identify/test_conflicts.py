"""What does not fit together is told in a sentence, and what fits is not."""

from support.observations import CAMERA, MAC, SERIAL, answer, arp, said, seen

from netaudit.identify.correlate import correlate

OTHER = "44:19:b6:00:00:02"


def conflicts(*observations):
    return [sentence for device in correlate(observations) for sentence in device.conflicts]


def test_ordinary_camera_has_none():
    assert conflicts(arp(CAMERA, MAC), *answer(CAMERA, SERIAL, MAC), seen("sadp.ipv4_address", CAMERA)) == []


def test_other_hardware_address_than_the_link_shows():
    assert conflicts(arp(CAMERA, MAC), said(CAMERA, OTHER)) == [
        f"it says that its hardware address is {OTHER}; the link layer shows {MAC}"
    ]


def test_hardware_address_of_another_names_its_owner():
    assert conflicts(arp(CAMERA, MAC), said(CAMERA, OTHER), arp("10.0.0.6", OTHER)) == [
        f"it says that its hardware address is {OTHER}; the link layer shows {MAC}; {OTHER} belongs to 10.0.0.6"
    ]


def test_two_serial_numbers():
    assert conflicts(seen("onvif.serial", "6J0A4D2PAG7E91B"), seen("dhip.serial_no", "6J0A4D2PAG7E91C")) == [
        "it gives 2 different serial numbers: 6J0A4D2PAG7E91B, 6J0A4D2PAG7E91C"
    ]


def test_other_address_than_it_answers_from():
    assert conflicts(seen("sadp.ipv4_address", "192.168.1.64")) == [
        f"it says that its address is 192.168.1.64; it answers from {CAMERA}"
    ]


def test_address_that_it_cannot_have_yet_is_none():
    assert conflicts(seen("dhip.ipv4_address", "0.0.0.0")) == []


def test_arp_in_a_frame_of_another():
    assert conflicts(arp(CAMERA, MAC, mac=OTHER)) == [
        f"ARP names {MAC} for {CAMERA} in a frame from {OTHER}: a bridge, a proxy or a forgery"
    ]


def test_contested_address_warns_both():
    sentence = f"another device claims {CAMERA} too: what was heard from there may be the other's"

    assert conflicts(arp(CAMERA, MAC), arp(CAMERA, OTHER)) == [sentence, sentence]


def test_who_contradicts_himself_all_the_time_is_cut_short():
    lies = [seen("sadp.ipv4_address", f"192.168.1.{n}") for n in range(200)]
    told = conflicts(*lies)

    assert len(told) == 17
    assert told[-1] == "and 184 more of this kind"
