import threading
import time
from collections import Counter
from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from support.loopback import corner_place
from support.servers import serving

from netaudit.demo import emulate, load_devices
from netaudit.discovery import CHANNELS, live
from netaudit.discovery.live import Live, live_events
from netaudit.discovery.sadp import build_request as inquiry
from netaudit.discovery.wsd import build_probe
from netaudit.model import ChannelReport, Gap, Problem, Reply
from netaudit.scope import parse_scope
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface
from netaudit.wire.steps import Connect

LOOPBACK = Interface("lo", "127.0.0.1", IPv4Network("127.0.0.0/8"), None, None, loopback=True, multicast=False)
ETH0 = Interface(
    "eth0", "10.0.0.2", IPv4Network("10.0.0.0/24"), "02:00:00:00:00:02", "10.0.0.255", loopback=False, multicast=True
)
TUNNEL = Interface("tun0", "10.8.0.2", IPv4Network("10.8.0.0/24"), None, None, loopback=False, multicast=False)
ALL = frozenset({"arp", "mdns", "wsd", "sadp", "dhip", "http", "rtsp", "tls", "tcp"})
DEVICES = {device.name: device for device in load_devices()}
ANSWER = b"<ProbeMatch><DeviceSN>1</DeviceSN><DeviceLock>%s</DeviceLock></ProbeMatch>"


def settings(*targets, excluded=(), interfaces=(LOOPBACK,), channels=ALL, progress=None, rate_pps=1e6):
    scope = parse_scope(targets, excluded)
    gate = Gate(scope.__contains__, rate_pps=rate_pps)
    return Live(scope=scope, interfaces=interfaces, gate=gate, channels=frozenset(channels), progress=progress)


def of_kind(kind, events):
    return [event for event in events if isinstance(event, kind)]


def gaps(events):
    return {(gap.kind, gap.address) for gap in of_kind(Gap, events)}


# --- emulated devices on loopback -------------------------------------------------------------------------------------


@pytest.fixture
def _quick(monkeypatch):
    """Loopback is quicker than a network."""
    for channel in ("sadp", "dhip", "wsd"):
        monkeypatch.setattr(f"netaudit.discovery.{channel}._LISTEN_S", 0.4)


@pytest.mark.usefixtures("_quick")
def test_every_device_answers_and_the_excluded_one_is_not_touched():
    names = ["hikvision-dome", "dahua-camera", "axis-dome", "lighttpd", "tls10-only"]
    with emulate([DEVICES[name] for name in names], corner_place) as emulation:
        targets = [played.address for played in emulation.devices]
        events = list(live_events(settings(*targets, excluded=[emulation["lighttpd"].address])))
    heard = {reply.address for reply in of_kind(Reply, events)}
    reports = {report.name: report.status for report in of_kind(ChannelReport, events)}

    assert heard == {played.address for played in emulation.devices if played.device.name != "lighttpd"}
    assert emulation["lighttpd"].seen == []
    assert {played.most_open for played in emulation.devices} == {0, 1}
    assert {r.channel for r in of_kind(Reply, events)} == {"wsd", "sadp", "dhip", "http", "rtsp", "tls", "tcp"}
    assert reports == {"arp": "skipped", "mdns": "skipped", **dict.fromkeys(("wsd", "sadp", "dhip", "tcp"), "done")}


@pytest.mark.usefixtures("_quick")
def test_locked_device_is_found_and_not_visited():
    with emulate([DEVICES["hikvision-locked"]], corner_place) as emulation:
        (played,) = emulation.devices
        events = list(live_events(settings(played.address, channels=ALL - {"wsd", "dhip"})))

    assert ("locked", played.address) in gaps(events)
    assert list(played.connections()) == []
    assert {r.channel for r in of_kind(Reply, events)} == {"sadp"}


@pytest.mark.parametrize("after_s", [0.3, 1.0])
def test_stop_ends_a_scan_within_a_second_and_leaves_no_thread(after_s):
    """Once while the channels listen, once while a device is asked that never answers."""
    before = threading.active_count()
    with serving(lambda sock: sock.recv(1024), "127.0.0.2") as silent:
        channels = ALL if after_s < 1 else {"http"}
        run = settings(*(f"127.0.0.{n}" for n in range(2, 60)), channels=channels, rate_pps=100)
        port = (silent.port,)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("netaudit.discovery.plan.PORTS", port)
            timer = threading.Timer(after_s, run.gate.stopped.set)
            timer.start()
            started = time.monotonic()
            events = list(live_events(run))
            taken_s = time.monotonic() - started
            timer.join()

    assert after_s <= taken_s < after_s + 0.8
    assert events[-1].kind == "interrupted"
    assert threading.active_count() == before


