"""From what the user asked for to the inventory: a scan, and the same again from its recording."""

import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from support import packets
from support.captures import conversation
from support.channel_lists import remote_devices
from support.loopback import CORNER, corner_place
from support.recorded import devices, recorded

from netaudit import runs
from netaudit.demo import emulate
from netaudit.identify import fingerprints
from netaudit.identify.fingerprints import load_library
from netaudit.inventory import document, encode
from netaudit.model import Gap, Reply
from netaudit.profiles import PROFILES
from netaudit.runs import ACTIVE, Request, prepare, replay, scan

LIBRARY = load_library()
TARGET = f"{CORNER}.200"
SADP = b'<?xml version="1.0"?><ProbeMatch><DeviceSN>DS-2CD2043G0-I20190115AAWRC12345678</DeviceSN></ProbeMatch>'


def gaps(inventory):
    return [gap.kind for gap in inventory.coverage.gaps]


def capture(path, frames, **options):
    path.write_bytes(packets.pcap_file(frames, **options))
    return path


# Prepare


def test_request_becomes_a_scan_without_a_packet():
    prepared = prepare(Request(targets=(TARGET,), excluded=("10.0.0.1",), site="north", profile="standard"))
    run = prepared.run

    assert list(prepared.live.scope.addresses()) == [TARGET]
    assert prepared.live.gate.connections == 0
    assert (run.feed, run.site, run.profile, run.targets, run.excluded, run.addresses_in_scope) == (
        "live", "north", "standard", (TARGET,), ("10.0.0.1",), 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"targets": ()}, "no target given"),
        ({"targets": ("10.0.0.0/8",)}, "say --yes"),
        ({"targets": ("8.8.8.8",)}, "say --yes"),
        ({"channels": frozenset({"gopher"})}, "gopher cannot be asked"),
        ({"channels": frozenset({"dhcp"})}, "dhcp cannot be asked"),
        ({"channels": frozenset()}, "none cannot be asked"),
        ({"profile": "rude"}, "none of passive, gentle, standard"),
        ({"rate_pps": 0.0}, "give 1 or more"),
        ({"rate_pps": float("nan")}, "give 1 or more"),
        ({"interfaces": ("nosuch0",)}, "does not exist here"),
        ({"listen_s": -1.0}, "give more than 0"),
        ({"listen_s": float("nan")}, "give more than 0"),
        ({"listen_s": 0.0, "profile": "passive"}, "give more than 0"),
    ],
)
def test_request_that_cannot_be_meant_is_refused_with_a_cure(change, reason):
    with pytest.raises(ValueError, match=reason):
        prepare(replace(Request(targets=(TARGET,)), **change))


def test_large_scope_is_taken_when_confirmed():
    assert len(prepare(Request(targets=("10.0.0.0/8",), confirmed=True)).live.scope) == 2**24 - 2


@pytest.mark.parametrize(
    ("rate", "profile", "pps"), [(None, "gentle", 200.0), (None, "standard", 1000.0), (5, "standard", 5)]
)
def test_rate_is_the_profiles_unless_given(monkeypatch, rate, profile, pps):
    rates = []
    real = runs.Gate
    monkeypatch.setattr(
        runs, "Gate", lambda *a, rate_pps, **rest: rates.append(rate_pps) or real(*a, rate_pps=rate_pps, **rest)
    )
    prepare(Request(targets=(TARGET,), rate_pps=rate, profile=profile))

    assert rates == [pps]
    assert PROFILES[profile].rate_pps >= pps


def test_a_passive_scan_has_no_channels_and_a_gate_that_admits_nobody():
    prepared = prepare(Request(targets=(TARGET,), profile="passive"))

    assert prepared.live.channels == frozenset()
    assert prepared.live.listen_s == 300
    for address in (TARGET, "224.0.0.251", "255.255.255.255"):
        with pytest.raises(PermissionError):
            prepared.live.gate.admit(address)


