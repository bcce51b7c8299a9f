"""Events in, inventory out: the same for any order, and nothing that went wrong is lost."""

import json
import random
from dataclasses import replace
from functools import partial

import pytest
from support.channel_lists import SECRET, input_proxy, remote_devices
from support.observations import MAC, SERIAL

from netaudit.assemble import LONGEST_REMEMBERED, MOST_REMEMBERED, MOST_VALUES, Heard, assemble, identify_device
from netaudit.identify.fingerprints import load_library
from netaudit.inventory import document, encode
from netaudit.model import ChannelReport, Gap, Problem, Reply, Run

RUN = Run(id="r", feed="live", started_at=0, finished_at=1, addresses_in_scope=254)
SADP = f'<?xml version="1.0"?><ProbeMatch><DeviceSN>{SERIAL}</DeviceSN><MAC>{MAC}</MAC></ProbeMatch>'.encode()


@pytest.fixture(scope="module")
def library():
    return load_library(())


def udp(address, payload=SADP, channel="sadp", **rest):
    return Reply(channel=channel, transport="udp", address=address, port=37020, payload=payload, **rest)


def arp(address, mac):
    packet = bytes.fromhex("0001080006040002" + mac.replace(":", "")) + bytes(18)
    return Reply(channel="arp", transport="link", address=address, payload=packet, mac=mac)


def inventory(library, *events):
    return assemble(events, lambda: RUN, library)


def test_any_order_of_events_gives_the_same_bytes(library):
    events = [
        udp("10.0.0.5", heard_at=3.0), udp("10.0.0.5", heard_at=2.0), udp("10.0.0.6", b"<x", heard_at=1.0),
        arp("10.0.0.5", MAC), arp("10.0.0.9", MAC), arp("10.0.0.9", "44:19:b6:00:00:09"),
        Problem(stage="ask", channel="http", address="10.0.0.5", status="timeout"),
        Gap(kind="routed", detail="x"), Gap(kind="passive", detail="y"),
        ChannelReport(name="arp", status="done", sent=3, reason="a"), ChannelReport(name="arp", status="partial"),
    ]  # fmt: skip
    expected = encode(document(inventory(library, *events)))
    for seed in range(10):
        random.Random(seed).shuffle(events)

        assert encode(document(inventory(library, *events))) == expected


def test_fact_told_twice_stands_once_with_the_first_time_and_reply(library):
    (asset,) = inventory(library, udp("10.0.0.5", heard_at=3.0), udp("10.0.0.5", heard_at=2.0)).assets
    times = {o.seen_at for o in asset.device.observations}

    assert times == {2.0}


def test_nonsense_is_a_problem_and_ends_nothing(library):
    found = inventory(library, udp("10.0.0.6", b"\x00"), udp("10.0.0.5"))

    assert [a.device.addresses for a in found.assets] == [("10.0.0.5",)]
    assert [(p.stage, p.channel, p.address, p.status) for p in found.problems] == [
        ("read", "sadp", "10.0.0.6", "malformed")
    ]
    assert found.problems[0].detail.startswith("port 37020: ")


def test_reply_without_channel_is_routed_and_counted(library):
    found = inventory(library, replace(udp("10.0.0.5"), channel=""))

    assert [(c.name, c.received) for c in found.coverage.channels] == [("sadp", 1)]
    assert {o.channel for o in found.assets[0].device.observations} == {"sadp"}


def test_reply_that_no_channel_reads_is_left_aside(library):
    found = inventory(library, Reply(transport="udp", address="10.0.0.5", port=9, payload=b"x"))

    assert (found.assets, found.problems, found.coverage.channels) == ((), (), ())


def test_reply_that_comes_again_is_counted_and_not_read_again(monkeypatch):
    heard, read = Heard(), []
    monkeypatch.setattr(Heard, "_read", lambda _self, reply, _channel: read.append(reply.heard_at))
    for heard_at in (5.0, 6.0, 5.0, 4.0, 7.0):
        heard.take(udp("10.0.0.5", heard_at=heard_at))

    assert read == [5.0, 4.0]
    assert heard.told.received == {"sadp": 3}


@pytest.mark.parametrize("other", [{"mac": MAC}, {"port": 1}, {"facts": (("a", "b"),)}, {"payload": SADP + b" "}])
def test_reply_that_differs_in_anything_is_read(monkeypatch, other):
    heard, read = Heard(), []
    monkeypatch.setattr(Heard, "_read", lambda _self, reply, _channel: read.append(reply))
    first = udp("10.0.0.5", heard_at=1.0)
    for reply in (first, replace(first, heard_at=2.0, **other)):
        heard.take(reply)

    assert len(read) == 2


