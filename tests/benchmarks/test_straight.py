from dataclasses import replace

import pytest
from benchmarks.straight import Point, Series, cpu, memory, nearest, read_table, table, wall


def series(*points):
    return Series(
        title="Things",
        unit="things",
        points=tuple(Point(size=s, wall_s=w, cpu_s=c, peak_mib=m, found=f"{s} found") for s, w, c, m in points),
    )


STRAIGHT = series((1000, 3.0, 1.5, 50.0), (2000, 5.0, 2.5, 50.0), (4000, 9.0, 4.5, 50.0))
BENT = series((1000, 1.0, 1.0, 1.0), (2000, 4.0, 4.0, 4.0), (4000, 16.0, 16.0, 16.0))


def test_line_through_points_that_lie_on_one_is_that_line():
    line = nearest([1, 2, 4], [3.0, 5.0, 9.0])

    assert (line.base, line.slope, line.off) == pytest.approx((1.0, 2.0, 0.0))
    assert line.at(10) == pytest.approx(21.0)


def test_what_grows_with_the_square_is_far_from_its_line():
    assert STRAIGHT.share_off(wall) == pytest.approx(0.0)
    assert BENT.share_off(cpu) == pytest.approx(9 / 7 / 16)
    assert nearest([1, 2, 4, 8, 16], [1, 4, 16, 64, 256]).off > 20


def test_unit_of_the_last_step_is_as_dear_as_before_only_where_it_is_linear():
    square = series(*((n, n * n, 7.0, 50.0) for n in (1, 4, 16)))

    assert STRAIGHT.bend(wall) == pytest.approx(1.0)
    assert square.bend(wall) == pytest.approx(4.0)
    assert square.bend(memory) is None
    assert series((1, 1, 1, 1), (2, 2, 2, 2)).bend(wall) is None


def test_one_size_has_no_line():
    with pytest.raises(ValueError, match="two sizes"):
        nearest([5, 5], [1.0, 2.0])


def test_table_tells_the_points_and_the_line():
    told = table(STRAIGHT)

    assert "| 4,000 | 9.00 | 4.50 | 50.0 | 4000 found |" in told
    assert "| the line begins at | 1.00 | 0.50 | 50.00 | |" in told
    assert "| each 1,000 more | 2.0000 | 1.0000 | 0.0000 | |" in told
    assert "| farthest from the line | 0.00, 0% | 0.00, 0% | 0.00, 0% | |" in told
    assert "| the last step beside those before | 1.00 times | 1.00 times |  | |" in told


def test_size_that_was_not_measured_is_told_as_such_and_is_no_point():
    told = table(replace(STRAIGHT, beyond=10_400))

    assert "| 10,400, not measured, as the line has it | 22 | 11 |  | |" in told
    assert read_table(told, "Things", "things").points == read_table(table(STRAIGHT), "Things", "things").points


def test_table_is_read_as_it_was_written():
    read = read_table(table(BENT), "Things", "things")

    assert [(p.size, p.wall_s, p.cpu_s, p.peak_mib) for p in read.points] == [
        (1000, 1.0, 1.0, 1.0), (2000, 4.0, 4.0, 4.0), (4000, 16.0, 16.0, 16.0),
    ]  # fmt: skip
    assert read.line(memory) == BENT.line(memory)
