"""Visits, many at once: the time that connections get, what is noted, and what the kernel knows of neighbours."""

from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from support.staging import ANSWER, DONE, ETH0, heard, of_kind, says, settings

from netaudit.discovery import arp, ask, holding
from netaudit.discovery.attached import Attached
from netaudit.discovery.course import Course
from netaudit.discovery.live import live_events
from netaudit.discovery.patience import Patience
from netaudit.discovery.visiting.state import Visit
from netaudit.model import ChannelReport, Reply, Target
from netaudit.wire.room import Room
from netaudit.wire.steps import Connect, Outcome, Pause
from netaudit.wire.trips import Trips


def test_kernel_table_serves_where_there_was_no_sweep(stage, monkeypatch):
    lines = [
        heard("10.0.0.9", "arp", b"line", transport="table"),
        heard("10.0.0.99", "arp", b"line", transport="table"),
    ]
    lines += [heard("10.0.0.10", "arp", b"line", transport="table", interface="docker0")]
    monkeypatch.setattr(arp, "read_table", lambda: iter(lines))
    stage.plays(arp_find=says(ChannelReport(name="arp", status="partial")))
    events = list(live_events(settings("10.0.0.8-11", interfaces=(ETH0,))))

    assert [reply.address for reply in of_kind(Reply, events)] == ["10.0.0.9"]


def test_kernel_table_is_not_read_where_the_sweep_was_done_or_nobody_wants_it(stage, monkeypatch):
    monkeypatch.setattr(arp, "read_table", lambda: iter([heard("10.0.0.9", "arp", b"line", transport="table")]))
    stage.plays(arp_find=says(DONE))
    swept = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))
    unwanted = list(live_events(settings("10.0.0.9", interfaces=(ETH0,), channels={"tcp"})))

    assert of_kind(Reply, swept) == of_kind(Reply, unwanted) == []


def test_kernel_table_is_read_before_it_forgets(stage, monkeypatch):
    reads = []
    monkeypatch.setattr("netaudit.discovery.patience.LOOKED_FOR", 1_000_000)  # nobody waits for a router
    monkeypatch.setattr(arp, "read_table", lambda: reads.append(len(stage.visited)) or iter(()))
    stage.plays(arp_find=says(ChannelReport(name="arp", status="partial")))
    list(live_events(settings("10.0.0.0/22", interfaces=(replace(ETH0, network=IPv4Network("10.0.0.0/22")),))))

    assert all(later - earlier <= 256 for earlier, later in zip([0, *reads], reads, strict=False))
    assert reads[-1] == len(stage.visited) == 1021


def test_kernel_table_tells_of_who_answered_something_else_than_the_sweep(stage, monkeypatch):
    lines = [heard(f"10.0.0.{number}", "arp", b"line", transport="table") for number in (9, 10)]
    monkeypatch.setattr(arp, "read_table", lambda: iter(lines))
    stage.plays(arp_find=says(DONE), sadp_find=says(heard("10.0.0.9", "sadp", ANSWER % b"false")))
    events = list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))

    assert [reply.address for reply in of_kind(Reply, events) if reply.transport == "table"] == ["10.0.0.9"]


def test_visits_wait_for_room_in_the_kernels_table(stage):
    live, addresses = settings("10.0.0.0/24"), ("10.0.0.9", "10.0.0.10", "10.0.0.11")
    run = Course(live, Attached(live.scope, (ETH0,)), alive=dict.fromkeys(addresses), room=Room(2))
    list(ask.visit_known(run, addresses))

    assert [type(step) for *_, step in stage.visited] == [Connect, Connect, Pause]


def test_connects_that_were_sent_again_are_counted_across_a_router_only():
    counted = {}
    for address in ("10.5.0.1", "10.0.0.9"):
        live = settings(address)
        run = Course(live, Attached(live.scope, (ETH0,)))
        state = Visit(Target(address=address, ports=(8000,), silent_ports=frozenset({8000})), frozenset({"tcp"}))
        conversation = holding.noting_late(run, state, Patience(connect_s=1.4))
        assert isinstance(next(conversation), Connect)
        conversation.send(Outcome("ok", took_s=1.2))
        counted[address] = run.resent

    assert counted == {"10.5.0.1": 1, "10.0.0.9": 0}


def test_visit_ends_where_the_device_says_meanwhile_that_it_is_locked():
    live = settings("10.0.0.9")
    run = Course(live, Attached(live.scope, (ETH0,)), alive={"10.0.0.9": None})
    state = Visit(Target(address="10.0.0.9", ports=(8000, 37777)), frozenset({"tcp"}))
    conversation = holding.noting_late(run, state, Patience(connect_s=1.4))
    assert isinstance(next(conversation), Connect)
    list(run.take(heard("10.0.0.9", "sadp", ANSWER % b"true"), "sadp"))

    with pytest.raises(StopIteration):
        conversation.send(Outcome("refused"))