def test_replies_that_are_remembered_are_few_and_short():
    heard = Heard()
    for number in range(MOST_REMEMBERED + 50):
        heard.take(Reply(channel="sadp", transport="udp", address="10.0.0.5", port=9, payload=b"%d" % number))
    heard.take(udp("10.0.0.6", bytes(LONGEST_REMEMBERED + 1)))

    assert len(heard.remembered) == MOST_REMEMBERED
    assert not any(said[2] == "10.0.0.6" for said in heard.remembered)


def test_reader_that_yields_before_it_fails_keeps_what_it_yielded():
    heard = Heard()
    heard.take(udp("10.0.0.5", SADP))
    before = len(heard.observations)
    heard.take(udp("10.0.0.5", b"no xml"))

    assert len(heard.observations) == before
    assert len(heard.problems) == 1


@pytest.mark.parametrize("seed", range(5))
def test_field_that_is_filled_without_end_keeps_its_earliest_values_in_any_order(library, seed):
    challenge = 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="x", nonce="{}"\r\n\r\n'
    page = partial(Reply, channel="http", transport="tcp", port=80)
    nonces = [
        page(address="10.0.0.5", payload=challenge.format(n).encode(), heard_at=n) for n in range(5 * MOST_VALUES)
    ]
    again = [replace(reply, heard_at=reply.heard_at + 9.0) for reply in nonces[:MOST_VALUES]]
    other = page(address="10.0.0.6", payload=challenge.format(0).encode(), heard_at=9999.0)
    events = [*nonces, *again, other]
    random.Random(seed).shuffle(events)
    found = inventory(library, *events)
    told = {
        a.device.addresses: [o for o in a.device.observations if o.field == "http.www_authenticate"]
        for a in found.assets
    }

    assert sorted(o.seen_at for o in told["10.0.0.5",]) == list(range(MOST_VALUES))
    assert len(told["10.0.0.6",]) == 1
    assert [(p.address, p.status, p.detail) for p in found.problems] == [
        ("10.0.0.5", "too_large", f"more than {MOST_VALUES} values of http.www_authenticate: the earliest were kept")
    ]


def test_proxy_makes_a_gap_and_no_devices(library):
    found = inventory(library, *(arp(f"10.0.0.{n}", MAC) for n in range(10, 19)))

    assert found.assets == ()
    assert [g.kind for g in found.coverage.gaps] == ["shared_mac"]
    assert found.coverage.gaps[0].detail.startswith(f"{MAC} answers ARP for 9 addresses (10.0.0.10 and others): ")


def test_virtual_router_is_told_by_its_one_address(library):
    (gap,) = inventory(library, arp("10.0.0.1", "00:00:5e:00:01:0a")).coverage.gaps

    assert gap.detail.startswith("00:00:5e:00:01:0a answers ARP for 10.0.0.1: ")


def test_two_macs_for_one_address_are_two_devices_and_a_gap(library):
    found = inventory(library, arp("10.0.0.5", MAC), arp("10.0.0.5", "44:19:b6:00:00:02"))
    conflicts = [(g.address, g.detail) for g in found.coverage.gaps if g.kind == "address_conflict"]

    assert len(found.assets) == 2
    assert conflicts == [("10.0.0.5", f"2 devices claim this address: {MAC}, 44:19:b6:00:00:02")]


def fetched(address, path, body):
    """What an operator's own tool fetched from a recorder, as a capture shows it."""
    payload = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    request = f"GET {path} HTTP/1.1\r\nAuthorization: Digest username={SECRET}\r\n\r\n".encode()
    return Reply(transport="tcp", address=address, port=80, payload=payload, request=request)


def test_cameras_behind_a_recorder_of_hikvision_are_assets(library):
    cameras = [
        {"proxyProtocol": "HIKVISION", "ipAddress": "10.0.0.5", "model": "DS-2CD2043G0-I", "serialNumber": SERIAL},
        {"proxyProtocol": "HIKVISION", "ipAddress": "192.168.254.3", "model": "DS-2CD2386G2-IU"},
        {"proxyProtocol": "ONVIF", "ipAddress": "192.168.254.4"},
        None,
    ]
    lists = fetched("10.0.0.13", "/ISAPI/ContentMgmt/InputProxy/channels", input_proxy(*cameras))
    found = inventory(library, lists, udp("10.0.0.5"))
    told = {a["addresses"][0]: a for a in json.loads(encode(document(found)))["assets"]}

    box = told["10.0.0.13"]
    assert (box["kind"], box["children"]) == ("recorder", {"declared": 4, "inspected": 3})
    assert {address: a["behind"] == box["id"] for address, a in told.items()} == {
        "10.0.0.5": True, "10.0.0.13": False, "192.168.254.3": True, "192.168.254.4": True,
    }  # fmt: skip
    assert (told["10.0.0.5"]["macs"], told["10.0.0.5"]["verdict"]) == ([MAC], "confirmed")
    assert (told["192.168.254.3"]["family"], told["192.168.254.3"]["model"]) == ("hikvision", "DS-2CD2386G2-IU")
    assert (told["192.168.254.4"]["family"], told["192.168.254.4"]["kind"]) == ("unknown", "camera")
    assert [(g.kind, g.detail) for g in found.coverage.gaps] == [
        ("recorder_children", "4 channels declared, 3 inspected"),
    ]  # fmt: skip
    assert found.coverage.addresses_answering == 2
    assert SECRET.encode() not in encode(document(found))


