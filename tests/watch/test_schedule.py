"""A site is due when its latest scheduled time has passed, whatever the machine missed, in the site's own time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from netaudit.watch.schedule import is_due, next_due
from netaudit.watch.settings import Site


def site(schedule="0 2 * * 6", **more):
    return Site(**{"name": "Depot", "targets": ("192.0.2.0/24",), "schedule": schedule, "timezone": "UTC"} | more)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_next_time_is_found():
    assert next_due(site(), at("2026-03-04T12:00")) == at("2026-03-07T02:00")


def test_the_time_itself_is_not_after_itself():
    assert next_due(site(), at("2026-03-07T02:00")) == at("2026-03-14T02:00")


def test_a_week_of_missed_days_is_one_run():
    daily = site("0 2 * * *")
    woken = at("2026-03-10T09:00")

    assert is_due(daily, at("2026-03-03T02:00"), woken)
    assert not is_due(daily, woken, at("2026-03-10T23:00"))


def test_a_site_just_seen_waits_for_its_time():
    assert not is_due(site(), at("2026-03-04T12:00"), at("2026-03-04T12:05"))


def test_the_schedule_is_in_the_sites_own_time():
    toronto = site(timezone="America/Toronto")

    assert next_due(toronto, at("2026-01-01T00:00")) == at("2026-01-03T07:00")
    assert next_due(toronto, at("2026-07-01T00:00")) == at("2026-07-04T06:00")


def test_an_hour_that_summer_time_skips_is_not_skipped():
    spring = site("30 2 * * *", timezone="America/Toronto")  # on 2026-03-08 there is no 02:30
    following = next_due(spring, at("2026-03-08T05:00"))

    assert at("2026-03-08T06:30") <= following <= at("2026-03-08T08:00")


def test_jitter_is_the_same_whoever_asks_and_differs_between_sites():
    times = {next_due(site(name=f"s{n}", jitter_s=3600), at("2026-03-04T12:00")) for n in range(20)}
    again = {next_due(site(name=f"s{n}", jitter_s=3600), at("2026-03-05T18:00")) for n in range(20)}

    assert times == again
    assert len(times) > 15


@given(st.integers(0, 86_400), st.integers(0, 10_000_000))
def test_every_slot_comes_once_however_late_it_is(jitter_s, seconds):
    hourly = site("0 * * * *", jitter_s=jitter_s)
    start = at("2026-01-01T00:00") + timedelta(seconds=seconds)
    due = next_due(hourly, start)

    assert due > start
    assert is_due(hourly, start, due)
    assert not is_due(hourly, start, due - timedelta(seconds=1))