def test_ports_that_were_late_in_two_visits_are_both_kept():
    live = settings("10.0.0.9")
    run = Course(live, Attached(live.scope, (ETH0,)), alive={"10.0.0.9": None})
    for port in (8000, 9000):
        state = Visit(Target(address="10.0.0.9", ports=(port,)), frozenset({"tcp"}))
        conversation = holding.noting_late(run, state, Patience(connect_s=1.4))
        next(conversation)
        with pytest.raises(StopIteration):
            conversation.send(Outcome("timeout"))

    assert run.late["10.0.0.9"].ports == (8000, 9000)


def silent_visit(run):
    """The time that each connection of a visit gets that nobody answers."""
    state = Visit(Target(address="10.0.0.10", ports=(80, 443, 554, 8000)), frozenset({"tcp"}))
    conversation, given_s = holding.noting_late(run, state, Patience(connect_s=1.4)), []
    step = next(conversation)
    with suppress(StopIteration):
        while True:
            given_s += [step.timeout_s] if isinstance(step, Connect) else []
            step = conversation.send(Outcome("timeout") if isinstance(step, Connect) else Outcome())
    return given_s


@pytest.mark.parametrize(("trips_s", "expected_s"), [((), 1.0), ((0.002, 0.003), 0.35), ((0.2, 0.2), 0.5)])
def test_who_was_silent_on_some_ports_gets_as_much_time_as_answers_take_here(trips_s, expected_s):
    live = settings("10.0.0.0/24")
    run = Course(live, Attached(live.scope, (ETH0,)))
    for trip_s in trips_s:
        run.trips.setdefault("10.0.0.0/24", Trips()).take(trip_s)

    assert silent_visit(run) == [1.4, 1.4, 1.4, pytest.approx(expected_s, abs=0.03)]


def test_round_trips_are_learnt_from_connections_by_network():
    live = settings("10.0.0.0/24", "10.5.0.1")
    run = Course(live, Attached(live.scope, (ETH0,)))
    for address, took_s in (("10.0.0.9", 0.01), ("10.5.0.1", 0.2)):
        state = Visit(Target(address=address, ports=(8000, 37777)), frozenset({"tcp"}))
        conversation = holding.noting_late(run, state, Patience(connect_s=1.4))
        next(conversation)
        conversation.send(Outcome("refused", took_s=took_s))

    assert {network: trips.smoothed_s for network, trips in run.trips.items()} == {"10.0.0.0/24": 0.01, "": 0.2}


def conversing(run, patience, answers):
    """The ports that one visit of 10.5.0.9 connects to, and the time that each gets; `answers` tell by port how that goes."""
    ports = (80, 443, 554, 8000, 37777)
    state = Visit(Target(address="10.5.0.9", ports=ports), frozenset({"tcp"}))
    conversation, given = holding.noting_late(run, state, patience), []
    step = next(conversation)
    with suppress(StopIteration):
        while True:
            outcome = Outcome()
            if isinstance(step, Connect):
                outcome = answers.get(step.port, Outcome("timeout"))
                outcome = outcome if outcome.took_s <= step.timeout_s else Outcome("timeout")
                given.append((step.port, step.timeout_s))
            step = conversation.send(outcome)
    return given


def far_course():
    live = settings("10.5.0.0/24")
    return Course(live, Attached(live.scope, (ETH0,)))


HURRIED = Patience(connect_s=1.4, quick_s=0.2)


def test_in_a_hurry_only_the_first_port_and_the_last_one_are_waited_for():
    assert conversing(far_course(), HURRIED, {}) == [(80, 0.9), (443, 0.2), (554, 0.2), (8000, 0.2), (37777, 0.9)]


def test_who_answers_slowly_is_asked_again_what_was_passed_by_in_a_hurry():
    given = conversing(far_course(), HURRIED, {port: Outcome("refused", took_s=0.8) for port in (443, 554, 37777)})

    assert given[:5] == [(80, 0.9), (443, 0.2), (554, 0.2), (8000, 0.2), (37777, 0.9)]
    assert given[5:] == [(443, 1.4), (554, 1.4), (8000, 1.4)]


def test_who_answers_quickly_has_not_answered_elsewhere():
    given = conversing(far_course(), HURRIED, {37777: Outcome("refused", took_s=0.01)})

    assert [port for port, _ in given] == [80, 443, 554, 8000, 37777]


def test_whoever_has_answered_is_not_hurried_any_more():
    given = conversing(far_course(), HURRIED, {80: Outcome("refused", took_s=0.01)})

    assert [wait_s for _, wait_s in given] == [0.9, 1.4, 1.4, 1.4]  # three time-outs in a row end it
