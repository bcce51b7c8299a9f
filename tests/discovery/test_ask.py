from dataclasses import replace

import pytest
from support.staging import ALL, ANSWER, DONE, ETH0, gaps, heard, of_kind, says, settings

from netaudit.discovery import ask, holding
from netaudit.discovery.attached import Attached
from netaudit.discovery.course import Course
from netaudit.discovery.find import find
from netaudit.discovery.live import live_events
from netaudit.model import ChannelReport, Reply
from netaudit.wire.steps import Connect


def test_who_is_alive_is_visited_and_who_is_not_is_not(stage):
    stage.plays(arp_find=says(heard("10.0.0.9"), heard("10.0.0.11"), DONE))
    list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))

    assert {(address, in_flight) for address, in_flight, _ in stage.visited} == {("10.0.0.9", 64), ("10.0.0.11", 64)}
    assert {type(step) for *_, step in stage.visited} == {Connect}


def test_without_a_sweep_everybody_in_scope_is_visited(stage):
    stage.plays(sadp_find=says(heard("10.0.0.9", "sadp", ANSWER % b"false")))
    list(live_events(settings("10.0.0.8-11", interfaces=(ETH0,), channels=ALL - {"arp"})))

    assert stage.visited[0][:2] == ("10.0.0.9", 64)
    assert {visit[:2] for visit in stage.visited[1:]} == {(f"10.0.0.{n}", 384) for n in (8, 10, 11)}


def test_we_do_not_visit_ourselves(stage):
    stage.plays(arp_find=says(ChannelReport(name="arp", status="partial"), heard("10.0.0.2")))
    events = list(live_events(settings("10.0.0.1-3", interfaces=(ETH0,))))

    assert {address for address, *_ in stage.visited} == {"10.0.0.1", "10.0.0.3"}
    assert of_kind(Reply, events) == []


def test_visits_ask_the_chosen_channels_only(stage):
    stage.plays(arp_find=says(heard("10.0.0.9"), DONE))
    list(live_events(settings("10.0.0.9", interfaces=(ETH0,), channels={"arp", "rtsp"})))
    ((_, _, first),) = stage.visited

    assert first.port == 554


def test_without_asking_channels_nobody_is_visited(stage):
    stage.plays(arp_find=says(heard("10.0.0.9"), DONE))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,), channels={"arp", "wsd"})))

    assert stage.visited == []
    assert "tcp" not in {report.name for report in of_kind(ChannelReport, events)}


def test_locked_device_is_told_and_not_visited(stage):
    stage.plays(
        arp_find=says(heard("10.0.0.9"), heard("10.0.0.10"), DONE),
        sadp_find=says(heard("10.0.0.9", "sadp", ANSWER % b"true")),
    )
    events = list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))

    assert ("locked", "10.0.0.9") in gaps(events)
    assert [address for address, *_ in stage.visited] == ["10.0.0.10"]


def test_stopped_run_asks_nobody_any_more(stage):
    run = settings("10.0.0.9", interfaces=(ETH0,))
    stage.plays(arp_find=lambda question: question.gate.stopped.set() or [heard("10.0.0.9"), DONE])
    events = list(live_events(run))
    (tcp,) = [report for report in of_kind(ChannelReport, events) if report.name == "tcp"]

    assert (tcp.status, events[-1].kind) == ("partial", "interrupted")


@pytest.mark.parametrize(("resent", "expected_s"), [(0, 0.9), (2, 0.9), (3, 3.3)])
def test_unknown_addresses_get_more_time_where_known_devices_needed_it(stage, resent, expected_s):
    run = Course(settings("10.5.0.1"), Attached(settings("10.5.0.1").scope, ()), resent=resent)
    list(ask.ask(run))
    ((address, in_flight, step),) = stage.visited

    assert (address, in_flight, step.timeout_s) == ("10.5.0.1", 384, expected_s)


def test_neighbours_are_visited_last(stage):
    stage.plays(arp_find=says(heard("10.0.0.9"), DONE), sadp_reach=says(heard("10.5.0.1", "sadp", ANSWER % b"false")))
    list(live_events(settings("10.0.0.9", "10.5.0.1", interfaces=(ETH0,))))

    assert [address for address, *_ in stage.visited] == ["10.5.0.1", "10.0.0.9"]