def test_cameras_behind_a_recorder_of_dahua_are_assets_and_those_of_others_are_not_called_dahuas(library):
    slots = [
        {"Enable": "true", "Address": "10.1.1.5", "ProtocolType": "Dahua2", "DeviceType": "IPC-HDW1025C"},
        {"Enable": "true", "Address": "10.1.1.6", "ProtocolType": "Onvif", "DeviceType": "P3245", "SerialNo": "ACCC8E1234AB"},
        {"Enable": "false", "Address": "192.168.0.0"},
    ]  # fmt: skip
    path = "/cgi-bin/configManager.cgi?action=getConfig&name=RemoteDevice"
    found = inventory(library, fetched("10.0.0.13", path, remote_devices(*slots)))
    told = {a.device.addresses[0]: (a.identity.family, a.identity.kind) for a in found.assets}

    assert told == {
        "10.0.0.13": ("dahua", "recorder"), "10.1.1.5": ("dahua", "camera"), "10.1.1.6": ("unknown", "camera"),
    }  # fmt: skip
    assert SECRET.encode() not in encode(document(found))


def test_channels_that_say_the_same_are_all_kept(library):
    lists = fetched("10.0.0.13", "/x", input_proxy({"model": "DS-2CD2043G0-I"}, {"model": "DS-2CD2043G0-I"}))
    found = inventory(library, lists)

    assert sorted(len(a.device.children) for a in found.assets) == [0, 0, 2]


def test_address_that_a_recorder_gives_a_camera_is_not_contested(library):
    lists = fetched("10.0.0.13", "/x", input_proxy({"ipAddress": "10.0.0.5", "serialNumber": "6J0A4D2PAG7E91B"}))
    found = inventory(library, lists, udp("10.0.0.5"))

    assert len(found.assets) == 3
    assert not [g for g in found.coverage.gaps if g.kind == "address_conflict"]


def test_run_is_asked_for_when_the_events_are_over(library):
    seen = []

    def events():
        yield udp("10.0.0.5")
        seen.append("events")

    def ended():
        seen.append("run")
        return RUN

    assert assemble(events(), ended, library).run is RUN
    assert seen == ["events", "run"]


def test_fingerprints_are_named_by_count_and_digest(library):
    found = inventory(library)

    assert (found.fingerprints_count, found.fingerprints_sha256) == (library.count, library.sha256)
    assert found.fingerprints_newest >= "2026-01"


def test_neighbours_that_say_one_thing_are_worked_out_once_each_and_before_the_run_is_over(library, monkeypatch):
    worked_out, before = [], []

    def work_out(device, of):
        worked_out.append(device.addresses)
        return identify_device(device, of)

    def ended():
        before.append(len(worked_out))
        return RUN

    monkeypatch.setattr("netaudit.assemble.identify_device", work_out)
    neighbours = [
        arp(f"10.0.{n // 250}.{n % 250 + 1}", f"3c:ef:8c:00:{n // 250:02x}:{n % 250:02x}") for n in range(600)
    ]
    found = assemble([*neighbours, *neighbours, udp("10.1.0.1")], ended, library)

    assert (len(found.assets), before, len(worked_out)) == (601, [600], 601)


def test_what_was_worked_out_too_early_is_not_kept(library):
    early, late = (replace(arp("10.0.0.5", MAC), heard_at=at) for at in (100.0, 200.0))
    other = arp("10.0.0.6", "44:19:b6:00:00:09")
    for events in ([late, early], [other, udp("10.0.0.5")], [other, arp("10.0.0.6", "3c:ef:8c:00:00:01")]):
        there, back = (inventory(library, *turned) for turned in (events, events[::-1]))

        assert encode(document(there)) == encode(document(back))
    (asset,) = inventory(library, late, early).assets

    assert [o.seen_at for o in asset.device.observations] == [100.0]


def test_values_are_tried_while_others_are_waited_for(library, monkeypatch):
    tried = []
    monkeypatch.setattr("netaudit.assemble.prepare", lambda _library, field, value: tried.append((field, value)))

    def events():
        yield udp("10.0.0.5")
        assert ("mac.address", MAC) in tried
        yield udp("10.0.0.5", heard_at=9.0)

    assert len(assemble(events(), lambda: RUN, library).assets) == 1
