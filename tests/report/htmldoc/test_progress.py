import pytest

from netaudit.history.drift import encode
from netaudit.history.progress import STATES, Deadline, Point, Progress, Tally
from netaudit.report.htmldoc.labels import STATE_WORDS
from netaudit.report.htmldoc.progress import HEIGHT, WIDTH, burn_down, read_progress


def states(**counts):
    return {state: counts.get(state, 0) for state in STATES}


def tally(total, **counts):
    return Tally(unit="-", of="-", total=total, states=states(**counts))


def written(*points, deadlines=()):
    return encode(
        Progress(
            as_of="2026-01-11", families=("dahua",), misses=2, devices=tally(10, confirmed=4, gone=6),
            sites=tally(2, gone=1), never_affected=0, silent=1, deadlines=deadlines, points=points, by_site=(),
            remarks=(),
        )
    )  # fmt: skip


FALLING = (Point("2026-01-01", states(confirmed=10)), Point("2026-01-11", states(confirmed=4, gone=6)))


def test_what_history_writes_is_read():
    due = Deadline(
        name="Own target", day="2026-06-30", days_left=170, devices_left=4, sites_left=1, pace=18.0, needed=0.7
    )
    found = read_progress(written(*FALLING, deadlines=(due,)))

    assert (found.as_of, found.devices.total, found.sites.states["gone"], found.silent) == ("2026-01-11", 10, 1, 1)
    assert found.deadlines[0].needed == 0.7


def test_the_states_are_those_of_the_history_in_their_order():
    assert tuple(STATE_WORDS) == STATES


def test_what_is_left_burns_down_from_above():
    burning = burn_down(read_progress(written(*FALLING)))
    areas = dict(zip(burning.states, burning.areas, strict=True))

    assert burning.states == ("gone", "replaced", "planned", "confirmed", "found")
    assert burning.rows == (("2026-01-01", (0, 0, 0, 10, 0)), ("2026-01-11", (6, 0, 0, 4, 0)))
    assert areas["confirmed"].startswith(f"M0.0 0.0L{WIDTH}.0 0.0L")  # all ten remain until the next run
    assert f"{WIDTH}.0 {HEIGHT * 0.4:.1f}" in areas["gone"]


def test_days_stand_in_order_whatever_the_order_of_the_file():
    burning = burn_down(read_progress(written(*reversed(FALLING))))

    assert [day for day, _ in burning.rows] == ["2026-01-01", "2026-01-11"]


def test_no_picture_of_nothing():
    assert burn_down(read_progress(written())) is None
    assert burn_down(read_progress(written(Point("2026-01-01", states())))) is None


@pytest.mark.parametrize(
    "data",
    [
        b"{}", b"[]", b"\xff", written(*FALLING).replace(b"2026-01-11", b"2026-13-11"),
        written().replace(b"netaudit.progress/1", b"netaudit.progress/2"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match="no progress of"):
        read_progress(data)