@pytest.mark.parametrize(
    ("given", "profile", "seconds"), [(None, "gentle", 5), (0.0, "gentle", 0), (9.0, "passive", 9)]
)
def test_others_are_heard_as_long_as_the_profile_says_unless_given(given, profile, seconds):
    assert prepare(Request(targets=(TARGET,), profile=profile, listen_s=given)).live.listen_s == seconds


def test_a_passive_scan_says_that_silence_proves_nothing():
    inventory = scan(prepare(Request(targets=(TARGET,), profile="passive", listen_s=0.1)), LIBRARY)

    assert "passive" in gaps(inventory)


def test_every_channel_that_sends_can_be_asked():
    assert {"arp", "mdns", "wsd", "sadp", "dhip", "http", "rtsp", "tls", "tcp"} <= set(ACTIVE)


# Scan and replay


def test_recorded_scan_and_its_replay_give_the_same_bytes():
    made = recorded()

    assert encode(document(replay([made.bundle], LIBRARY))) == made.inventory.read_bytes()


@pytest.mark.parametrize("recorded_too", [True, False])
def test_stopped_scan_keeps_what_it_learnt_and_says_so(tmp_path, recorded_too):
    stopped = threading.Event()
    bundle = tmp_path / "b" if recorded_too else None

    def stop_when_asking(standing):
        if standing.stage == "asking":
            stopped.set()

    with emulate(devices("hikvision-dome"), corner_place) as emulation:
        request = Request(targets=(emulation["hikvision-dome"].address,), profile="standard")
        found = scan(prepare(request, progress=stop_when_asking, stopped=stopped), LIBRARY, record=bundle)

    assert "interrupted" in gaps(found)
    assert [asset.identity.family for asset in found.assets] == ["hikvision"]
    assert not any(o.channel == "http" for asset in found.assets for o in asset.device.observations)
    assert bundle is None or encode(document(replay([bundle], LIBRARY))) == encode(document(found))


def test_bundle_that_cannot_be_written_ends_the_scan_before_its_first_packet(tmp_path):
    prepared = prepare(Request(targets=(TARGET,)))
    with pytest.raises(OSError, match="No such file"):
        scan(prepared, LIBRARY, record=tmp_path / "no" / "folder")

    assert prepared.live.gate.connections == 0


# What is done while answers are waited for


def told_scan(monkeypatch, load):
    """What happens in a scan, in order: questions and answers, and the loading of fingerprints by `load`."""
    told = []

    def events(live):
        try:
            yield Gap(kind="routed", detail="known before")
            told.append("asked")
            yield Reply(channel="sadp", transport="udp", address=TARGET, payload=SADP, heard_at=1.0)
            yield Gap(kind="routed", detail="told later")
            told.append("over")
        finally:
            told.append("closed")

    monkeypatch.setattr(runs, "live_events", events)
    monkeypatch.setattr(fingerprints, "load_library", lambda: told.append("loaded") or load())
    return told


def test_fingerprints_are_loaded_while_answers_are_waited_for(monkeypatch):
    told = told_scan(monkeypatch, lambda: LIBRARY)
    found = scan(prepare(Request(targets=(TARGET,))))

    assert told == ["asked", "loaded", "over", "closed"]
    assert [asset.identity.family for asset in found.assets] == ["hikvision"]
    assert {gap.detail for gap in found.coverage.gaps} >= {"known before", "told later"}


def test_fingerprints_that_cannot_be_loaded_end_the_asking(monkeypatch):
    def broken():
        raise ValueError("names.toml: broken")

    told = told_scan(monkeypatch, broken)
    with pytest.raises(ValueError, match="broken"):
        scan(prepare(Request(targets=(TARGET,))))

    assert told == ["asked", "loaded", "closed"]


LATER = ("netaudit.identify", "netaudit.inventory", "tomllib", "msgspec")
LATER += (
    "netaudit.records.bundle",
    "netaudit.records.replies",
    "netaudit.wire.secure",
    "netaudit.discovery.login.means",
)
LATER += tuple(f"netaudit.discovery.{phase}" for phase in ("ask", "latecomers", "again", "login.phase", "harm"))


