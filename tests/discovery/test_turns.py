"""Whose turn it is to be visited, and when: by how devices answer, in networks without a wire."""

import pytest
from support.staging import ALL, ANSWER, DONE, ETH0, TUNNEL, heard, says, settings

from netaudit.discovery import find, turns
from netaudit.discovery.attached import Attached
from netaudit.discovery.channel import Question
from netaudit.discovery.jobs import end_jobs, hear
from netaudit.discovery.sadp import SADP
from netaudit.discovery.turns import PROBED_S, TOLD_S

TELLS = ANSWER % b"false"
LOOKS_S = 0.1  # what it takes until somebody looks, and has looked twice; a few times one after the other


@pytest.fixture
def turned(stage):
    """Plays a run by the clock of the stage: (seconds after its beginning, address) of each turn."""

    def play(*targets, interfaces=(ETH0,), channels=ALL):
        live = settings(*targets, interfaces=interfaces, channels=channels)
        course, given = stage.course(live, Attached(live.scope, interfaces)), []
        list(find.find(course))
        list(find.probe_silent(course))
        for address in turns.in_turn(course):
            if address is None:
                list(hear(course, 0.001))
            else:
                given.append((stage.clock.now, address))
        end_jobs(course)
        return given

    return play


def about(*seconds):
    """The sum of these times, and no more than what looking takes."""
    return pytest.approx(sum(seconds) + LOOKS_S / 2, abs=LOOKS_S / 2)


@pytest.fixture
def sweeps(stage):
    """A sweep that has asked everybody at once, and waits for those who answer after so long."""

    def make(*late):
        def act(question):
            question.asked.set()
            for after_s, event in late:
                stage.clock.sleep(after_s - stage.clock.now)
                yield event
            yield DONE

        return act

    return make


@pytest.fixture
def listens(stage):
    """A channel that is asked by multicast, and answered after so long."""

    def make(after_s, *events):
        def act(_):
            stage.clock.sleep(after_s)
            yield from events

        return act

    return make


def test_who_has_told_of_himself_is_visited_while_the_sweep_still_waits(stage, turned, sweeps, listens):
    stage.plays(
        arp_find=sweeps((0.0, heard("10.0.0.9")), (0.8, heard("10.0.0.10"))),
        sadp_find=says(heard("10.0.0.9", "sadp", TELLS)),
        sadp_reach=listens(1.0),
    )
    (first_s, first), (second_s, second) = turned("10.0.0.0/24")

    assert (first, second) == ("10.0.0.9", "10.0.0.10")
    assert first_s == about(TOLD_S)
    assert second_s == about(0.8, TOLD_S, PROBED_S)  # what it has to say, and what its probes bring


def test_who_comes_late_and_is_silent_is_probed_before_his_turn_and_nobody_else_again(stage, turned, sweeps, listens):
    late = (0.8, heard("10.0.0.10")), (0.8, heard("10.0.0.11"))
    stage.plays(
        arp_find=sweeps((0.0, heard("10.0.0.9")), *late),
        sadp_find=listens(0.8 + TOLD_S / 2, heard("10.0.0.11", "sadp", TELLS)),
    )
    given = turned("10.0.0.0/24")
    reached = {key for key in stage.questions if key[1] == "reach"}

    assert sorted(address for _, address in given) == ["10.0.0.10", "10.0.0.11", "10.0.0.9"]
    assert reached == {(name, "reach", f"10.0.0.{n}") for name in ("wsd", "sadp", "dhip") for n in (9, 10)}
    assert max(stage.questions.values()) == 1


def test_an_answer_to_the_probes_ends_their_time(stage, turned, listens, monkeypatch):
    monkeypatch.setattr(turns, "PROBED_S", 30.0)
    stage.plays(
        arp_find=says(heard("10.0.0.9"), DONE),
        sadp_reach=says(heard("10.0.0.9", "sadp", TELLS)),
        wsd_reach=listens(2.0),
    )
    ((after_s, _),) = turned("10.0.0.9")

    assert after_s == about(TOLD_S)


def test_nobody_is_probed_or_waited_for_where_no_multicast_goes(stage, turned):
    stage.plays(sadp_reach=says(heard("10.8.0.9", "sadp", TELLS, interface=None)))

    assert [address for _, address in turned("10.8.0.9", interfaces=(TUNNEL,))] == ["10.8.0.9"]
    assert stage.questions["sadp", "reach", "10.8.0.9"] == 1


def test_devices_behind_a_router_come_first_and_those_who_have_told_nothing_last(stage, turned, monkeypatch):
    monkeypatch.setattr(turns, "TOLD_S", 0.0)
    stage.plays(
        arp_find=says(heard("10.0.0.9"), heard("10.0.0.10"), DONE),
        sadp_find=says(heard("10.0.0.10", "sadp", TELLS)),
        dhip_reach=says(heard("10.5.0.1", "sadp", TELLS)),
    )
    given = turned("10.0.0.0/24", "10.5.0.1")

    assert [address for _, address in given] == ["10.5.0.1", "10.0.0.10", "10.0.0.9"]


def test_probes_of_who_comes_late_wait_for_room_in_the_kernels_table(stage, turned, sweeps, listens, monkeypatch):
    waits = iter([0.5])
    monkeypatch.setattr("netaudit.wire.room.Room.wait_s", lambda _, __: next(waits))
    stage.plays(arp_find=sweeps((0.2, heard("10.0.0.10"))), sadp_reach=listens(1.0))
    ((after_s, _),) = turned("10.0.0.0/24")

    assert after_s == about(0.2, TOLD_S, 0.5, PROBED_S)
    assert stage.questions["sadp", "reach", "10.0.0.10"] == 1


def test_who_comes_late_and_says_what_nobody_can_read_is_probed_too(stage, turned, sweeps, listens):
    stage.plays(
        arp_find=sweeps((1.0, heard("10.0.0.11"))),
        wsd_find=listens(0.8, heard("10.0.0.10", "wsd", b"nonsense")),
    )

    assert sorted(address for _, address in turned("10.0.0.0/24")) == ["10.0.0.10", "10.0.0.11"]
    assert stage.questions["sadp", "reach", "10.0.0.10"] == 1


def test_standstill_ends_nobodys_time_before_what_came_meanwhile_was_heard(stage):
    live = settings("10.0.0.9", interfaces=(ETH0,))
    course = stage.course(live, Attached(live.scope, (ETH0,)), alive={"10.0.0.9": None}, asked_at=1.0)
    course.under_way[0] = SADP, Question(gate=live.gate, addresses=("10.0.0.9",), part=find.SILENT)
    waiting, given, answer = turns._Turns(course), [], heard("10.0.0.9", "sadp", TELLS)
    for passed_s, told in ((1.0, ()), (2.0, ()), (0.0, (answer,)), (0.1, ()), (TOLD_S, ()), (0.1, ())):
        stage.clock.move(passed_s)
        given.append(waiting.due())
        for reply in told:
            list(course.take(reply, "sadp"))

    assert given == [[], [], [], [], [], ["10.0.0.9"]]
