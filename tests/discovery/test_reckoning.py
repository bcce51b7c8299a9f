"""What each phase of a run takes: known waits, and the pace of the user."""

from dataclasses import replace

import pytest

from netaudit.discovery import reckoning
from netaudit.discovery.reckoning import Company, slow_visit_s
from netaudit.discovery.standing import Prospect

SLOW_VISIT_S = slow_visit_s(others_answer=False)
LAN = Prospect(
    rate_pps=1000, spacing_s=0.1, asks=True, swept=254, reaching=3, visits=True, again_after_s=5.0, again_pps=50
)
NOBODY = Company()


def test_arp_asks_everybody_and_the_silent_again():
    assert reckoning.packets_to_find(LAN, Company(near=54)) == 254 + 200


def test_behind_a_router_everybody_is_asked_by_each_channel_once():
    assert reckoning.packets_to_find(Prospect(probed=100, reaching=3), NOBODY) == 300


def test_behind_a_router_everybody_is_asked_no_faster_than_it_can_look_for():
    fast, slow = (Prospect(probed=10_240, reaching=3, asks=True, rate_pps=rate) for rate in (5000, 200))

    assert reckoning.finding_s(fast, NOBODY) == pytest.approx(10_240 * 3 / 512 + 2.6)
    assert reckoning.finding_s(slow, NOBODY) == pytest.approx(10_240 * 3 / 200 + 2.6)


def test_a_visit_in_which_nothing_is_answered_is_the_longest():
    alone, among_others = (reckoning.slowest_visit_s(LAN, Company(mute=1, near=near)) for near in (1, 9))

    assert alone == pytest.approx(3 * 1.4 + 9 * 1.0 + 11 * 0.1)
    assert among_others == pytest.approx(3 * 1.4 + 9 * 0.35 + 11 * 0.1)
    assert reckoning.slowest_visit_s(LAN, NOBODY) < among_others


def test_many_visits_take_as_long_as_the_rate_lets_them():
    few, many = (reckoning.visiting_s(LAN, Company(near=number)) for number in (64, 4064))
    slow = reckoning.visiting_s(replace(LAN, rate_pps=100), Company(near=4064))

    assert many == pytest.approx(few + 4000 / (64 / reckoning.quick_visit_s(LAN)), rel=0.02)
    assert slow == pytest.approx(few + 4000 * 14 / 100, rel=0.02)


def test_more_neighbours_than_the_kernel_remembers_wait_for_room():
    crowded = replace(LAN, places=768)

    assert reckoning.room_s(crowded, 768) == 0
    assert reckoning.room_s(crowded, 769) == 45
    assert reckoning.crowded_s(crowded, Company(near=768)) == 0
    assert 90 < reckoning.crowded_s(crowded, Company(near=1500, silent=600)) < 120


def test_no_visits_take_no_time():
    unasked = replace(LAN, visits=False)

    assert reckoning.visiting_s(unasked, Company(near=60)) == reckoning.dialling_s(unasked, Company(unknown=60)) == 0
    assert reckoning.visiting_s(LAN, NOBODY) == reckoning.dialling_s(LAN, NOBODY) == 0
    assert reckoning.checking_s(unasked, Company(near=60)) == 0


def test_addresses_of_nobody_take_as_long_as_their_connections_at_the_pace_that_was_set():
    gentle = replace(LAN, rate_pps=200)
    hurried_s, patient_s = (reckoning.vain_visit_s(p, NOBODY) for p in (LAN, gentle))

    assert (hurried_s, patient_s) == (pytest.approx(3.8, abs=0.1), SLOW_VISIT_S)
    for p, visit_s in ((LAN, hurried_s), (gentle, patient_s)):
        assert reckoning.dialling_s(p, Company(unknown=65_536)) == pytest.approx(65_536 * 12 / p.rate_pps + visit_s)


def test_no_more_addresses_of_nobody_are_begun_than_routers_can_look_for():
    fast = replace(LAN, rate_pps=50_000)

    assert reckoning.dialled_a_second(fast, Company(unknown=9000)) == pytest.approx(256 / 3)
    assert reckoning.dialled_a_second(fast, Company(unknown=9000, resent=3)) == pytest.approx(256 / 21)


def test_where_many_answered_discovery_many_more_are_there():
    fast = replace(LAN, rate_pps=50_000)

    assert reckoning.hidden(20, 10, 100) > 100
    assert reckoning.dialled_a_second(fast, Company(unknown=100, hidden=150)) == pytest.approx(
        384 / reckoning.quick_visit_s(fast)
    )


@pytest.mark.parametrize(
    ("prospect", "met", "looks"),
    [
        (LAN, NOBODY, False),
        (LAN, Company(late=1), True),
        (LAN, Company(lossy=True), True),
        (replace(LAN, again_after_s=None), Company(late=1), False),
        (replace(LAN, visits=False), Company(late=1), False),
    ],
)
def test_a_second_look_needs_somebody_late_or_packets_lost(prospect, met, looks):
    assert reckoning.looks_again(prospect, met) is looks


def test_the_second_sweep_goes_at_its_own_pace():
    assert reckoning.sweeping_again_s(LAN, Company(near=54, lossy=True)) == pytest.approx(2 * 200 / 50 + 1)
    assert reckoning.sweeping_again_s(LAN, Company(near=54)) == 0
    assert reckoning.probing_again_s(LAN, Company(far=9, hidden=50)) == pytest.approx(50 * 3 / 50 + 2.6)
    assert reckoning.probing_again_s(LAN, Company(far=9)) == 0


def test_who_takes_no_connection_is_waited_for_once_more():
    one, many = (reckoning.late_visits_s(LAN, Company(late=number, mute=number)) for number in (1, 17))

    assert many == pytest.approx(2 * one)
    assert reckoning.late_visits_s(LAN, Company(late=16)) < one


def test_batches_of_silent_neighbours_wait_for_each_other():
    assert reckoning.probing_s(LAN, Company(silent=256)) == 0
    assert reckoning.probing_s(LAN, Company(silent=257)) > 2


def test_logins_take_time_only_where_there_are_any():
    assert reckoning.logging_in_s(LAN, Company(near=16)) == 0
    assert reckoning.logging_in_s(replace(LAN, logins=True), Company(near=16)) == 8


def test_identifying_takes_time_by_the_device():
    assert reckoning.identifying_s(LAN, Company(near=3000, far=1000)) == pytest.approx(4.8)


def test_a_visit_that_was_cut_takes_what_is_left_of_it():
    met = Company(near=60, mute=3)
    whole_s = reckoning.slowest_visit_s(LAN, met)

    assert reckoning.slowest_visit_s(replace(LAN, gone_s=3.0), met) == pytest.approx(whole_s - 3.0)
    assert reckoning.slowest_visit_s(replace(LAN, gone_s=99.0), met) == 0.0
