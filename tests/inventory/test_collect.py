import json
import random
from dataclasses import replace

import msgspec
import pytest
from support.inventories import EMPTY, RELABEL, SMALL, START, asset, match

from netaudit.inventory import address_order, document, encode, stamp
from netaudit.inventory.collect import asset_document
from netaudit.model import NOBODY, Gap, Identity, Problem


def as_json(inventory):
    return json.loads(encode(document(inventory)))


def test_the_run_is_told_as_the_contract_says():
    assert as_json(SMALL)["run"] == {
        "id": "run-1",
        "feed": "live",
        "site": None,
        "started_at": "2026-01-31T09:00:00Z",
        "finished_at": "2026-01-31T09:00:07Z",
        "tool": {"name": "netaudit", "version": "0.1.0"},
        "fingerprints": {"count": 450, "sha256": "ab" * 32},
        "scope": {"targets": ["10.0.0.0/24"], "excluded": [], "profile": "gentle"},
    }


def test_an_asset_is_told_as_the_contract_says():
    told = as_json(SMALL)["assets"][0]
    evidence = told.pop("evidence")

    assert told == {
        "id": "serial-5",
        "addresses": ["10.0.0.5"],
        "macs": ["44:19:b6:00:00:01"],
        "hostnames": [],
        "family": "hikvision",
        "verdict": "confirmed",
        "certainty": 0.999,
        "kind": "camera",
        "manufacturer": "Hikvision",
        "brand": "Annke",
        "model": "DS-2CD2043G0-I",
        "line": "EasyIP",
        "generation": "G0",
        "firmware": "V5.6.3 build 190923",
        "firmware_date": "2019-09-23",
        "serial": None,
        "produced": None,
        "ports": [
            {"transport": "tcp", "port": 80, "service": "http"},
            {"transport": "tcp", "port": 554, "service": "rtsp"},
            {"transport": "udp", "port": 3702, "service": "onvif"},
            {"transport": "udp", "port": 37020, "service": "sadp"},
        ],
        "behind": None,
        "children": {"declared": 0, "inspected": 0},
        "conflicts": [],
    }
    assert evidence[0] == {
        "channel": "sadp",
        "field": "sadp.device_description",
        "value": "DS-2CD2043G0-I",
        "fingerprint": "hikvision-sadp",
        "supports": {"family": "hikvision", "model": "DS-2CD2043G0-I"},
        "strength": "proof",
        "reply": RELABEL.identity.evidence[1].observation.reply,
        "seen_at": "2026-01-31T09:00:03Z",
    }


def test_device_of_which_nothing_is_known_has_all_that_was_seen_of_it():
    nobody = replace(RELABEL, device=replace(RELABEL.device, hostnames=("cam",), conflicts=("odd",)), identity=NOBODY)
    told = json.loads(msgspec.json.encode(asset_document(nobody)))

    assert asset_document(nobody) == asset_document(replace(nobody, identity=Identity()))
    assert (told["addresses"], told["hostnames"], told["conflicts"]) == (["10.0.0.5"], ["cam"], ["odd"])
    assert [port["port"] for port in told["ports"]] == [80, 554, 3702, 37020]
    assert (told["verdict"], told["certainty"], told["model"], told["evidence"]) == ("unknown", 0.0, None, [])


def test_coverage_and_problems_are_sorted_and_said_once():
    told = as_json(SMALL)

    assert [c["name"] for c in told["coverage"]["channels"]] == ["arp", "http", "wsd"]
    assert [g["kind"] for g in told["coverage"]["gaps"]] == ["locked", "recorder_children", "routed"]
    assert [(p["address"], p["status"]) for p in told["problems"]] == [("10.0.0.9", "timeout"), ("10.0.0.70", "auth")]


def test_assets_are_sorted_by_number_and_not_by_text():
    addresses = ["10.0.0.10", "10.0.0.9", "", "fe80::2%eth0", "9.9.9.9", "fe80::1", "10.0.0.9"]
    assets = tuple(asset(f"id-{n}", a) for n, a in enumerate(addresses))
    told = as_json(replace(EMPTY, assets=assets))["assets"]

    assert [a["id"] for a in told] == ["id-4", "id-1", "id-6", "id-0", "id-5", "id-3", "id-2"]


