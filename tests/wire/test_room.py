"""Room in the table of neighbours: as many at once as it holds, and the next when the oldest can be given up."""

import pytest

from netaudit.wire.room import HELD_S, KEPT_S, Room, room_here


class Clock:
    """A clock that stands still until it is set."""

    now = 1000.0

    def __call__(self):
        return self.now


def test_as_many_as_fit_wait_for_nothing():
    room = Room(3, Clock())

    assert [room.wait_s(f"10.0.0.{n}") for n in range(4)] == [0.0, 0.0, 0.0, HELD_S]


def test_neighbour_that_is_there_takes_no_second_place():
    clock = Clock()
    room = Room(2, clock)
    room.wait_s("10.0.0.1")
    clock.now += KEPT_S - 1

    assert [room.wait_s("10.0.0.1"), room.wait_s("10.0.0.2"), room.wait_s("10.0.0.3")] == [
        0.0,
        0.0,
        HELD_S - KEPT_S + 1,
    ]


def test_neighbour_that_waits_for_its_place_waits_no_longer_when_it_is_asked_again():
    room = Room(1, Clock())
    room.wait_s("10.0.0.1")

    assert [room.wait_s("10.0.0.2"), room.wait_s("10.0.0.2")] == [HELD_S, HELD_S]


def test_place_is_free_again_after_a_while():
    clock = Clock()
    room = Room(1, clock)
    room.wait_s("10.0.0.1")
    clock.now += HELD_S

    assert room.wait_s("10.0.0.2") == 0.0


@pytest.mark.parametrize(
    ("told", "places"), [("1024\n", 768), ("8192\n", 6144), ("1\n", 192), ("none", 768), (None, 768)]
)
def test_kernel_tells_how_much_room_there_is(tmp_path, monkeypatch, told, places):
    monkeypatch.setattr("sys.platform", "linux")
    limit = tmp_path / "gc_thresh3"
    if told is not None:
        limit.write_text(told)
    room = room_here(limit)
    waits = [room.wait_s(str(n)) for n in range(places + 1)]

    assert (waits[places - 1], waits[places] > 0) == (0.0, True)


def test_other_systems_are_not_limited(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    room = room_here()

    assert max(room.wait_s(str(n)) for n in range(5000)) == 0.0