@pytest.mark.usefixtures("_quick")
def test_interrupt_in_the_middle_keeps_what_was_learnt():
    def interrupt(stage, done, total):
        if stage == "asking":
            raise KeyboardInterrupt

    with emulate([DEVICES["hikvision-dome"]], corner_place) as emulation:
        target = emulation.devices[0].address
        events = list(live_events(settings(target, progress=interrupt, channels={"sadp", "http"})))

    assert [type(event) for event in events] == [Reply, ChannelReport, Gap]
    assert events[-1].kind == "interrupted"


def test_reader_who_walks_away_leaves_no_thread():
    with emulate([DEVICES["hikvision-dome"]], corner_place) as emulation:
        before = threading.active_count()
        events = live_events(settings(emulation.devices[0].address, channels={"wsd", "sadp", "dhip"}))
        started = time.monotonic()
        first = next(events)
        during = threading.active_count()
        events.close()
        taken_s = time.monotonic() - started
        after = threading.active_count()

    assert isinstance(first, Reply)
    assert (after, during) == (before, before + 3)
    assert taken_s < 1.0


# --- channels that stand in the test ----------------------------------------------------------------------------------


@pytest.fixture
def stage(monkeypatch):
    """Replaces what channels do by functions of the question; the visits that would be made are noted."""

    class Stage:
        def __init__(self):
            self.visited, self.questions = [], Counter()

        def plays(self, **acts):
            channels = []
            for channel in CHANNELS:
                find, reach = (self._act(acts, channel, kind) for kind in ("find", "reach"))
                channels.append(replace(channel, find=find, reach=reach))
            monkeypatch.setattr(live, "CHANNELS", tuple(channels))

        def _act(self, acts, channel, kind):
            if getattr(channel, kind) is None:
                return None
            act = acts.get(f"{channel.name}_{kind}", lambda _: ())

            def acted(question):
                self.questions.update((channel.name, kind, a) for a in question.addresses or ("the network",))
                yield from act(question)

            return acted

    stage = Stage()

    def converse(conversations, gate, in_flight):
        for address, conversation in conversations:
            stage.visited.append((address, in_flight, next(conversation, None)))
        return iter(())

    monkeypatch.setattr(live, "converse", converse)
    stage.plays()
    return stage


def heard(address, channel="arp", payload=b"x", **rest):
    defaults = {"transport": "udp", "interface": "eth0"}
    return Reply(channel=channel, address=address, payload=payload, **{**defaults, **rest})


def says(*events):
    return lambda _: iter(events)


DONE = ChannelReport(name="arp", status="done")


def test_channels_are_asked_on_the_links_of_the_scope_only(stage):
    other = replace(ETH0, name="eth1", address="10.0.1.2", network=IPv4Network("10.0.1.0/24"))
    list(live_events(settings("10.0.0.8-9", interfaces=(LOOPBACK, ETH0, other))))

    assert stage.questions == Counter(
        [("arp", "find", "10.0.0.8"), ("arp", "find", "10.0.0.9")]
        + [(name, "find", "the network") for name in ("mdns", "wsd", "sadp", "dhip")]
    )


@pytest.mark.parametrize(
    ("channels", "asked"),
    [
        ({"wsd"}, {"wsd"}),
        ({"arp", "http"}, {"arp"}),
        ({"http"}, set()),
        (ALL - {"dhip"}, {"arp", "mdns", "wsd", "sadp"}),
    ],
)
def test_only_the_chosen_channels_are_asked(stage, channels, asked):
    list(live_events(settings("10.0.0.9", interfaces=(ETH0,), channels=channels)))

    assert {name for name, *_ in stage.questions} == asked


def test_who_is_alive_is_visited_and_who_is_not_is_not(stage):
    stage.plays(arp_find=says(heard("10.0.0.9"), heard("10.0.0.11"), DONE))
    list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))

    assert {(address, in_flight) for address, in_flight, _ in stage.visited} == {("10.0.0.9", 64), ("10.0.0.11", 64)}
    assert {type(step) for *_, step in stage.visited} == {Connect}


def test_without_a_sweep_everybody_in_scope_is_visited(stage):
    stage.plays(sadp_find=says(heard("10.0.0.9", "sadp", ANSWER % b"false")))
    list(live_events(settings("10.0.0.8-11", interfaces=(ETH0,), channels=ALL - {"arp"})))

    assert stage.visited[0][:2] == ("10.0.0.9", 64)
    assert {visit[:2] for visit in stage.visited[1:]} == {(f"10.0.0.{n}", 256) for n in (8, 10, 11)}


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