def test_evidence_stands_strongest_first_and_for_the_verdict_before_against():
    against = match("b", "http.title", "B", "strong", family="dahua")
    toward = match("a", "rtsp.server", "A", "strong", family="hikvision")
    evidence = (match("c", "http.server", "C", "weak", family="hikvision"), against, toward)
    told = as_json(replace(EMPTY, assets=(asset("id", "10.0.0.1", evidence, family="hikvision"),)))

    assert [e["fingerprint"] for e in told["assets"][0]["evidence"]] == ["a", "b", "c"]


def test_a_reply_heard_again_is_told_once_with_its_first_time():
    digest = "sha256:" + "0" * 64
    heard = [match("f", "mdns.txt", "x", "weak", reply=digest, seen_at=START + n) for n in (60, 0, 120)]
    told = as_json(replace(EMPTY, assets=(asset("id", "10.0.0.1", heard),)))

    assert [e["seen_at"] for e in told["assets"][0]["evidence"]] == ["2026-01-31T09:00:00Z"]


def test_any_order_gives_the_same_bytes():
    expected = encode(document(SMALL))
    for seed in range(20):
        mixed = random.Random(seed)
        assets = tuple(
            replace(a, identity=replace(a.identity, evidence=tuple(shuffled(a.identity.evidence, mixed))))
            for a in shuffled(SMALL.assets, mixed)
        )
        coverage = replace(
            SMALL.coverage,
            gaps=tuple(shuffled(SMALL.coverage.gaps, mixed)),
            channels=tuple(shuffled(SMALL.coverage.channels, mixed)),
        )
        problems = tuple(shuffled(SMALL.problems, mixed))

        assert encode(document(replace(SMALL, assets=assets, coverage=coverage, problems=problems))) == expected


def shuffled(items, mixed):
    return mixed.sample(items, len(items))


def test_only_a_recorder_declares_children():
    camera = asset("camera", "10.0.0.1", kind="camera", channels=4)
    recorder = asset("recorder", "10.0.0.2", kind="recorder", channels=8)
    told = as_json(replace(EMPTY, assets=(camera, recorder)))["assets"]

    assert [a["children"] for a in told] == [{"declared": 0, "inspected": 0}, {"declared": 8, "inspected": 0}]


@pytest.mark.parametrize(("declared", "expected"), [(8, 8), (None, 2), (1, 2)])
def test_children_that_were_inspected_are_counted_and_never_more_than_declared(declared, expected):
    recorder = asset("recorder", "10.0.0.2", kind="recorder", channels=declared)
    recorder = replace(recorder, device=replace(recorder.device, children=("channel 1", "channel 2")))
    (told,) = as_json(replace(EMPTY, assets=(recorder,)))["assets"]

    assert told["children"] == {"declared": expected, "inspected": 2}


def test_camera_behind_a_recorder_names_it():
    camera = asset("camera", "10.0.0.1", kind="camera")
    (told,) = as_json(replace(EMPTY, assets=(replace(camera, device=replace(camera.device, behind="box")),)))["assets"]

    assert told["behind"] == "box"


def test_conflicts_of_the_device_and_of_its_identity_are_told():
    example = asset("id", "10.0.0.1", conflicts=("two makers",))
    example = replace(example, device=replace(example.device, conflicts=("two serials", "two makers")))
    told = as_json(replace(EMPTY, assets=(example,)))["assets"][0]

    assert told["conflicts"] == ["two serials", "two makers"]


def test_what_has_no_address_has_none():
    told = as_json(
        replace(
            EMPTY,
            coverage=replace(EMPTY.coverage, gaps=(Gap(kind="interrupted", detail="stopped"),)),
            problems=(Problem(stage="load", channel="", address="", status="malformed", detail="x.toml"),),
        )
    )

    assert told["coverage"]["gaps"] == [{"kind": "interrupted", "asset": None, "address": None, "detail": "stopped"}]
    assert told["problems"] == [
        {"stage": "load", "channel": None, "address": None, "status": "malformed", "detail": "x.toml"}
    ]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1769850000.999999, "2026-01-31T09:00:00Z"),
        (0.0, "1970-01-01T00:00:00Z"),
        (-5.0, "1970-01-01T00:00:00Z"),
        (1e300, "9999-12-31T23:59:59Z"),
        (float("inf"), "9999-12-31T23:59:59Z"),
        (float("nan"), "1970-01-01T00:00:00Z"),
    ],
)
def test_times_stay_within_rfc_3339(seconds, expected):
    assert stamp(seconds) == expected


def test_addresses_sort_by_number():
    addresses = ["x", "::1", "10.0.0.10", "10.0.0.9"]

    assert sorted(addresses, key=address_order) == ["10.0.0.9", "10.0.0.10", "::1", "x"]
