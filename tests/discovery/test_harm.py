"""The last check: who answered and no longer does is told; who was never touched is not asked."""

import pytest
from support.staging import ALL, DONE, ETH0, heard, of_kind, says, settings

from netaudit.discovery import ask, find, harm, live
from netaudit.discovery.live import live_events
from netaudit.model import ChannelReport, Gap, HarmCheck
from netaudit.wire.steps import Connect, Outcome


@pytest.fixture
def checked(stage, monkeypatch):
    """Runs whose last connection to a port has the outcome that `answers` says; visits are only noted."""
    monkeypatch.setattr(live, "PHASES", (find.find, ask.ask, harm.check_harm))
    stage.answers, stage.connects = {}, []

    def converse(conversations, gate, in_flight):
        for address, conversation in conversations:
            step = next(conversation)
            assert isinstance(step, Connect)
            stage.connects.append((address, step.port))
            with pytest.raises(StopIteration):
                conversation.send(Outcome(stage.answers.get(address, "timeout")))
        return iter(())

    monkeypatch.setattr(harm, "converse", converse)
    return stage


def sweeps(*rounds):
    """What ARP says, one tuple of replies for each sweep."""
    left = iter(rounds)
    return lambda _: iter((*next(left), DONE))


def outcome(events):
    (check,) = of_kind(HarmCheck, events)
    return check.checked, check.unchecked, check.silent


def fallen(events):
    return [gap.address for gap in of_kind(Gap, events) if gap.kind == "fell_silent"]


def test_everybody_who_answered_is_asked_once_more_by_arp(checked):
    both = (heard("10.0.0.9"), heard("10.0.0.10"))
    checked.plays(arp_find=sweeps(both, both))
    events = list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))

    assert outcome(events) == (2, 0, ())
    assert checked.questions["arp", "find", "10.0.0.9"] == 2
    assert checked.questions["arp", "find", "10.0.0.11"] == 1
    assert (fallen(events), checked.connects) == ([], [])


def test_who_fell_silent_is_told_with_a_gap_each(checked):
    checked.plays(arp_find=sweeps((heard("10.0.0.9"), heard("10.0.0.10")), (heard("10.0.0.9"),)))
    events = list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))

    assert outcome(events) == (2, 0, ("10.0.0.10",))
    assert fallen(events) == ["10.0.0.10"]


@pytest.mark.parametrize(("status", "silent"), [("ok", ()), ("refused", ()), ("timeout", ("10.0.0.9",))])
def test_silence_to_arp_is_believed_only_where_a_known_port_is_silent_too(checked, status, silent):
    answered = heard("10.0.0.9", "http", b"HTTP/1.1 200 OK\r\n\r\n", transport="tcp", port=80)
    checked.plays(arp_find=sweeps((heard("10.0.0.9"), answered), ()))
    checked.answers = {"10.0.0.9": status}
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert checked.connects == [("10.0.0.9", 80)]
    assert outcome(events) == (1, 0, silent)


def test_device_without_a_sweep_and_without_a_port_is_not_checked(checked):
    ended = ChannelReport(name="arp", status="partial")
    checked.plays(arp_find=says(heard("10.0.0.9"), heard("10.0.0.10", "http", b"x", transport="tcp", port=81), ended))
    checked.answers = {"10.0.0.10": "ok"}
    events = list(live_events(settings("10.0.0.9-10", interfaces=(ETH0,))))

    assert outcome(events) == (1, 1, ())
    assert checked.connects == [("10.0.0.10", 81)]


def test_device_that_was_left_alone_is_not_connected_to(checked):
    gap = Gap(kind="left_alone", detail="late", address="10.0.0.9")
    answered = heard("10.0.0.9", "http", b"x", transport="tcp", port=80)
    checked.plays(arp_find=sweeps((heard("10.0.0.9"), answered, gap), ()))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert checked.connects == []
    assert outcome(events) == (1, 0, ("10.0.0.9",))


def test_interrupted_sweep_proves_nothing(checked):
    run = settings("10.0.0.9", interfaces=(ETH0,))
    rounds = iter([(heard("10.0.0.9"), DONE), ()])

    def act(_):
        events = next(rounds)
        if not events:
            run.gate.stopped.set()
        yield from events

    checked.plays(arp_find=act)
    events = list(live_events(run))

    assert of_kind(HarmCheck, events) == []
    assert fallen(events) == []


def test_run_that_connects_to_nobody_checks_nobody(checked):
    checked.plays(arp_find=sweeps((heard("10.0.0.9"),)))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,), channels={"arp", "wsd"} & ALL)))

    assert of_kind(HarmCheck, events) == []
