"""The second look: only what had no answer is asked again, late enough, once."""

from dataclasses import replace

import pytest
from support.staging import DONE, ETH0, gaps, heard, of_kind, says, settings

from netaudit.discovery import again, ask, find, holding, jobs, live
from netaudit.discovery.attached import Attached
from netaudit.discovery.channel import Channel, Question
from netaudit.discovery.ledger import FIRST, Ledger
from netaudit.discovery.live import live_events
from netaudit.model import ChannelReport, Gap, Target
from netaudit.records.marks import Begun, Ended, Over
from netaudit.wire.steps import Connect, Outcome

ANSWERS = {"ok": Outcome("ok"), "refused": Outcome("refused"), "timeout": Outcome("timeout")}
SADP = b"<ProbeMatch><DeviceSN>1</DeviceSN></ProbeMatch>"


@pytest.fixture
def late(stage, monkeypatch):
    """Plays conversations: `answers` is (address, port) -> status, `later` the same at the second look; all is noted."""
    monkeypatch.setattr(live, "PHASES", (find.find, find.probe_silent, ask.ask, again.look_again))
    stage.answers, stage.later, stage.connects, stage.waits, stage.rates = {}, None, [], [], []

    def attend(conversations, gate, in_flight, host_timeout_s=None):
        for found in conversations:
            yield None
            if found is None:
                continue
            (address, conversation), outcome = found, None
            while True:
                try:
                    step = conversation.send(outcome)
                except StopIteration:
                    break
                outcome = Outcome("ok")
                if isinstance(step, Connect):
                    stage.connects.append((address, step.port, step.timeout_s))
                    stage.rates.append(gate.rate_pps)
                    outcome = ANSWERS[stage.answers.get((address, step.port), "refused")]
                elif not hasattr(step, "seconds"):
                    yield step
        yield from ()

    def wait(course, late_ones):
        stage.waits.append(sorted(late_ones))
        stage.answers = stage.answers if stage.later is None else stage.later
        return iter(())

    monkeypatch.setattr(holding, "attend", attend)
    monkeypatch.setattr(again, "_wait", wait)
    return stage


def connects(stage, address):
    return [port for connected, port, _ in stage.connects if connected == address]


def test_ports_that_did_not_answer_are_asked_once_more_and_no_others(late):
    late.answers = {("10.0.0.9", 443): "timeout", ("10.0.0.9", 8000): "timeout"}
    late.plays(arp_find=says(heard("10.0.0.9"), heard("10.0.0.10"), DONE))
    list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))
    first, second = connects(late, "10.0.0.9")[:12], connects(late, "10.0.0.9")[12:]

    assert (len(set(first)), second) == (12, [443, 8000])
    assert len(connects(late, "10.0.0.10")) == 12
    assert late.waits == [["10.0.0.9"]]


def test_second_look_is_more_patient_and_slower(late):
    late.answers = {("10.0.0.9", 443): "timeout"}
    late.plays(arp_find=says(heard("10.0.0.9"), DONE))
    run = settings("10.0.0.9", interfaces=(ETH0,))
    list(live_events(run))

    assert late.connects[-1] == ("10.0.0.9", 443, again.CONNECT_S)
    assert (late.rates[0], late.rates[-1], run.gate.rate_pps) == (1e6, run.profile.again_pps, 1e6)


def test_nobody_late_means_no_second_look(late):
    late.plays(arp_find=says(heard("10.0.0.9"), DONE))
    run = settings("10.0.0.9", interfaces=(ETH0,))
    list(live_events(run))

    assert (late.waits, run.gate.rate_pps) == ([], 1e6)


def test_user_can_do_without_it(late):
    late.answers = {("10.0.0.9", 443): "timeout"}
    late.plays(arp_find=says(heard("10.0.0.9"), DONE))
    list(live_events(replace(settings("10.0.0.9", interfaces=(ETH0,)), again=False)))

    assert late.waits == []


def test_device_that_fell_silent_in_its_visit_is_not_asked_again(late):
    """Open at 80, then three time-outs in a row: it is left alone."""
    late.answers = {("10.0.0.9", port): "timeout" for port in (443, 554, 8000)}
    late.plays(arp_find=says(heard("10.0.0.9"), DONE))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert [gap.kind for gap in of_kind(Gap, events)] == ["left_alone"]
    assert connects(late, "10.0.0.9") == [80, 443, 554, 8000]
    assert late.waits == []


def test_firewalled_device_is_given_two_more_chances_only(late):
    late.answers = {("10.0.0.9", port): "timeout" for port in range(1, 65536)}
    late.plays(arp_find=says(heard("10.0.0.9"), DONE))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert gaps(events) == set()
    assert len(connects(late, "10.0.0.9")) == 12 + 2
    assert late.connects[-1][2] == again.CONNECT_S
    assert {seconds for _, _, seconds in late.connects[3:12]} == {1.0}