def test_who_was_silent_to_multicast_is_probed_once_by_unicast(stage):
    stage.plays(
        arp_find=says(heard("10.0.0.9"), heard("10.0.0.10"), heard("10.0.0.11"), DONE),
        sadp_find=says(heard("10.0.0.9", "sadp", ANSWER % b"false"), heard("10.0.0.11", "sadp", inquiry())),
        wsd_find=says(heard("10.0.0.11", "wsd", build_probe()), heard("10.0.0.10", "wsd", b"nonsense")),
    )
    list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))
    reached = {key: count for key, count in stage.questions.items() if key[1] == "reach"}

    assert reached == {(name, "reach", f"10.0.0.{n}"): 1 for name in ("wsd", "sadp", "dhip") for n in (10, 11)}


def test_addresses_behind_a_router_are_probed_and_told(stage):
    events = list(live_events(settings("10.0.0.9", "10.5.0.1-2", interfaces=(LOOPBACK, ETH0))))
    reached = {key for key in stage.questions if key[1] == "reach"}
    (gap,) = of_kind(Gap, events)

    assert reached == {(name, "reach", f"10.5.0.{n}") for name in ("wsd", "sadp", "dhip") for n in (1, 2)}
    assert (gap.kind, gap.detail.split()[0], "(10.5.0.1 and others)" in gap.detail) == ("routed", "2", True)


def test_link_without_multicast_is_probed_by_unicast_once_and_said_so(stage):
    stage.plays(sadp_reach=says(heard("10.8.0.9", "arp", interface=None)))
    events = list(live_events(settings("10.8.0.9", interfaces=(TUNNEL,))))

    assert stage.questions == {(name, "reach", "10.8.0.9"): 1 for name in ("wsd", "sadp", "dhip")}
    assert {(r.name, r.status) for r in of_kind(ChannelReport, events)} >= {("arp", "skipped"), ("mdns", "skipped")}
    assert gaps(events) == set()


def test_ipv6_addresses_are_visited_and_not_probed(stage):
    list(live_events(settings("2001:db8::9", interfaces=(ETH0,))))

    assert stage.questions == Counter()
    assert [address for address, *_ in stage.visited] == ["2001:db8::9"]


def test_large_scope_is_probed_batch_by_batch(stage, monkeypatch):
    monkeypatch.setattr(live, "UNICAST_BATCH", 10)
    sizes = []
    stage.plays(wsd_reach=lambda question: sizes.append(len(question.addresses)) or ())
    list(live_events(settings("10.5.0.1-25", interfaces=(ETH0,), channels={"wsd"})))

    assert sizes == [10, 10, 5]
    assert sum(stage.questions.values()) == 25


def test_stop_ends_the_batches(stage, monkeypatch):
    monkeypatch.setattr(live, "UNICAST_BATCH", 10)
    stage.plays(wsd_reach=lambda question: question.gate.stopped.set() or ())
    list(live_events(settings("10.5.0.1-25", interfaces=(ETH0,), channels={"wsd"})))

    assert sum(stage.questions.values()) == 10


def test_jobs_do_not_run_far_ahead_of_their_reader(stage, monkeypatch):
    monkeypatch.setattr(live, "WAITING_EVENTS", 10)
    made = []

    def floods(_):
        for number in range(200):
            made.append(number)
            yield heard("10.0.0.9")

    stage.plays(arp_find=floods)
    events = live_events(settings("10.0.0.9", interfaces=(ETH0,), channels={"arp"}))
    next(events)
    time.sleep(0.1)
    ahead = len(made)
    rest = list(events)

    assert ahead <= 13
    assert (len(of_kind(Reply, rest)), len(made)) == (199, 200)


# --- what is heard of others ------------------------------------------------------------------------------------------


def test_neighbour_outside_of_the_targets_is_told_once_and_not_asked(stage):
    stage.plays(arp_find=says(heard("10.0.0.77"), heard("10.0.0.77"), DONE), sadp_find=says(heard("10.0.0.77", "sadp")))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert [(gap.kind, gap.address) for gap in of_kind(Gap, events)] == [("outside_targets", "10.0.0.77")]
    assert len(of_kind(Reply, events)) == 3
    assert stage.visited == []


def test_device_on_the_wrong_subnet_is_kept_flagged_and_not_asked(stage):
    stage.plays(dhip_find=says(heard("192.168.1.108", "dhip")), arp_find=says(DONE))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert gaps(events) == {("wrong_subnet", "192.168.1.108")}
    assert [reply.address for reply in of_kind(Reply, events)] == ["192.168.1.108"]
    assert stage.visited == []


