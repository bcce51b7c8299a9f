"""Whose turn it is to be visited, and when: by how devices answer, in networks without a wire."""

import pytest
from support.staging import ALL, ANSWER, DONE, ETH0, TUNNEL, Clock, heard, says, settings

from netaudit.discovery import find, turns
from netaudit.discovery.attached import Attached
from netaudit.discovery.course import Course
from netaudit.discovery.jobs import end_jobs, hear
from netaudit.discovery.turns import PROBED_S, TOLD_S

TELLS = ANSWER % b"false"
ABOUT_S = 0.05  # looks are so far apart, a few together


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Time that passes only while everybody waits; finding takes none."""
    clock = Clock()
    for name in ("course", "find", "turns"):
        monkeypatch.setattr(f"netaudit.discovery.{name}.time", clock)
    monkeypatch.setattr(find, "_has_asked", clock.is_still)
    return clock


def turned(clock, *targets, interfaces=(ETH0,), channels=ALL):
    """(seconds after the end of finding, address) of each turn."""
    live = settings(*targets, interfaces=interfaces, channels=channels)
    course = Course(live, Attached(live.scope, interfaces))
    list(find.find(course))
    list(find.probe_silent(course))
    began, given = clock.now, []
    for address in turns.in_turn(course):
        if address is not None:
            given.append((clock.now - began, address))
        elif clock.is_still(course):
            clock.move(0.01)
        else:
            list(hear(course, 0.01))
    clock.move(60.0)  # whoever sleeps still
    end_jobs(course)
    return given


def about(*seconds):
    """The sum of these times, and what it takes until somebody looks."""
    return pytest.approx(sum(seconds) + ABOUT_S / 2, abs=ABOUT_S / 2)


def sweeps(clock, *late):
    """A sweep that has asked everybody at once, and waits for those who answer after so long."""

    def act(question):
        began = clock.now
        question.asked.set()
        for after_s, event in late:
            clock.sleep(began + after_s - clock.now)
            yield event
        yield DONE

    return act


def listens(clock, after_s, *events):
    """A channel that is asked by multicast, and answered after so long."""

    def act(_):
        clock.sleep(after_s)
        yield from events

    return act


def test_who_has_told_of_himself_is_visited_while_the_sweep_still_waits(stage, clock):
    stage.plays(
        arp_find=sweeps(clock, (0.0, heard("10.0.0.9")), (0.8, heard("10.0.0.10"))),
        sadp_find=says(heard("10.0.0.9", "sadp", TELLS)),
        sadp_reach=listens(clock, 1.0),
    )
    (first_s, first), (second_s, second) = turned(clock, "10.0.0.0/24")

    assert (first, second) == ("10.0.0.9", "10.0.0.10")
    assert first_s == about(TOLD_S)
    assert second_s == about(0.8, TOLD_S, PROBED_S)  # what it has to say, and what its probes bring


def test_who_comes_late_and_is_silent_is_probed_before_his_turn_and_nobody_else_again(stage, clock):
    late = (0.4, heard("10.0.0.10")), (0.4, heard("10.0.0.11"))
    stage.plays(
        arp_find=sweeps(clock, (0.0, heard("10.0.0.9")), *late),
        sadp_find=listens(clock, 0.4 + TOLD_S / 2, heard("10.0.0.11", "sadp", TELLS)),
    )
    given = turned(clock, "10.0.0.0/24")
    reached = {key for key in stage.questions if key[1] == "reach"}

    assert sorted(address for _, address in given) == ["10.0.0.10", "10.0.0.11", "10.0.0.9"]
    assert reached == {(name, "reach", f"10.0.0.{n}") for name in ("wsd", "sadp", "dhip") for n in (9, 10)}
    assert max(stage.questions.values()) == 1


def test_an_answer_to_the_probes_ends_their_time(stage, clock, monkeypatch):
    monkeypatch.setattr(turns, "PROBED_S", 30.0)
    stage.plays(
        arp_find=says(heard("10.0.0.9"), DONE),
        sadp_reach=says(heard("10.0.0.9", "sadp", TELLS)),
        wsd_reach=listens(clock, 2.0),
    )
    ((after_s, _),) = turned(clock, "10.0.0.9")

    assert after_s == about(TOLD_S)


def test_nobody_is_probed_or_waited_for_where_no_multicast_goes(stage, clock):
    stage.plays(sadp_reach=says(heard("10.8.0.9", "sadp", TELLS, interface=None)))

    assert [address for _, address in turned(clock, "10.8.0.9", interfaces=(TUNNEL,))] == ["10.8.0.9"]
    assert stage.questions["sadp", "reach", "10.8.0.9"] == 1


def test_devices_behind_a_router_come_first_and_those_who_have_told_nothing_last(stage, clock, monkeypatch):
    monkeypatch.setattr(turns, "TOLD_S", 0.0)
    stage.plays(
        arp_find=says(heard("10.0.0.9"), heard("10.0.0.10"), DONE),
        sadp_find=says(heard("10.0.0.10", "sadp", TELLS)),
        dhip_reach=says(heard("10.5.0.1", "sadp", TELLS)),
    )
    given = turned(clock, "10.0.0.0/24", "10.5.0.1")

    assert [address for _, address in given] == ["10.5.0.1", "10.0.0.10", "10.0.0.9"]


def test_probes_of_who_comes_late_wait_for_room_in_the_kernels_table(stage, clock, monkeypatch):
    waits = iter([0.5])
    monkeypatch.setattr("netaudit.wire.room.Room.wait_s", lambda _, __: next(waits))
    stage.plays(arp_find=sweeps(clock, (0.2, heard("10.0.0.10"))), sadp_reach=listens(clock, 1.0))
    ((after_s, _),) = turned(clock, "10.0.0.0/24")

    assert after_s == about(0.2, TOLD_S, 0.5, PROBED_S)
    assert stage.questions["sadp", "reach", "10.0.0.10"] == 1


def test_who_comes_late_and_says_what_nobody_can_read_is_probed_too(stage, clock):
    stage.plays(
        arp_find=sweeps(clock, (0.5, heard("10.0.0.11"))),
        wsd_find=listens(clock, 0.2, heard("10.0.0.10", "wsd", b"nonsense")),
    )

    assert sorted(address for _, address in turned(clock, "10.0.0.0/24")) == ["10.0.0.10", "10.0.0.11"]
    assert stage.questions["sadp", "reach", "10.0.0.10"] == 1
