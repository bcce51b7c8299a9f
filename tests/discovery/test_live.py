import time
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from support.loopback import corner_place
from support.servers import serving
from support.staging import ALL, ANSWER, DONE, ETH0, gaps, heard, of_kind, says, settings, threads_at_work

from netaudit.demo import emulate, load_devices
from netaudit.discovery import live
from netaudit.discovery.course import Course
from netaudit.discovery.ledger import Ledger
from netaudit.discovery.live import live_events
from netaudit.model import ChannelReport, Gap, Reply, Subnet

DEVICES = {device.name: device for device in load_devices()}
LONG_S = 60.0


@pytest.fixture
def _patient(monkeypatch):
    """Whoever waits for an answer waits for a minute."""
    for channel in ("sadp", "dhip", "wsd"):
        monkeypatch.setattr(f"netaudit.discovery.{channel}._LISTEN_S", LONG_S)
    monkeypatch.setattr("netaudit.discovery.visiting.door.TIMEOUT_S", LONG_S)


@pytest.fixture
def events_of(monkeypatch, _patient):
    """Plays a run that listens until these channels have been heard; its events."""
    courses = []
    monkeypatch.setattr(live, "Course", lambda *args: courses.append(Course(*args)) or courses[-1])

    def play(run, *channels):
        events, left = [], set(channels)
        for event in live_events(replace(run, again=False)):
            events.append(event)
            left.discard(getattr(event, "channel", None))
            if not left:
                courses[-1].answered.set()
        return events

    return play


def test_every_device_answers_and_the_excluded_one_is_not_touched(events_of):
    names = ["hikvision-dome", "dahua-camera", "axis-dome", "lighttpd", "tls10-only"]
    with emulate([DEVICES[name] for name in names], corner_place) as emulation:
        targets = [played.address for played in emulation.devices]
        run = settings(*targets, excluded=[emulation["lighttpd"].address])
        events = events_of(run, "wsd", "sadp", "dhip")
    heard = {reply.address for reply in of_kind(Reply, events)}
    reports = {report.name: report.status for report in of_kind(ChannelReport, events)}

    assert heard == {played.address for played in emulation.devices if played.device.name != "lighttpd"}
    assert emulation["lighttpd"].seen == []
    assert {played.most_open for played in emulation.devices} == {0, 1}
    assert {r.channel for r in of_kind(Reply, events)} == {"wsd", "sadp", "dhip", "http", "rtsp", "tls", "tcp"}
    assert reports == {"arp": "skipped", "mdns": "skipped", **dict.fromkeys(("wsd", "sadp", "dhip", "tcp"), "done")}


def test_locked_device_is_found_and_not_visited(events_of):
    with emulate([DEVICES["hikvision-locked"]], corner_place) as emulation:
        (played,) = emulation.devices
        events = events_of(settings(played.address, channels=ALL - {"wsd", "dhip"}), "sadp")

    assert ("locked", played.address) in gaps(events)
    assert list(played.connections()) == []
    assert {r.channel for r in of_kind(Reply, events)} == {"sadp"}


@pytest.mark.usefixtures("_patient")
def test_stop_ends_a_scan_that_listens_and_leaves_no_thread():
    before, told = threads_at_work(), []
    run = settings(*(f"127.0.0.{n}" for n in range(2, 60)), rate_pps=100)

    def stop(standing):
        told.append(standing.stage)
        if told.count("finding") == 3:
            run.gate.stopped.set()

    started = time.monotonic()
    events = list(live_events(replace(run, progress=stop)))

    assert time.monotonic() - started < LONG_S / 2
    assert events[-1].kind == "interrupted"
    assert threads_at_work() == before