def test_answer_of_an_excluded_device_is_thrown_away_and_told(stage):
    stage.plays(arp_find=says(DONE), sadp_find=says(heard("10.0.0.9", "sadp", ANSWER % b"true")))
    events = list(live_events(settings("10.0.0.0/24", excluded=["10.0.0.9"], interfaces=(ETH0,))))
    (problem,) = of_kind(Problem, events)

    assert (problem.channel, problem.address, problem.status) == ("sadp", "10.0.0.9", "out_of_scope")
    assert of_kind(Reply, events) == []
    assert stage.visited == []
    assert gaps(events) == set()


def test_host_that_only_tries_an_address_out_is_nobody_yet(stage):
    stage.plays(arp_find=says(heard(""), DONE))
    events = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert len(of_kind(Reply, events)) == 1
    assert (gaps(events), stage.visited) == (set(), [])


def test_locked_device_is_told_and_not_visited(stage):
    stage.plays(
        arp_find=says(heard("10.0.0.9"), heard("10.0.0.10"), DONE),
        sadp_find=says(heard("10.0.0.9", "sadp", ANSWER % b"true")),
    )
    events = list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,))))

    assert ("locked", "10.0.0.9") in gaps(events)
    assert [address for address, *_ in stage.visited] == ["10.0.0.10"]


# --- the kernel's table -----------------------------------------------------------------------------------------------


def test_kernel_table_serves_where_there_was_no_sweep(stage, monkeypatch):
    lines = [
        heard("10.0.0.9", "arp", b"line", transport="table"),
        heard("10.0.0.99", "arp", b"line", transport="table"),
    ]
    lines += [heard("10.0.0.10", "arp", b"line", transport="table", interface="docker0")]
    monkeypatch.setattr(live.arp, "read_table", lambda: iter(lines))
    stage.plays(arp_find=says(ChannelReport(name="arp", status="partial")))
    events = list(live_events(settings("10.0.0.8-11", interfaces=(ETH0,))))

    assert [reply.address for reply in of_kind(Reply, events)] == ["10.0.0.9"]


def test_kernel_table_is_not_read_where_the_sweep_was_done_or_nobody_wants_it(stage, monkeypatch):
    monkeypatch.setattr(live.arp, "read_table", lambda: iter([heard("10.0.0.9", "arp", b"line", transport="table")]))
    stage.plays(arp_find=says(DONE))
    swept = list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))
    unwanted = list(live_events(settings("10.0.0.9", interfaces=(ETH0,), channels={"tcp"})))

    assert of_kind(Reply, swept) == of_kind(Reply, unwanted) == []


def test_kernel_table_is_read_before_it_forgets(stage, monkeypatch):
    reads = []
    monkeypatch.setattr(live.arp, "read_table", lambda: reads.append(len(stage.visited)) or iter(()))
    stage.plays(arp_find=says(ChannelReport(name="arp", status="partial")))
    list(live_events(settings("10.0.0.0/22", interfaces=(replace(ETH0, network=IPv4Network("10.0.0.0/22")),))))

    assert all(later - earlier <= 256 for earlier, later in zip([0, *reads], reads, strict=False))
    assert reads[-1] == len(stage.visited) == 1021


# --- when something breaks --------------------------------------------------------------------------------------------


def test_error_in_a_channel_is_not_swallowed_and_stops_the_others(stage):
    before = threading.active_count()
    stopped = []

    def fails(_):
        raise RuntimeError("a bug")
        yield

    def waits(question):
        stopped.append(question.gate.stopped.wait(10))
        yield DONE

    stage.plays(sadp_find=fails, wsd_find=waits, arp_find=waits)
    with pytest.raises(RuntimeError, match="a bug"):
        list(live_events(settings("10.0.0.9", interfaces=(ETH0,))))

    assert stopped == [True, True]
    assert threading.active_count() == before


def test_progress_is_told_to_its_end(stage):
    told = []
    stage.plays(arp_find=says(heard("10.0.0.9"), heard("10.0.0.10"), DONE))
    list(live_events(settings("10.0.0.0/24", interfaces=(ETH0,), progress=lambda *step: told.append(step))))
    asking = [step for step in told if step[0] == "asking"]

    assert told[0] == ("finding", 0, 2 * 253)  # ARP asks everybody but us, the silent twice
    assert asking[:3] == [("asking", 0, 2), ("asking", 1, 2), ("asking", 2, 2)]


def test_stopped_run_asks_nobody_any_more(stage):
    run = settings("10.0.0.9", interfaces=(ETH0,))
    stage.plays(arp_find=lambda question: question.gate.stopped.set() or [heard("10.0.0.9"), DONE])
    events = list(live_events(run))
    (tcp,) = [report for report in of_kind(ChannelReport, events) if report.name == "tcp"]

    assert (tcp.status, events[-1].kind) == ("partial", "interrupted")
