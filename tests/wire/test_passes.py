"""How far a sweep has come is noted late enough for answers, and often enough for a sweep that is cut."""

import pytest

from netaudit.wire import passes
from netaudit.wire.passes import NOTED_S, Passes, Progress

ADDRESSES = [f"192.0.2.{number}" for number in range(10, 20)]


class Notes:
    """Keeps the notes of one sweep."""

    def __init__(self, begun=None, heard=()):
        self.begun, self.heard, self.told = begun or Progress(), heard, []

    def came(self, progress):
        self.told.append(progress)


@pytest.fixture
def clock(monkeypatch):
    """A clock that only goes when it is told to."""

    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(passes, "time", clock)
    return clock


def test_what_was_asked_is_noted_when_its_answers_have_had_their_time(clock):
    notes = Notes()
    sweep = Passes(ADDRESSES, notes)
    assert sweep.begin() == ADDRESSES
    for address in ADDRESSES[:8]:
        clock.now += NOTED_S / 2
        sweep.came_to(address)

    assert [progress.last for progress in notes.told] == [ADDRESSES[1], ADDRESSES[3], ADDRESSES[5]]


def test_pass_that_is_over_is_noted_with_how_many_answered(clock):
    notes = Notes()
    sweep = Passes(ADDRESSES, notes)
    sweep.begin()
    sweep.silent -= {ADDRESSES[0], ADDRESSES[5]}
    sweep.end()
    assert sweep.begin() == [a for a in ADDRESSES if a not in {ADDRESSES[0], ADDRESSES[5]}]
    sweep.silent.discard(ADDRESSES[9])
    sweep.end()

    assert notes.told == [Progress((2,)), Progress((2, 1))]


def test_sweep_that_was_cut_goes_on_behind_the_last_note(clock):
    notes = Notes(Progress((3,), ADDRESSES[4]), heard={*ADDRESSES[:3], ADDRESSES[6], "192.0.2.250"})
    sweep = Passes(ADDRESSES, notes)

    assert sweep.begin() == [ADDRESSES[5], *ADDRESSES[7:]]
    sweep.end()
    assert sweep.begin() == [a for a in ADDRESSES if a in sweep.silent]
    assert sweep.answered == [3, 1]  # the first pass had three, and one more was heard in the second


def test_without_notes_every_sweep_is_a_new_one(clock):
    sweep = Passes(ADDRESSES, None)
    sweep.begin()
    clock.now += 10
    sweep.came_to(ADDRESSES[0])
    sweep.end()

    assert sweep.answered == [0]
