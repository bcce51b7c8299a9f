"""Whoever is heard late is visited late; what was named late is asked, and nothing a second time."""

from dataclasses import replace

import pytest
from support.staging import ALL, ANSWER, DONE, ETH0, gaps, heard, of_kind, says, settings

from netaudit.discovery import ask, find, latecomers, live
from netaudit.discovery.attached import Attached
from netaudit.discovery.course import Course
from netaudit.discovery.latecomers import visit_latecomers
from netaudit.discovery.ledger import FIRST, MORE, Ledger, Past
from netaudit.discovery.live import live_events
from netaudit.discovery.visiting.state import Visit
from netaudit.model import ChannelReport, Target
from netaudit.profiles import PROFILES
from netaudit.records.marks import Begun, Ended, Over
from netaudit.wire.steps import Connect

NAMES = b"HTTP/1.1 200 OK\r\nLOCATION: http://10.0.0.9:80/upnpdevicedesc.xml\r\nST: upnp:rootdevice\r\n\r\n"
LATE_S = 1.5  # when all others have been visited


@pytest.fixture
def phases(stage, monkeypatch):
    """Runs that go on to visits while answers are still waited for."""
    monkeypatch.setattr(live, "PHASES", (find.find, find.probe_silent, ask.ask, visit_latecomers))
    return stage


@pytest.fixture
def says_late(stage):
    """What a channel does that says these after the others have been visited."""

    def make(*events):
        def act(_):
            stage.clock.sleep(LATE_S)
            yield from events

        return act

    return make


def visited(stage):
    return [(address, getattr(step, "port", None)) for address, _, step in stage.visited]


def test_device_that_answers_late_is_visited_after_the_others(phases, says_late):
    phases.plays(
        arp_find=says(heard("10.0.0.9"), DONE),
        sadp_find=says_late(heard("10.0.0.10", "sadp", ANSWER % b"false")),
    )
    events = list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))

    assert visited(phases) == [("10.0.0.9", 80), ("10.0.0.10", 80)]
    assert "10.0.0.10" in {getattr(event, "address", "") for event in events}


@pytest.mark.parametrize(("over", "expected"), [(False, [("10.0.0.10", 80)]), (True, [])])
def test_visit_to_a_latecomer_that_a_kill_cut_is_gone_on_with(phases, over, expected):
    cut = [Begun(stage=FIRST, target=Target(address="10.0.0.10", ports=(80,)))]
    cut += [Over(stage=FIRST, address="10.0.0.10")] if over else []
    ended = [Ended(part=part) for part in ("known before", "find", "probe_silent", "ask")]
    before = (replace(DONE, network=str(ETH0.network)), *ended, heard("10.0.0.10", "sadp", ANSWER % b"false"), *cut)
    ledger = Ledger(past=lambda: iter(before), retelling=True)
    list(live_events(replace(settings("10.0.0.0/24", interfaces=(ETH0,)), ledger=ledger)))

    assert visited(phases) == expected


def test_what_a_device_names_late_is_asked_and_nothing_else_again(phases, says_late):
    phases.plays(arp_find=says(heard("10.0.0.9"), DONE), ssdp_find=says_late(heard("10.0.0.9", "ssdp", NAMES)))
    list(live_events(settings("10.0.0.9", interfaces=(ETH0,), channels=ALL | {"ssdp", "upnp"})))

    assert visited(phases) == [("10.0.0.9", 80), ("10.0.0.9", 80)]


def test_device_that_says_late_that_it_is_locked_is_told_and_asked_no_further(phases, says_late):
    names, locked = heard("10.0.0.9", "ssdp", NAMES), heard("10.0.0.9", "sadp", ANSWER % b"true")
    phases.plays(arp_find=says(heard("10.0.0.9"), DONE), ssdp_find=says_late(names), sadp_find=says_late(locked))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,), channels=ALL | {"ssdp", "upnp"})))

    assert visited(phases) == [("10.0.0.9", 80)]
    assert ("locked", "10.0.0.9") in gaps(events)


def test_without_a_sweep_everybody_was_visited_already(phases, says_late):
    partial = ChannelReport(name="arp", status="partial")
    phases.plays(arp_find=says(partial), sadp_find=says_late(heard("10.0.0.9", "sadp", ANSWER % b"false")))
    list(live_events(settings("10.0.0.8-9", interfaces=(ETH0,))))

    assert sorted(visited(phases)) == [("10.0.0.8", 80), ("10.0.0.9", 80)]


