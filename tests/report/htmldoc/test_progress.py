import json

import pytest

from netaudit.report.htmldoc.progress import HEIGHT, WIDTH, burn_down, read_progress


def told(*points):
    return burn_down(read_progress(json.dumps({"points": points}).encode()))


def test_states_are_stacked_over_time():
    burning = told(
        {"date": "2026-01-01", "states": {"remaining": 10, "replaced": 0}},
        {"date": "2026-01-11", "states": {"remaining": 4, "replaced": 6}},
    )

    assert burning.states == ("remaining", "replaced")
    assert burning.rows == (("2026-01-01", (10, 0)), ("2026-01-11", (4, 6)))
    assert burning.areas[0].startswith(f"M0.0 0.0L{WIDTH}.0 0.0L")  # all ten remain until the next run
    assert f"{WIDTH}.0 {HEIGHT}.0" in burning.areas[0]


def test_days_stand_in_order_whatever_the_order_of_the_file():
    burning = told({"date": "2026-02-01", "states": {"a": 1}}, {"date": "2026-01-01", "states": {"a": 2}})

    assert [day for day, _ in burning.rows] == ["2026-01-01", "2026-02-01"]


def test_no_picture_of_nothing():
    assert told() is None
    assert told({"date": "2026-01-01", "states": {}}) is None


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"points": [{"date": "soon", "states": {}}]}', b"\xff"])
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match="no progress of"):
        read_progress(data)
