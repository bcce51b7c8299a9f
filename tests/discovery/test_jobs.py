import threading
import time
from dataclasses import replace

import pytest
from support.staging import DONE, ETH0, heard, of_kind, says, settings, threads_at_work

from netaudit.discovery import course, find, jobs
from netaudit.discovery.attached import Attached
from netaudit.discovery.channel import Channel, Question
from netaudit.discovery.course import Course
from netaudit.discovery.live import live_events
from netaudit.model import Reply


def test_jobs_do_not_run_far_ahead_of_their_reader(stage, monkeypatch):
    monkeypatch.setattr(course, "WAITING_EVENTS", 10)
    made = []

    def floods(_):
        for number in range(200):
            made.append(number)
            yield heard("10.0.0.9")

    stage.plays(arp_find=floods)
    events = live_events(settings("10.0.0.9", interfaces=(ETH0,), channels={"arp"}))
    next(event for event in events if isinstance(event, Reply))
    time.sleep(0.1)
    ahead = len(made)
    rest = list(events)

    assert ahead <= 13
    assert (len(of_kind(Reply, rest)), len(made)) == (199, 200)


def test_error_in_a_channel_is_not_swallowed_and_stops_the_others(stage):
    before = threads_at_work()
    stopped = []

    def fails(_):
        raise RuntimeError("a bug")
        yield

    def waits(question):
        stopped.append(question.gate.stopped.wait(60))
        yield DONE

    stage.plays(sadp_find=fails, wsd_find=waits, arp_find=waits)
    with pytest.raises(RuntimeError, match="a bug"):
        list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert stopped == [True, True]
    assert threads_at_work() == before


def test_progress_is_told_to_its_end(stage):
    told = []
    stage.plays(arp_find=says(heard("10.0.0.9"), heard("10.0.0.10"), DONE))
    list(
        live_events(
            settings("10.0.0.0/24", interfaces=(ETH0,), progress=lambda s: told.append((s.stage, s.done, s.total)))
        )
    )
    asking = [step for step in told if step[0] == "asking"]

    assert told[1] == ("finding", 0, 2 * 253)  # ARP asks everybody but us, the silent twice
    assert (asking[0], asking[-1]) == (("asking", 0, 2), ("asking", 2, 2))


def test_a_run_that_only_listens_shows_how_long_it_has(stage, monkeypatch):
    shown = []

    def hears(_):
        stage.clock.sleep(3.5)
        yield heard("10.0.0.9")

    listening = Channel(name="listen", title="", read=lambda _: iter(()), find=hears)
    monkeypatch.setattr(find, "listening", lambda question, _: [(listening, question)])
    live = settings("10.0.0.9", interfaces=(ETH0,), channels=())
    listens = replace(live, listen_s=7.0, progress=lambda s: shown.append((s.stage, s.done, s.total)))
    list(live_events(listens))

    assert [step for step in dict.fromkeys(shown) if step[0] == "listening"] == [("listening", s, 7) for s in range(4)]
    assert {stage for stage, *_ in shown} <= {"", "listening", "asking"}


def waits_for(event, *events):
    """What a channel does that says these when it may."""

    def act(_):
        assert event.wait(60)
        yield from events

    return act


def test_jobs_that_were_begun_are_heard_while_others_are_run(stage):
    live, go_on = settings("10.0.0.9", interfaces=(ETH0,)), threading.Event()
    run = Course(live, Attached(live.scope, (ETH0,)))
    slow = Channel(name="mdns", title="", read=lambda _: (), find=waits_for(go_on, heard("10.0.0.7")))
    quick = Channel(name="arp", title="", read=lambda _: (), find=says(heard("10.0.0.8")))
    question = Question(gate=live.gate, interface=ETH0)
    jobs.begin(run, [(slow, question)])
    first = [event.address for event in of_kind(Reply, jobs.run_jobs(run, [(quick, question)]))]
    still = list(run.under_way.values())
    go_on.set()
    rest = [event.address for event in of_kind(Reply, jobs.hear_out(run))]

    assert (first, still, rest) == (["10.0.0.8"], [(slow, question)], ["10.0.0.7"])
    assert run.under_way == {}


def listens(course):
    """A job that listens until it is told that this is enough; its events."""
    question = Question(gate=course.live.gate, interface=ETH0, listen_s=60.0, enough=course.heard_enough)
    ear = Channel(name="listen", title="", read=lambda _: (), find=waits_for(course.heard_enough, heard("10.0.0.7")))
    jobs.begin(course, [(ear, question)])


@pytest.mark.parametrize(("listens_on", "stopped"), [(False, False), (True, True)])
def test_listening_ends_with_the_questions_unless_the_user_gave_it_a_time(stage, listens_on, stopped):
    live = replace(settings("10.0.0.9", interfaces=(ETH0,)), listens_on=listens_on)
    run = Course(live, Attached(live.scope, (ETH0,)))
    listens(run)
    if stopped:
        live.gate.stopped.set()
    heard_last = [event.address for event in of_kind(Reply, jobs.hear_out(run))]

    assert heard_last == ["10.0.0.7"]


def test_listening_that_was_asked_for_is_waited_for(stage):
    run = Course(settings("10.0.0.9", interfaces=(ETH0,)), Attached(settings("10.0.0.9").scope, (ETH0,)))
    listens(run)
    ended_early = []

    def end():
        ended_early.append(run.heard_enough.is_set())
        run.heard_enough.set()

    timer = threading.Timer(0.3, end)
    timer.start()
    heard_last = [event.address for event in of_kind(Reply, jobs.hear_out(run))]
    timer.join()

    assert (heard_last, ended_early) == (["10.0.0.7"], [False])


def test_what_had_come_when_the_waiting_is_over_is_heard(stage):
    """It may lie there from a standstill: whoever has answered is not asked once more."""
    live, told = settings("10.0.0.9", interfaces=(ETH0,)), threading.Event()

    def tells(question):
        yield heard("10.0.0.7")
        told.set()  # it has been taken by now
        question.gate.stopped.wait(60)

    run = stage.course(live, Attached(live.scope, (ETH0,)))
    channel = Channel(name="mdns", title="", read=lambda _: (), find=tells)
    jobs.begin(run, [(channel, Question(gate=live.gate, interface=ETH0))])
    heard_last = [event.address for event in of_kind(Reply, jobs.hear_until(run, lambda: told.wait(60)))]
    jobs.end_jobs(run)

    assert heard_last == ["10.0.0.7"]