def test_run_that_visits_nobody_hears_its_questions_out(phases, says_late):
    late = heard("10.0.0.9", "sadp", ANSWER % b"false")
    phases.plays(sadp_find=says_late(late))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,), channels={"sadp"})))

    assert (visited(phases), late in events) == ([], True)


def test_connections_to_latecomers_are_told(phases):
    run = settings("10.0.0.0/24", interfaces=(ETH0,))

    def connects(_):
        phases.clock.sleep(LATE_S)
        run.gate.connected("10.0.0.10")
        yield heard("10.0.0.10", "sadp", ANSWER % b"false")

    phases.plays(arp_find=says(heard("10.0.0.9"), DONE), sadp_find=connects)
    reports = [r for r in of_kind(ChannelReport, live_events(run)) if r.name == "tcp"]

    assert sum(report.sent for report in reports) == 1


def continued(*, over=(FIRST,)):
    """The course of a run that goes on with one whose visits to 10.0.0.9 were over."""
    run = settings("10.0.0.9", interfaces=(ETH0,), channels=ALL | {"ssdp", "upnp"})
    course = Course(run, Attached(run.scope, (ETH0,)), alive={"10.0.0.9": None}, swept={ETH0})
    target = replace(course.hints.target("10.0.0.9"))
    run.ledger.visits.update({(visit, "10.0.0.9"): Past(target, over=True) for visit in over})
    list(course.take(heard("10.0.0.9", "ssdp", NAMES), "ssdp"))
    return course


def test_a_continued_run_asks_what_was_named_late_out_of_little(stage):
    course = continued()
    visit = latecomers._named_late(course, "10.0.0.9")
    list(visit_latecomers(course))

    assert isinstance(visit, Visit)
    assert (visit.target.ports, visit.http_left, visit.rtsp_left) == ((80,), 2, 0)
    assert [(address, type(step)) for address, _, step in stage.visited] == [("10.0.0.9", Connect)]


def test_a_continued_run_does_not_ask_it_twice(stage):
    list(visit_latecomers(continued(over=(FIRST, MORE))))

    assert stage.visited == []


# --- when late answers are awaited no longer --------------------------------------------------------------------------


def quiet_at(name, *, asked_at=0.0, heard_at=0.0):
    """When, in seconds after the first question, a run of this profile has heard enough; None: not before all is over."""
    run = replace(settings("10.0.0.9", interfaces=(ETH0,)), profile=PROFILES[name])
    course = Course(run, Attached(run.scope, (ETH0,)), began_at=100.0)
    course.asked_at, course.heard_at = 100.0 + asked_at, 100.0 + heard_at
    for tenth in range(60):
        course.clock = lambda now=100.0 + tenth / 10: now + 1e-6
        if latecomers._is_quiet(course):
            return tenth / 10
    return None


@pytest.mark.parametrize(
    ("asked_at", "heard_at", "expected_s"),
    [
        (1.4, 1.4, 2.8),  # all answered at once: SSDP's two seconds decide
        (1.4, 2.1, 3.3),  # somebody took 0.6 s longer than anybody was asked: twice as long
        (1.4, 2.5, 4.5),
        (3.0, 3.0, 4.0),  # probes that were sent late are heard out as well
    ],
)
def test_prompt_answers_are_heard_out_soon_and_late_ones_later(asked_at, heard_at, expected_s):
    assert quiet_at("standard", asked_at=asked_at, heard_at=heard_at) == expected_s


def test_gentle_hears_everything_out():
    assert quiet_at("gentle", asked_at=1.4) is None


def test_who_still_listens_is_told_that_it_is_enough(phases):
    ended = []

    def hears(question):
        while not question.enough.is_set() and phases.clock.now < 20.0:
            phases.clock.sleep(0.05)
        ended.append(phases.clock.now)
        yield from ()

    phases.plays(arp_find=says(heard("10.0.0.9"), DONE), sadp_find=hears)
    list(live_events(replace(settings("10.0.0.9", interfaces=(ETH0,)), profile=PROFILES["standard"])))

    assert ended == [pytest.approx(latecomers.LONGEST_DELAY_S, abs=0.2)]


def test_the_second_look_listens_in_its_own_time(phases):
    asked = []
    phases.plays(sadp_reach=lambda question: asked.append(question.enough) or ())
    run = settings("10.5.0.1", interfaces=(ETH0,))
    course = Course(run, Attached(run.scope, (ETH0,)))
    list(find.unicast_again(course, ("10.5.0.1",), "again"))

    assert asked == [None]
