import pytest

from netaudit.wire.trips import Trips


def after(*trips_s):
    trips = Trips()
    for trip_s in trips_s:
        trips.take(trip_s)
    return trips


def test_nothing_seen_means_the_most_patience():
    assert after().timeout_s(0.35, 1.0) == 1.0


def test_first_round_trip_is_the_measure_with_half_of_it_for_variation():
    trips = after(0.2)

    assert (trips.smoothed_s, trips.variation_s) == (0.2, 0.1)
    assert trips.timeout_s(0.0, 9.0) == pytest.approx(0.6)


def test_later_ones_move_it_by_an_eighth_and_its_variation_by_a_quarter():
    trips = after(0.2, 0.6)

    assert trips.smoothed_s == pytest.approx(0.25)
    assert trips.variation_s == pytest.approx(0.1 + (0.4 - 0.1) / 4)


@pytest.mark.parametrize(("trip_s", "expected_s"), [(0.001, 0.35), (0.15, 0.45), (0.9, 1.0)])
def test_it_stays_between_floor_and_cap(trip_s, expected_s):
    assert after(trip_s).timeout_s(0.35, 1.0) == pytest.approx(expected_s)


@pytest.mark.parametrize("trip_s", [0.0, 1.0, 1.3])
def test_what_was_not_measured_or_perhaps_sent_twice_teaches_nothing(trip_s):
    assert after(trip_s) == Trips()