def test_silent_neighbours_are_visited_when_they_have_answered_their_probes_or_had_the_time(stage, monkeypatch):
    monkeypatch.setattr("netaudit.discovery.turns.PROBED_S", 30.0)
    order = []

    def answers(question):
        stage.clock.sleep(1.0)
        order.append([address for address, *_ in stage.visited])
        yield heard("10.0.0.9", "sadp", ANSWER % b"false")

    stage.plays(
        arp_find=says(heard("10.0.0.9"), heard("10.0.0.10"), DONE),
        mdns_find=says(heard("10.0.0.10", "arp")),
        wsd_find=says(heard("10.0.0.10", "sadp", ANSWER % b"false")),
        sadp_reach=answers,
    )
    list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))

    assert order == [["10.0.0.10"]]
    assert [address for address, *_ in stage.visited] == ["10.0.0.10", "10.0.0.9"]


def test_silent_neighbours_that_stay_silent_are_visited_before_their_probes_are_given_up(stage):
    over = []
    stage.plays(
        arp_find=says(heard("10.0.0.9"), DONE),
        sadp_reach=lambda _: stage.clock.sleep(1.0) or over.append(len(stage.visited)) or (),
    )
    list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert (len(stage.visited), over) == (1, [1])


def dialled(stage, *targets, took_s, rate_pps=1000.0):
    """Who is visited, and how patiently at first, where 10.5.0.9 has taken so long to answer."""
    live = settings(*targets, rate_pps=rate_pps)
    run = Course(live, Attached(live.scope, (ETH0,)))
    run.learn_trip("10.5.0.9", took_s)
    list(ask.ask(run))
    return {(address, step.timeout_s) for address, _, step in stage.visited}


def test_where_somebody_is_slow_nobody_is_hurried(stage):
    assert dialled(stage, "10.5.0.1", "10.5.1.1", took_s=0.5) == {("10.5.0.1", 1.4), ("10.5.1.1", 0.9)}


def test_where_everybody_is_quick_all_are_hurried(stage):
    assert dialled(stage, "10.5.0.1", "10.5.1.1", took_s=0.1) == {("10.5.0.1", 0.9), ("10.5.1.1", 0.9)}


def test_at_a_gentle_pace_nobody_is_hurried(stage):
    assert dialled(stage, "10.5.0.1", "10.5.1.1", took_s=0.5, rate_pps=200) == {("10.5.0.1", 1.4), ("10.5.1.1", 1.4)}


def test_where_somebody_shows_to_be_slow_the_silent_are_asked_once_more(stage, monkeypatch):
    live = settings("10.5.0.1-2", "10.5.1.1")
    told = []
    run = Course(replace(live, progress=told.append), Attached(live.scope, (ETH0,)))
    visited = stage.visited

    def attends(conversations, gate, in_flight, host_timeout_s=None):
        yield from stage._attend(conversations, gate, in_flight, host_timeout_s)
        if stage.visited:
            run.learn_trip("10.5.0.2", 0.5)
            run.alive["10.5.0.2"] = None

    monkeypatch.setattr(holding, "attend", attends)
    list(ask.ask(run))

    assert sorted((address, step.timeout_s) for address, _, step in visited) == [
        ("10.5.0.1", 0.9), ("10.5.0.1", 1.4), ("10.5.0.2", 0.9), ("10.5.1.1", 0.9),
    ]  # fmt: skip
    assert [s.total for s in told if s.stage == "asking the silent" and s.done == 0][:1] == [3]


def test_who_is_heard_while_others_are_visited_is_not_passed_over_where_there_was_no_sweep(stage, monkeypatch):
    stage.plays(sadp_find=says(heard("10.0.0.9", "sadp", ANSWER % b"false")))
    live = settings("10.0.0.9-11", interfaces=(ETH0,))
    run = Course(live, Attached(live.scope, (ETH0,)))
    list(find(run))

    def attends(conversations, gate, in_flight, host_timeout_s=None):
        yield from stage._attend(conversations, gate, in_flight, host_timeout_s)
        run.alive["10.0.0.10"] = None

    monkeypatch.setattr(holding, "attend", attends)
    list(ask.ask(run))

    assert stage.visited[0][0] == "10.0.0.9"
    assert sorted(address for address, *_ in stage.visited) == ["10.0.0.10", "10.0.0.11", "10.0.0.9"]
