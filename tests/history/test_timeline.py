"""The timeline: an estate over twelve months, every change told once and rightly; and the hard cases one by one."""

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
from support.estate import DROPPED, DROPPED_MONTH, MONTHS, covered, play
from support.inventories import RUN, SMALL, START, asset

from netaudit.history import History, follow
from netaudit.history.shape import Fact
from netaudit.history.snapshots import Reading, given
from netaudit.history.timeline import reckon
from netaudit.inventory import document
from netaudit.model import ChannelTotal, Coverage

DAY = 86_400
MACS = tuple(f"44:19:b6:00:00:{n:02x}" for n in range(9))
SERIALS = ("6J0A4D2PAG7E91B", "6J0A4D2PAG7E92C")
DONE = tuple(ChannelTotal(name=n, status="done", reason=None, sent=9, received=9) for n in ("arp", "http"))
NEIGHBOUR = asset("neighbour", "10.0.0.200", macs=("00:80:77:00:00:09",), ports=[("tcp", 80, "http")])


@cache
def played():
    estate, documents = play()
    return estate, documents, reckon(*given(documents))


def test_every_change_of_the_estate_is_told_once_and_rightly():
    estate, documents, timeline = played()
    months = {document.run.id: place // 2 for place, document in enumerate(documents)}
    told = Counter((months[change.run], change.kind, change.device) for change in timeline.changes)

    assert set(told) == estate.truth
    assert set(told.values()) == {1}
    assert {kind for _, kind, _ in told} == {"appeared", "gone", "moved", "changed", "returned"}


def test_nothing_in_the_vlan_that_dropped_out_is_told_as_gone():
    estate, documents, timeline = played()
    vlan = [change for change in timeline.changes if change.address.startswith(f"{DROPPED}.") and change.kind == "gone"]
    dropped = [change for change in vlan if change.run == f"north-{DROPPED_MONTH:02d}"]
    first_month_again = {box.first_id for box in estate.boxes if box.vlan == DROPPED and box.until == MONTHS}

    assert not covered(DROPPED, DROPPED_MONTH)
    assert len(documents[2 * DROPPED_MONTH].assets) <= 200
    assert dropped == []
    assert vlan
    assert not {change.device for change in vlan} & {
        b.first_id for b in estate.boxes if b.until == MONTHS and not b.away
    }
    assert first_month_again


def test_every_device_of_the_estate_keeps_its_id():
    estate, _, timeline = played()

    assert {device.id for device in timeline.devices} == {box.first_id for box in estate.boxes}
    assert {d.id: d.first_seen for d in timeline.devices}.keys() == {d.id for d in timeline.devices}


def test_order_in_which_runs_arrive_does_not_matter():
    _, documents, timeline = played()

    assert reckon(*given(documents[::-1])) == timeline


def test_stored_runs_give_the_same_timeline(place):
    _, documents, _ = played()
    with History(place) as history:
        for document_ in documents[:6]:
            history.add(document_)

        assert follow(history) == reckon(*given(documents[:6]))


def box(name, address, macs=(), serial=None, **identity):
    known = {"family": "dahua", "verdict": "confirmed", "kind": "camera", **identity}
    return asset(name, address, macs=macs, serial=serial, ports=[("tcp", 80, "http")], **known)


def run(day, *assets, channels=DONE, gaps=(), **about):
    about = {"id": f"run-{day}", "started_at": START + day * DAY, **about}
    coverage = Coverage(addresses_in_scope=254, addresses_answering=len(assets), channels=channels, gaps=gaps)
    return document(
        replace(SMALL, run=replace(RUN, **about), coverage=coverage, assets=(NEIGHBOUR, *assets), problems=())
    )


def told(*runs, facts=(), misses=2):
    timeline = reckon(*given(runs), facts, misses=misses)
    return [(c.kind, c.device, c.key or c.because) for c in timeline.changes]


def devices(*runs, facts=()):
    return sorted(d.id for d in reckon(*given(runs), facts).devices if d.id != "neighbour")


def test_dhcp_move_is_told_with_its_proof():
    runs = run(1, box("a", "10.0.0.5", MACS[:1])), run(2, box("b", "10.0.0.6", MACS[:1]))

    assert told(*runs) == [("moved", "a", f"mac:{MACS[0]}")]


def test_new_network_card_is_the_same_device_by_its_serial_number():
    runs = run(1, box("a", "10.0.0.5", MACS[:1], SERIALS[0])), run(2, box("b", "10.0.0.6", MACS[1:2], SERIALS[0]))

    assert [(kind, device) for kind, device, _ in told(*runs)] == [("moved", "a"), ("changed", "a")]


def test_new_uuid_is_the_same_device_by_its_hardware_address():
    runs = run(1, box("uuid-1", "10.0.0.5", MACS[:1])), run(2, box("uuid-2", "10.0.0.5", MACS[:1], firmware="2"))

    assert told(*runs) == [("changed", "uuid-1", f"mac:{MACS[0]}")]
    assert devices(*runs) == ["uuid-1"]


@pytest.mark.parametrize("mac", ["00:00:00:00:00:00", "02:42:ac:11:00:02"])
def test_worthless_hardware_address_joins_nobody(mac):
    runs = run(1, box("a", "10.0.0.5", (mac,), family="dahua")), run(2, box("b", "10.0.0.6", (mac,), family="axis"))

    assert devices(*runs) == ["a", "b"]


def test_serial_number_that_two_hold_joins_nobody():
    first = run(1, box("a", "10.0.0.5", MACS[:1], SERIALS[0]))
    second = run(2, box("b", "10.0.0.6", MACS[1:2], SERIALS[0]), box("c", "10.0.0.7", MACS[2:3], SERIALS[0]))

    assert devices(first, second) == ["a", "b", "c"]


def test_gone_needs_as_many_covered_runs_as_asked_for():
    camera = box("a", "10.0.0.5", MACS[:1])
    blind = run(3, gaps=(), targets=("10.0.9.0/24",))

    assert told(run(1, camera), run(2), blind) == []
    assert [k for k, *_ in told(run(1, camera), run(2), blind, run(4))] == ["gone"]
    assert [k for k, *_ in told(run(1, camera), run(2), misses=1)] == ["gone"]
    assert [k for k, *_ in told(run(1, camera), run(2), run(3), run(4), run(5, camera))] == ["gone", "returned"]
    assert told(run(1, camera), run(2), run(3, camera), run(4), run(5, camera)) == []


def test_device_of_another_site_is_not_missed_and_moves_by_its_key_only():
    at_a = run(1, box("a", "10.0.0.5", MACS[:1]), box("k", "10.0.0.9"), site="a")
    at_b = run(2, box("b", "10.0.0.5", MACS[:1]), box("m", "10.0.0.9"), site="b")

    assert devices(at_a, at_b) == ["a", "k", "m"]
    assert told(at_a, at_b)[0] == ("moved", "a", f"mac:{MACS[0]}")


def test_address_joins_where_nothing_speaks_against_it():
    assert devices(run(1, box("a", "10.0.0.5", MACS[:1])), run(2, box("b", "10.0.0.5"))) == ["a"]
    assert devices(run(1, box("a", "10.0.0.5", MACS[:1])), run(2, box("b", "10.0.0.5", MACS[1:2]))) == ["a", "b"]
    assert devices(run(1, box("a", "10.0.0.5")), run(2, box("b", "10.0.0.5", family="axis"))) == ["a", "b"]


def test_two_that_turn_out_to_be_one_are_joined_and_it_is_explained():
    first = run(1, box("a", "10.0.0.5", (), SERIALS[0]))
    second = run(2, box("b", "10.0.0.6", MACS[:1]))
    third = run(3, box("c", "10.0.0.6", MACS[:1], SERIALS[0]))
    timeline = reckon(*given((first, second, third)))
    joined = next(change for change in timeline.changes if change.kind == "joined")

    assert devices(first, second, third) == ["a"]
    assert joined.because.startswith("b is a: one device has the")
    assert next(d for d in timeline.devices if d.id == "a").aliases == ("a", "b", "c")


def test_two_that_were_there_together_are_not_joined_but_told():
    first = run(1, box("a", "10.0.0.5", (), SERIALS[0]), box("b", "10.0.0.6", MACS[:1]))
    second = run(2, box("c", "10.0.0.5", MACS[:1], SERIALS[0]))

    assert devices(first, second) == ["a", "b"]
    assert ("conflicting", "a", f"mac:{MACS[0]}") in told(first, second)


def said(number, kind, subject, target):
    return Fact(id=f"f{number}", at=f"2026-05-{number:02d}T00:00:00Z", kind=kind, subject=subject, object=target)


def test_operator_merges_and_undoes_it():
    runs = run(1, box("a", "10.0.0.5", MACS[:1])), run(2, box("b", "10.0.0.6", MACS[1:2]))
    merge, undo = said(1, "same", "b", "a"), said(2, "undo", "f1", "")

    assert devices(*runs) == ["a", "b"]
    assert devices(*runs, facts=[merge]) == ["a"]
    assert devices(*runs, facts=[merge, undo]) == ["a", "b"]


def test_operator_merges_two_that_are_there_at_once():
    both = [box("a", "10.0.0.5", MACS[:1]), box("b", "10.0.0.6", MACS[1:2])]
    runs = run(1, *both), run(2, both[0]), run(3, both[0]), run(4)

    assert devices(*runs, facts=[said(1, "same", "a", "b")]) == ["a"]
    assert told(*runs[:3], facts=[said(1, "same", "a", "b")]) == []


@pytest.mark.parametrize("target", ["b", f"mac:{MACS[0]}", "10.0.0.6"])
def test_operator_splits_and_undoes_it(target):
    runs = run(1, box("a", "10.0.0.5", MACS[:1])), run(2, box("b", "10.0.0.6", MACS[:1]))
    split, undo = said(1, "apart", "a", target), said(2, "undo", "f1", "")

    assert devices(*runs, facts=[split]) == ["a", "b"]
    assert devices(*runs, facts=[split, undo]) == ["a"]


def test_reading_tells_of_a_verdict_in_its_own_time_and_not_in_the_past():
    unknown = box("a", "10.0.0.5", MACS[:1], family="unknown", verdict="unknown")
    runs = run(1, unknown), run(2, unknown)
    again = [
        Reading(f"run-{day}", "2026-06-01T00:00:00Z", run(day, box("a", "10.0.0.5", MACS[:1])).assets) for day in (1, 2)
    ]
    timeline = reckon(*given(runs), readings=again)

    assert [(c.kind, c.at, c.run) for c in timeline.changes] == [("changed", "2026-06-01T00:00:00Z", "run-2")]
    assert next(d for d in timeline.devices if d.id == "a").steps[-1].family == "dahua"


def test_device_that_only_a_wider_scan_sees_is_perhaps_not_new():
    narrow = run(1, targets=("10.0.0.200",))
    timeline = reckon(*given((narrow, run(2, box("a", "10.0.0.5", MACS[:1])))))

    assert timeline.changes[0].because == "perhaps not new: in the run before, its address was not in scope"


def test_scans_of_different_networks_in_turn_tell_of_nothing():
    near, far = box("a", "10.0.0.5", MACS[:1]), box("b", "10.0.9.5", MACS[1:2])
    runs = [run(day, (near, far)[day % 2], targets=(f"10.0.{9 * (day % 2)}.0/24",)) for day in range(2, 10)]

    assert [(kind, device) for kind, device, _ in told(*runs)] == [("appeared", "b")]


def test_device_that_changed_its_site_is_not_missed_at_the_old_one():
    camera = box("a", "10.0.0.5", MACS[:1])
    runs = run(1, camera, site="a"), run(1, site="b"), run(2, site="a"), run(2, camera, site="b")
    more = run(3, site="a"), run(4, site="a"), run(5, site="a")

    assert [kind for kind, device, _ in told(*runs, *more) if device == "a"] == ["moved"]


def test_camera_behind_a_recorder_is_missed_only_when_all_its_cameras_were_inspected():
    recorder = box("nvr", "10.0.0.9", MACS[1:2], kind="recorder", channels=2)
    listed = replace(recorder, device=replace(recorder.device, children=("channel 1", "channel 2")))
    child = box("child", "10.0.0.77", (), SERIALS[0])
    child = replace(child, device=replace(child.device, behind="nvr"))

    assert told(run(1, listed, child), run(2, recorder), run(3, recorder)) == []
    assert [k for k, *_ in told(run(1, listed, child), run(2, listed), run(3, listed))] == ["gone"]
    assert told(run(1, listed, child), run(2), run(3))[0][:2] == ("gone", "nvr")


def test_network_that_fell_silent_but_for_its_gateway_proves_nothing():
    cameras = [box(f"c{n}", f"10.0.0.{n}", (f"44:19:b6:00:01:{n:02x}",)) for n in range(1, 31)]
    few = [k for k, *_ in told(run(1, *cameras), run(2, *cameras[4:]), run(3, *cameras[4:]))]

    assert told(run(1, *cameras), run(2), run(3), run(4)) == []
    assert few == ["gone"] * 4
    assert [k for k, *_ in told(run(1, *cameras[:7]), run(2), run(3))] == ["gone"] * 7


def test_who_stands_where_a_device_stood_is_told():
    old, new = box("a", "10.0.0.5", MACS[:1]), box("b", "10.0.0.5", MACS[1:2], family="axis")
    gone = told(run(1, old), run(2, new), run(3, new))[-1]

    assert gone == (
        "gone",
        "a",
        "its place was covered 2 runs in a row, and it did not answer; b answers at its address",
    )


def test_hardware_address_of_different_devices_joins_nobody():
    first = box("r", "10.0.0.5", MACS[:1], SERIALS[0], model="A")
    second = box("r", "10.0.0.6", MACS[:1], SERIALS[1], model="B")
    runs = run(1, first), run(2, second), run(3, second)

    assert len(devices(*runs)) == 2
    assert [kind for kind, *_ in told(*runs)] == ["appeared", "conflicting", "gone"]


def test_serial_number_that_is_another_at_the_same_device_is_told():
    first, second = (box("a", "10.0.0.5", MACS[:1], serial, model="A") for serial in SERIALS)

    assert devices(run(1, first), run(2, second)) == ["a"]
    assert [kind for kind, *_ in told(run(1, first), run(2, second))] == ["conflicting"]


def test_device_of_a_network_that_was_away_is_perhaps_not_new():
    both = {"targets": ("10.0.0.0/24", "10.0.9.0/24")}
    timeline = reckon(*given((run(1, **both), run(2, box("a", "10.0.9.5", MACS[:1]), **both))))

    assert (
        timeline.changes[0].because == "perhaps not new: in the run before, nobody in its network answered, 10.0.9.0/24"
    )