@pytest.mark.usefixtures("_patient")
def test_stop_ends_a_scan_that_asks_a_device_which_never_answers(monkeypatch):
    before, run = threads_at_work(), settings("127.0.0.2", channels={"http"})

    def swallow(sock):
        sock.recv(1024)
        run.gate.stopped.set()

    with serving(swallow, "127.0.0.2") as silent:
        monkeypatch.setattr("netaudit.discovery.plan.PORTS", (silent.port,))
        started = time.monotonic()
        events = list(live_events(run))
        taken_s = time.monotonic() - started

    assert taken_s < LONG_S / 2
    assert events[-1].kind == "interrupted"
    assert threads_at_work() == before


def test_interrupt_in_the_middle_keeps_what_was_learnt(events_of):
    def interrupt(standing):
        if standing.stage == "asking":
            raise KeyboardInterrupt

    with emulate([DEVICES["hikvision-dome"]], corner_place) as emulation:
        target = emulation.devices[0].address
        events = events_of(settings(target, progress=interrupt, channels={"sadp", "http"}), "sadp")

    assert [type(event) for event in events] == [Subnet, Reply, ChannelReport, Gap]
    assert events[-1].kind == "interrupted"


@pytest.mark.usefixtures("_patient")
def test_reader_who_walks_away_leaves_no_thread():
    with emulate([DEVICES["hikvision-dome"]], corner_place) as emulation:
        before = threads_at_work()
        events = live_events(settings(emulation.devices[0].address, channels={"wsd", "sadp", "dhip"}))
        started = time.monotonic()
        first = next(event for event in events if not isinstance(event, Subnet))
        during = threads_at_work()
        events.close()
        taken_s = time.monotonic() - started
        after = threads_at_work()

    assert isinstance(first, Reply)
    assert (after, during) == (before, before + 3)
    assert taken_s < LONG_S / 2


@pytest.mark.usefixtures("_patient")
def test_quiet_hours_that_begin_end_the_run_with_a_gap_of_their_own():
    soon = datetime.now().astimezone() + timedelta(seconds=0.4)
    before = threads_at_work()
    run = replace(settings("127.0.0.2-60", channels={"sadp"}, rate_pps=1), quiet_from=soon)
    started = time.monotonic()
    events = list(live_events(run))
    taken_s = time.monotonic() - started

    assert [gap.kind for gap in of_kind(Gap, events)][-1] == "quiet_hours"
    assert f"{soon:%H:%M}" in events[-1].detail
    assert taken_s < LONG_S / 2
    assert threads_at_work() == before


@pytest.mark.usefixtures("_patient")
def test_quiet_hours_in_which_the_machine_wakes_up_end_the_run(monkeypatch):
    slept = []
    monkeypatch.setattr(live, "time", SimpleNamespace(time=lambda: time.time() + (36_000 if slept else 0)))
    later = datetime.now().astimezone() + timedelta(hours=9)
    run = settings("127.0.0.2", channels={"sadp"}, progress=slept.append)
    started = time.monotonic()
    events = list(live_events(replace(run, quiet_from=later)))

    assert events[-1].kind == "quiet_hours"
    assert time.monotonic() - started < LONG_S / 2


def test_quiet_hours_that_are_far_leave_the_run_alone():
    later = datetime.now().astimezone() + timedelta(hours=9)
    events = list(live_events(replace(settings("127.0.0.2", channels={"http"}), quiet_from=later)))

    assert {"quiet_hours", "interrupted"} & {gap.kind for gap in of_kind(Gap, events)} == set()


def test_a_phase_is_noted_as_ended_when_nothing_of_it_is_under_way_any_more(stage):
    """Killed before that, a run is continued with what it still listened for."""
    ended = []

    class Notes(Ledger):
        def end(self, part):
            ended.append(part)
            super().end(part)

    def hears(_):
        stage.clock.sleep(1.5)
        yield heard("10.0.0.9", "sadp", ANSWER % b"false")

    stage.plays(arp_find=says(DONE), sadp_find=hears)
    list(live_events(replace(settings("10.0.0.8-9", interfaces=(ETH0,)), ledger=Notes())))

    assert [part for part in ended if part in {"find", "probe_silent", "ask", "find sadp eth0"}] == [
        "probe_silent", "ask", "find sadp eth0", "find",
    ]  # fmt: skip
