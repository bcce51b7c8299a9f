"""Who said one thing by ARP and is named by nobody else is set apart, and becomes the device that it would be anyway."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.observations import CAMERA, MAC, answer, arp, said, seen

from netaudit.identify import correlate as correlate_module
from netaudit.identify.alone import lone_device, set_apart
from netaudit.identify.correlate import correlate

OTHER, SECOND = "44:19:b6:00:00:02", "10.0.0.6"
FROM_MAC = "fe80::4619:b6ff:fe00:1%eth0"  # made of MAC (RFC 4291 appendix A)


def all_compared(observations):
    """What correlate makes of them where nobody is set apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(correlate_module, "set_apart", lambda every: ([], list(every)))
        return correlate(observations)


@pytest.mark.parametrize(
    "others",
    [
        [arp(SECOND, OTHER)],
        [seen("http.server", "App-webs/", SECOND)],
        [seen("child.address", CAMERA, SECOND, part="channel 1"), seen("mac.address", MAC, SECOND, part="channel 1")],
    ],
)
def test_one_arp_answer_is_all_there_is(others):
    alone, _ = set_apart([arp(CAMERA, MAC), *others])

    assert arp(CAMERA, MAC) in alone


@pytest.mark.parametrize(
    "other",
    [
        arp(CAMERA, OTHER),  # two claim the address
        arp(CAMERA, MAC, transport="table"),
        arp(SECOND, MAC),
        seen("http.server", "App-webs/"),
        said(SECOND, MAC),
        said("", MAC),
        seen("http.server", "App-webs/", SECOND, mac=MAC),
        arp(SECOND, OTHER, mac=MAC),
        seen("mdns.host", "camera", FROM_MAC),
    ],
)
def test_who_is_named_by_others_is_compared_with_them(other):
    alone, others = set_apart([arp(CAMERA, MAC), other])

    assert arp(CAMERA, MAC) in others
    assert len(alone) + len(others) == 2


@pytest.mark.parametrize(
    "only",
    [
        arp("", MAC),
        arp("0.0.0.0", MAC),
        arp(CAMERA, MAC, mac=OTHER),
        arp(CAMERA, "00:00:5e:00:01:07"),
        said(CAMERA, MAC),
        arp(CAMERA, MAC, part="channel 1"),
    ],
)
def test_what_needs_a_closer_look_is_not_alone(only):
    assert set_apart([only]) == ([], [only])


@pytest.mark.parametrize("mac", [MAC, "02:00:00:00:00:07"])
def test_device_of_one_answer_is_what_comparing_would_make_of_it(mac):
    assert (lone_device(arp(CAMERA, mac)),) == all_compared([arp(CAMERA, mac)])


MACS = [MAC, OTHER, "44:19:b6:00:00:03", "3c:ef:8c:00:00:01", "02:00:00:00:00:01", "00:00:5e:00:01:07"]
ADDRESSES = [CAMERA, SECOND, "10.0.0.7", "10.0.0.8", "", FROM_MAC, "0.0.0.0"]
ANSWERS = st.builds(arp, st.sampled_from(ADDRESSES), st.sampled_from(MACS), mac=st.sampled_from([None, *MACS]))
PLAIN = st.builds(arp, st.sampled_from(ADDRESSES), st.sampled_from(MACS))
WORDS = st.builds(said, st.sampled_from(ADDRESSES), st.sampled_from(MACS), part=st.sampled_from(["", "", "channel 1"]))
REST = st.builds(
    seen,
    st.sampled_from(["http.server", "sadp.device_sn", "child.address", "wsd.endpoint"]),
    st.sampled_from(["20190115AAWRC12345678", CAMERA, "urn:uuid:1419d68a-1dd2-11b2-a105-f8a2b4000001"]),
    st.sampled_from(ADDRESSES),
    mac=st.sampled_from([None, *MACS]),
    part=st.sampled_from(["", "", "channel 1"]),
)


@settings(max_examples=400)
@given(st.lists(st.one_of(PLAIN, PLAIN, ANSWERS, WORDS, REST), max_size=9))
def test_setting_apart_changes_nothing(observations):
    assert correlate(observations) == all_compared(observations)


def test_cost_of_a_neighbour_that_said_one_thing_does_not_grow_with_their_number(monkeypatch):
    compared = []
    monkeypatch.setattr(correlate_module, "sight", lambda every, shared: compared.append(len(every)) or [])
    made = []
    observations = [arp(f"10.0.{n // 250}.{n % 250}", f"44:19:b6:00:{n // 250:02x}:{n % 250:02x}") for n in range(5000)]
    devices = correlate(observations, lambda o: made.append(o) or lone_device(o))

    assert (len(devices), len(made), compared) == (5000, 5000, [0])


def test_recorder_still_tells_of_the_camera_that_answered_arp_only():
    listed = [
        seen("child.address", CAMERA, SECOND, part="channel 1"),
        seen("child.serial", "20190115AAWRC12345678", SECOND, part="channel 1"),
        seen("mac.address", MAC, SECOND, channel="isapi", part="channel 1"),
    ]
    devices = correlate([arp(CAMERA, MAC), *answer(SECOND, "DS-7608NI-K120200115CCRR12345678"), *listed])

    assert {d.addresses: bool(d.behind) for d in devices} == {(CAMERA,): True, (SECOND,): False}
