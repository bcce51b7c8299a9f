"""What was asked, kept in notes; and what a run that is continued knows of it."""

from dataclasses import replace

import pytest
from support.staging import ETH0

from netaudit.discovery.channel import Question
from netaudit.discovery.ledger import LISTENING_S, Ledger
from netaudit.model import Target
from netaudit.records.marks import Answered, Asked, Begun, Ended, Over, Resumed
from netaudit.wire.gate import Gate
from netaudit.wire.steps import Connect, Exchange, Outcome, Pause

HERE = "192.0.2.7"
SHOTS = ((0.0, b"a"), (0.5, b"b"))


def continued(*marks):
    ledger = Ledger(past=lambda: iter(marks))
    assert list(ledger.retell()) == []
    return ledger


def question(ledger, **settings):
    return Question(gate=Gate(lambda _: True, rate_pps=1), ledger=ledger, part="find", **settings)


def test_request_is_in_the_file_before_it_is_sent():
    happened = []
    ledger = Ledger(write=lambda mark: happened.append(type(mark)), flush=lambda: happened.append("flushed"))
    ledger.asking("first", HERE, Exchange(b"GET /", bool, 1, 1.0), 80)

    assert happened == [Asked, "flushed"]


def test_what_asks_nothing_is_not_noted():
    marks = []
    ledger = Ledger(write=marks.append)
    ledger.asking("first", HERE, Exchange(b"", bool, 1, 1.0), 8000)
    ledger.asking("first", HERE, Connect(80), 80)
    ledger.answered("first", HERE, Pause(0.1), Outcome())

    assert marks == []


def test_without_a_recording_nothing_is_noted_and_nothing_known():
    ledger = Ledger()
    ledger.asking("first", HERE, Exchange(b"GET /", bool, 1, 1.0), 80)
    ledger.end("find")

    assert list(ledger.retell()) == []
    assert ledger.visits == {}


def test_datagrams_are_known_by_part_channel_way_and_number():
    marks = []
    notes = (
        question(Ledger(write=marks.append), interface=ETH0).to_all("sadp", 37020, "239.255.255.250", SHOTS, 1).notes
    )
    notes.sending("239.255.255.250", 0, b"a")
    again = question(continued(*marks), interface=ETH0)
    same = again.to_all("sadp", 37020, "239.255.255.250", SHOTS, 1).notes
    each = again.to_each("sadp", 37020, b"a", 1).notes

    assert same.was_sent("239.255.255.250", 0)
    assert not same.was_sent("239.255.255.250", 1)
    assert not each.was_sent("239.255.255.250", 0)


def test_answers_of_datagrams_that_had_just_been_sent_are_told_as_lost():
    old, new = (
        Asked(stage="find", channel="sadp", address=HERE, port=37020, digest="", at=at)
        for at in (100.0, 101.0 + LISTENING_S)
    )
    hours_later = Resumed(at=9999.0)

    (gap,) = continued(old, new, hours_later).lost_datagrams()
    assert (gap.kind, gap.detail[:17]) == ("answers_lost", "sadp: 1 question ")
    assert list(continued(old, new, Ended(part="find sadp #0a"), hours_later).lost_datagrams()) == []
    assert list(continued(old, new, hours_later, Resumed(at=99_999.0)).lost_datagrams()) == []  # it is told once


@pytest.mark.parametrize(
    ("noted_at", "unheard"), [(100.0, True), (100.0 + LISTENING_S, True), (101.0 + LISTENING_S, False)]
)
def test_answers_to_a_network_are_missing_only_where_a_cut_came_before_they_had_their_time(noted_at, unheard):
    marks = []
    to_all = question(Ledger(write=marks.append), interface=ETH0).to_all("sadp", 37020, "239.255.255.250", SHOTS, 1)
    to_all.notes.sending("239.255.255.250", 0, b"a")
    later = Answered(stage="first", address=HERE, step="connect", status="ok", at=noted_at)
    ledger = continued(replace(marks[0], at=100.0), later, Resumed(at=9999.0), Resumed(at=99_999.0))

    assert ledger.is_unheard("find", "sadp", "eth0") is unheard
    assert not ledger.is_unheard("find", "sadp", "eth1")


def test_visit_that_is_over_keeps_its_outcomes_only_where_it_was_late():
    def visit(status):
        return (
            Begun(stage="first", target=Target(address=HERE)),
            Answered(stage="first", address=HERE, step="connect", status=status),
            Over(stage="first", address=HERE),
        )

    (quick,), (late,) = (continued(*visit(status)).visits.values() for status in ("refused", "timeout"))

    assert (quick.over, quick.outcomes) == (True, [])
    assert (late.over, len(late.outcomes)) == (True, 1)


def test_how_long_answered_connections_took_is_known_to_a_run_that_continues():
    marks = []
    ledger = Ledger(write=marks.append)
    for port, outcome in (
        (80, Outcome("ok", took_s=0.2)),
        (81, Outcome("timeout", took_s=0.9)),
        (88, Outcome("refused", took_s=0.3)),
    ):
        ledger.answered("first", HERE, Connect(port), outcome)
    after = continued(Begun(stage="first", target=Target(address=HERE)), *marks)

    assert after.trips == [(HERE, 0.2), (HERE, 0.3)]
    assert [outcome.took_s for outcome in after.visits["first", HERE].outcomes] == [0.2, 0.9, 0.3]


@pytest.mark.parametrize(("over", "expected_s"), [((), 6.5), (("192.0.2.2",), 2.0)])
def test_how_long_visits_had_taken_that_were_cut(over, expected_s):
    begun = [Begun(stage="first", target=Target(address=f"192.0.2.{number}")) for number in (1, 2, 3)]
    answers = [
        Answered(stage="first", address=address, step="connect", status="timeout", at=at)
        for address, at in (("192.0.2.1", 10.0), ("192.0.2.1", 12.0), ("192.0.2.2", 10.5), ("192.0.2.2", 17.0))
    ]
    ended = [Over(stage="first", address=address) for address in over]

    assert continued(*begun, *answers, *ended).gone_s() == expected_s
