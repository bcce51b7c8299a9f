"""The profiles: what gentle promises, standard and passive do not break."""

from dataclasses import astuple

from netaudit.profiles import PROFILES


def test_every_profile_has_its_own_name():
    assert [profile.name for profile in PROFILES.values()] == ["passive", "gentle", "standard"]


def test_passive_sends_nothing():
    passive = PROFILES["passive"]

    assert not passive.sends
    assert set(astuple(passive.budget)) == {0}


def test_gentle_keeps_the_politeness_that_devices_need():
    """Figures of docs/protocols.md: 200 a second, 100 ms between questions, nobody asked again within a minute."""
    gentle = PROFILES["gentle"]

    assert gentle.sends
    assert gentle.rate_pps <= 200
    assert gentle.spacing_s >= 0.1
    assert gentle.again_after_s >= 60
    assert gentle.again_pps < gentle.rate_pps


def test_standard_is_faster_and_asks_one_device_no_more():
    gentle, standard = PROFILES["gentle"], PROFILES["standard"]

    assert standard.rate_pps > gentle.rate_pps
    assert standard.spacing_s >= 0.1
    assert standard.budget == gentle.budget