def test_what_only_answers_need_is_not_loaded_before_the_first_question():
    words = "import sys, netaudit.cli.scan, netaudit.cli.progress, netaudit.runs; netaudit.cli.scan.check_outputs(())\n"
    words += "netaudit.cli.progress.Progress(quiet=True)\n"
    words += f"print([m for m in sys.modules if m.startswith({LATER})])\n"
    words += "netaudit.runs.import_later()\n"
    words += f"print([m for m in {LATER[-5:]} if m not in sys.modules])"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout == "[]\n[]\n"


# Captures


def test_capture_is_a_run_with_the_times_of_its_replies(tmp_path):
    frames = [
        packets.udp_frame(37020, 37020, SADP),
        packets.udp_frame(9, 9, b"x"),
        packets.udp_frame(37020, 37020, SADP),
    ]
    found = replay([capture(tmp_path / "a.pcap", frames)], LIBRARY)

    assert (found.run.feed, found.run.targets) == ("capture", ("a.pcap",))
    assert (found.run.started_at, found.run.finished_at) == (1_700_000_000.5, 1_700_000_002.5)
    assert [asset.device.addresses for asset in found.assets] == [(packets.CAMERA,)]
    assert gaps(found) == ["passive"]


def test_captures_of_one_network_are_read_together(tmp_path):
    first = capture(tmp_path / "a", [packets.udp_frame(37020, 37020, SADP)])
    second = capture(tmp_path / "b", [packets.ethernet(0x0806, packets.arp(sender_mac="44:19:b6:00:00:01"))])
    (asset,) = replay([first, second], LIBRARY).assets

    assert (asset.device.addresses, asset.device.macs) == ((packets.CAMERA,), ("44:19:b6:00:00:01",))


def test_same_capture_is_the_same_run_and_another_is_another(tmp_path):
    one, same, other = (
        capture(tmp_path / name, [packets.udp_frame(37020, 37020, SADP)] * count)
        for name, count in (("a", 1), ("b", 1), ("c", 2))
    )
    ids = [replay([path], LIBRARY).run.id for path in (one, same, other)]

    assert ids[0] == ids[1] != ids[2]


def test_capture_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path):
    path = capture(tmp_path / "a", [packets.udp_frame(37020, 37020, SADP)] * 2)
    path.write_bytes(path.read_bytes()[:-1])
    found = replay([path], LIBRARY)

    assert "truncated_input" in gaps(found)
    assert len(found.assets) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"hello, world", "neither a capture"), (b"\x1f\x8b", "neither a capture")],
)
def test_foreign_file_is_refused_with_its_name(tmp_path, content, reason):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=reason) as caught:
        replay([path], LIBRARY)

    assert str(path) in str(caught.value)


def test_bundle_is_replayed_by_itself():
    with pytest.raises(ValueError, match="by itself"):
        replay([recorded().bundle] * 2, LIBRARY)


def test_kind_that_is_said_overrides_the_look():
    with pytest.raises(ValueError, match="not a packet capture"):
        replay([recorded().bundle], LIBRARY, kind="capture")


# Recorders


def test_list_that_an_operators_tool_fetched_tells_of_the_cameras_behind_the_recorder(tmp_path):
    slots = [{"Address": f"10.1.1.{n}", "DeviceType": "IPC-HDW1025C", "ProtocolType": "Dahua2"} for n in range(1, 5)]
    body = remote_devices(*slots).encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    asked = b"GET /cgi-bin/configManager.cgi?action=getConfig&name=RemoteDevice HTTP/1.1\r\n\r\n"
    path = capture(tmp_path / "a.pcap", conversation(asked, answer, size=1400))
    inventory = replay([path], LIBRARY)
    recorders = [a for a in inventory.assets if a.device.children]
    cameras = [a for a in inventory.assets if a.device.behind]

    assert [a.device.children for a in recorders] == [("channel 1", "channel 2", "channel 3", "channel 4")]
    assert [(a.identity.model, a.ports) for a in cameras] == [("IPC-HDW1025C", ())] * 4
    assert {a.device.behind for a in cameras} == {a.device.id for a in recorders}
