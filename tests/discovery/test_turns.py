"""Whose turn it is to be visited, and when: by how devices answer, in networks without a wire."""

import time

import pytest
from support.staging import ALL, ANSWER, DONE, ETH0, TUNNEL, heard, says, settings

from netaudit.discovery import find, turns
from netaudit.discovery.attached import Attached
from netaudit.discovery.course import Course
from netaudit.discovery.jobs import end_jobs, hear

TELLS = ANSWER % b"false"


@pytest.fixture(autouse=True)
def stage_in_a_hurry(monkeypatch):
    monkeypatch.setattr(find, "ASKED_S", 0.0)
    monkeypatch.setattr(turns, "TOLD_S", 0.1)
    monkeypatch.setattr(turns, "PROBED_S", 0.3)


def turned(*targets, interfaces=(ETH0,), channels=ALL):
    """(seconds after the end of finding, address) of each turn."""
    live = settings(*targets, interfaces=interfaces, channels=channels)
    course = Course(live, Attached(live.scope, interfaces))
    list(find.find(course))
    list(find.probe_silent(course))
    began, given = time.monotonic(), []
    for address in turns.in_turn(course):
        if address is None:
            list(hear(course, 0.01))
        else:
            given.append((time.monotonic() - began, address))
    end_jobs(course)
    return given


def sweeps(*late):
    """A sweep that has asked everybody at once, and waits for those who answer after so long."""

    def act(question):
        began = time.monotonic()
        question.asked.set()
        for after_s, event in late:
            time.sleep(max(0.0, began + after_s - time.monotonic()))
            yield event
        yield DONE

    return act


def listens(after_s, *events):
    """A channel that is asked by multicast, and answered after so long."""

    def act(question):
        question.gate.stopped.wait(after_s)
        yield from events

    return act


def test_who_has_told_of_himself_is_visited_while_the_sweep_still_waits(stage):
    stage.plays(
        arp_find=sweeps((0.0, heard("10.0.0.9")), (0.8, heard("10.0.0.10"))),
        sadp_find=says(heard("10.0.0.9", "sadp", TELLS)),
        sadp_reach=listens(1.0),
    )
    (first_s, first), (second_s, second) = turned("10.0.0.0/24")

    assert (first, second) == ("10.0.0.9", "10.0.0.10")
    assert first_s < 0.5
    assert second_s >= 0.8 + 0.1 + 0.3  # what it has to say, and what its probes bring


def test_who_comes_late_and_is_silent_is_probed_before_his_turn_and_nobody_else_again(stage):
    stage.plays(
        arp_find=sweeps((0.0, heard("10.0.0.9")), (0.4, heard("10.0.0.10")), (0.1, heard("10.0.0.11"))),
        sadp_find=listens(0.45, heard("10.0.0.11", "sadp", TELLS)),
    )
    given = turned("10.0.0.0/24")
    reached = {key for key in stage.questions if key[1] == "reach"}

    assert sorted(address for _, address in given) == ["10.0.0.10", "10.0.0.11", "10.0.0.9"]
    assert reached == {(name, "reach", f"10.0.0.{n}") for name in ("wsd", "sadp", "dhip") for n in (9, 10)}
    assert max(stage.questions.values()) == 1


def test_an_answer_to_the_probes_ends_their_time(stage, monkeypatch):
    monkeypatch.setattr(turns, "PROBED_S", 30.0)
    stage.plays(
        arp_find=says(heard("10.0.0.9"), DONE),
        sadp_reach=says(heard("10.0.0.9", "sadp", TELLS)),
        wsd_reach=listens(2.0),
    )
    ((after_s, _),) = turned("10.0.0.9")

    assert after_s < 1.0


def test_nobody_is_probed_or_waited_for_where_no_multicast_goes(stage):
    stage.plays(sadp_reach=says(heard("10.8.0.9", "sadp", TELLS, interface=None)))

    assert [address for _, address in turned("10.8.0.9", interfaces=(TUNNEL,))] == ["10.8.0.9"]
    assert stage.questions["sadp", "reach", "10.8.0.9"] == 1


def test_devices_behind_a_router_come_first_and_those_who_have_told_nothing_last(stage, monkeypatch):
    monkeypatch.setattr(turns, "TOLD_S", 0.0)
    stage.plays(
        arp_find=says(heard("10.0.0.9"), heard("10.0.0.10"), DONE),
        sadp_find=says(heard("10.0.0.10", "sadp", TELLS)),
        dhip_reach=says(heard("10.5.0.1", "sadp", TELLS)),
    )

    assert [address for _, address in turned("10.0.0.0/24", "10.5.0.1")] == ["10.5.0.1", "10.0.0.10", "10.0.0.9"]


def test_probes_of_who_comes_late_wait_for_room_in_the_kernels_table(stage, monkeypatch):
    waits = iter([0.5])
    monkeypatch.setattr("netaudit.wire.room.Room.wait_s", lambda _, __: next(waits))
    stage.plays(arp_find=sweeps((0.2, heard("10.0.0.10"))))
    ((after_s, _),) = turned("10.0.0.0/24")

    assert after_s >= 0.2 + 0.1 + 0.5
    assert stage.questions["sadp", "reach", "10.0.0.10"] == 1


def test_who_comes_late_and_says_what_nobody_can_read_is_probed_too(stage):
    stage.plays(
        arp_find=sweeps((0.5, heard("10.0.0.11"))), wsd_find=listens(0.2, heard("10.0.0.10", "wsd", b"nonsense"))
    )

    assert sorted(address for _, address in turned("10.0.0.0/24")) == ["10.0.0.10", "10.0.0.11"]
    assert stage.questions["sadp", "reach", "10.0.0.10"] == 1
