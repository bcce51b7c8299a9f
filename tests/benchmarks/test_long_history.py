"""A long history, smaller than the real measurement: it grows with changes, and answers at once."""

import pytest
from benchmarks.long_history import measure, runs

RUNS, DEVICES = 40, 200


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """What was measured of a history in which things change, and of one in which nothing does."""
    folder = tmp_path_factory.mktemp("long")
    return [
        measure(folder / f"{changing}.db", RUNS, DEVICES, changing=changing, volatile=False) for changing in (100, 0)
    ]


def test_database_grows_with_changes_and_not_with_runs(figures):
    changing, still = figures

    assert still.bytes_per_run < 20 * DEVICES
    assert still.bytes_per_run < still.bytes_of_first / 20
    assert still.bytes_per_run < changing.bytes_per_run < changing.bytes_of_first / 10


def test_differences_and_progress_come_at_once(figures):
    for found in figures:
        assert found.diff_s < 1
        assert found.progress_s < 1


def test_runs_are_as_different_as_they_say():
    first, second = (made.assets for made in runs(2, 200))
    still, also = (made.assets for made in runs(2, 200, changing=0, volatile=False))

    assert sum(a.firmware != b.firmware for a, b in zip(first, second, strict=True)) == 2
    assert [a.firmware for a in still] == [a.firmware for a in also]