def test_device_that_wakes_up_is_asked_all_that_is_left(late):
    late.answers = {("10.0.0.9", port): "timeout" for port in range(1, 65536)}
    late.later = {}
    late.plays(arp_find=says(heard("10.0.0.9"), DONE))
    list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert connects(late, "10.0.0.9")[12:] == connects(late, "10.0.0.9")[:12]


def test_addresses_where_nobody_is_are_not_late(late):
    late.answers = {("10.5.0.1", port): "timeout" for port in range(1, 65536)}
    list(live_events(settings("10.5.0.1", interfaces=(ETH0,))))

    assert (len(connects(late, "10.5.0.1")), late.waits) == (12, [])


def test_link_that_loses_packets_is_swept_again_where_it_was_silent(late):
    lossy = Gap(kind="lossy", detail="eth0: one device answered late", address=ETH0.address)
    found = iter([(heard("10.0.0.9"), lossy, DONE), (heard("10.0.0.10"), DONE)])
    late.plays(arp_find=lambda _: iter(next(found)))
    list(live_events(settings("10.0.0.8-10", interfaces=(ETH0,))))

    assert late.questions["arp", "find", "10.0.0.9"] == 1
    assert late.questions["arp", "find", "10.0.0.10"] == late.questions["arp", "find", "10.0.0.8"] == 2
    assert len(connects(late, "10.0.0.10")) == 12


def test_device_that_the_second_sweep_had_found_before_a_kill_is_visited(late):
    lossy = Gap(kind="lossy", detail="eth0: one device answered late", address=ETH0.address)
    visited = (Begun(stage=FIRST, target=Target(address="10.0.0.9")), Over(stage=FIRST, address="10.0.0.9"))
    over = (Ended(part=part) for part in ("known before", "find", "probe_silent", "ask", "again arp eth0"))
    before = (heard("10.0.0.9"), lossy, replace(DONE, network=str(ETH0.network)), *visited, *over, heard("10.0.0.10"))
    ledger = Ledger(past=lambda: iter(before), retelling=True)
    list(live_events(replace(settings("10.0.0.8-10", interfaces=(ETH0,)), ledger=ledger)))

    assert late.questions == {}
    assert connects(late, "10.0.0.9") == []
    assert len(connects(late, "10.0.0.10")) == 12


def test_silent_device_behind_a_router_is_probed_again_where_somebody_was_late(late):
    late.answers = {("10.5.0.1", 443): "timeout", ("10.5.0.2", 80): "ok"}
    late.plays(sadp_reach=says(heard("10.5.0.3", "sadp", SADP, interface=None)))
    late.plays(arp_find=says(DONE))

    def visits(course):
        course.alive |= dict.fromkeys(("10.5.0.1", "10.5.0.2", "10.5.0.3"))
        course.open_ports |= {"10.5.0.2": 80, "10.5.0.3": 80}
        course.heard["sadp"] = {"10.5.0.3"}
        yield from ()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(live, "PHASES", (find.find, visits, ask.ask, again.look_again))
        list(live_events(settings("10.5.0.1-3", interfaces=(ETH0,))))

    assert late.questions["sadp", "reach", "10.5.0.2"] == 2
    assert late.questions["sadp", "reach", "10.5.0.3"] == 1


def test_waiting_is_as_long_as_the_profile_says_and_ends_when_stopped(stage, monkeypatch):
    monkeypatch.setattr(again, "_LOOK_S", 0.001)
    run, told = settings("10.0.0.9", interfaces=(ETH0,)), []
    profile = replace(run.profile, again_after_s=2.0)
    course = stage.course(
        replace(run, profile=profile, progress=lambda standing: told.append(standing.stage)),
        Attached(run.scope, (ETH0,)),
        asked_at=1.0,
    )
    list(again._wait(course, {}))

    assert told[0] == "waiting for the late"
    assert stage.clock.now == pytest.approx(1.0 + 2.0, abs=0.05)
    run.gate.stopped.set()
    course.asked_at = 100.0
    assert list(again._wait(course, {})) == []


def test_what_is_heard_while_it_waits_is_passed_on(stage):
    run = settings("10.0.0.9", interfaces=(ETH0,))
    course = stage.course(run, Attached(run.scope, (ETH0,)))
    channel = Channel(name="mdns", title="", read=lambda _: (), find=says(heard("10.0.0.7")))
    jobs.begin(course, [(channel, Question(gate=run.gate, interface=ETH0))])

    assert heard("10.0.0.7") in again._wait(course, {})


def test_connections_of_the_second_look_are_counted(late):
    late.answers = {("10.0.0.9", 443): "timeout"}
    late.plays(arp_find=says(heard("10.0.0.9"), DONE))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert {report.status for report in of_kind(ChannelReport, events) if report.name == "tcp"} == {"done"}
