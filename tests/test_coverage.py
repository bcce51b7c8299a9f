"""What was in scope, what answered, and what could not be seen."""

from collections import Counter
from dataclasses import replace

import pytest

from netaudit.coverage import Told, collect_coverage, is_complete, is_empty_handed
from netaudit.model import Asset, ChannelReport, ChannelTotal, Coverage, Device, Gap, Identity, Observation, Run
from netaudit.vocabulary import GAPS

RUN = Run(id="r", feed="live", started_at=0, finished_at=1, addresses_in_scope=254)


def asset(name, *addresses, **identity):
    return Asset(device=Device(id=name, addresses=addresses), identity=Identity(**identity))


def collected(assets=(), reports=(), received=(), gaps=()):
    told = Told(reports=list(reports), received=Counter(dict(received)), gaps=set(gaps))
    return collect_coverage(RUN, tuple(assets), told)


def totals(reports, received=()):
    (total,) = collected(reports=[ChannelReport(name="arp", **r) for r in reports], received=received).channels
    return (total.status, total.reason, total.sent, total.received)


def test_addresses_in_scope_and_answering_are_counted():
    coverage = collected([asset("a", "10.0.0.5", "2001:db8::5"), asset("b", "10.0.0.6")])

    assert (coverage.addresses_in_scope, coverage.addresses_answering) == (254, 3)


@pytest.mark.parametrize("kind", ["wrong_subnet", "outside_targets"])
def test_stranger_does_not_count_as_answering(kind):
    gap = Gap(kind=kind, detail="heard", address="192.168.1.64")

    assert collected([asset("a", "192.168.1.64")], gaps=[gap]).addresses_answering == 0


def test_a_link_local_address_was_in_nobody_s_scope():
    assert collected([asset("a", "10.0.0.5", "fe80::5%eth0")]).addresses_answering == 1
    asked = replace(RUN, targets=("fe80::5%eth0",))
    assert collect_coverage(asked, (asset("a", "fe80::5%eth0"),), Told()).addresses_answering == 1


def test_a_device_that_was_met_over_ipv6_only_is_told():
    assets = [asset("a", "10.0.0.5", "fe80::5%eth0"), asset("b", "fe80::6%eth0"), asset("c")]

    assert [(g.kind, g.address, g.asset) for g in collected(assets).gaps] == [("ipv6_only", "fe80::6%eth0", "b")]
    assert collect_coverage(replace(RUN, feed="capture"), tuple(assets), Told()).gaps == ()


def test_contested_address_counts_once():
    assert collected([asset("a", "10.0.0.5"), asset("b", "10.0.0.5")]).addresses_answering == 1


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        (["done", "done"], "done"),
        (["done", "skipped"], "done"),
        (["skipped", "skipped"], "skipped"),
        (["done", "partial"], "partial"),
        (["done", "failed"], "partial"),
        (["skipped", "failed"], "partial"),
        (["failed", "failed"], "failed"),
    ],
)
def test_channel_over_its_interfaces(states, worst):
    assert totals([{"status": state} for state in states])[0] == worst


def test_channels_sum_up_and_keep_each_reason_once():
    reports = [
        {"status": "partial", "reason": "b", "sent": 2},
        {"status": "partial", "reason": "a", "sent": 3},
        {"status": "partial", "reason": "b"},
    ]

    assert totals(reports, {"arp": 7}) == ("partial", "a; b", 5, 7)


def test_channel_that_was_only_heard_is_listed():
    assert collected(received={"dhcp": 2}).channels == (
        ChannelTotal(name="dhcp", status="done", reason=None, sent=0, received=2),
    )


def test_gap_stands_once_and_names_its_device():
    gap = Gap(kind="locked", detail="left alone", address="10.0.0.5")
    coverage = collected([asset("a", "10.0.0.5")], gaps=[gap, gap])

    assert coverage.gaps == (Gap(kind="locked", detail="left alone", address="10.0.0.5", asset="a"),)


def test_recorder_with_channels_is_a_gap_and_a_camera_with_channels_is_none():
    recorder = asset("a", "10.0.0.5", kind="recorder", channels=16)
    others = [asset("b", "10.0.0.6", kind="camera", channels=4), asset("c", "10.0.0.7", kind="recorder")]

    assert collected([recorder, *others]).gaps == (
        Gap(
            kind="recorder_children", detail="16 channels declared, 0 inspected", address="10.0.0.5", asset="a"
        ),
    )  # fmt: skip


def with_children(number, **identity):
    children = tuple(f"channel {n}" for n in range(1, number + 1))
    return Asset(device=Device(id="a", addresses=("10.0.0.5",), children=children), identity=Identity(**identity))


@pytest.mark.parametrize(
    ("declared", "inspected", "details"),
    [(16, 9, ["16 channels declared, 9 inspected"]), (16, 16, []), (None, 3, []), (2, 3, [])],
)
def test_gap_of_a_recorder_tells_the_remainder(declared, inspected, details):
    recorder = with_children(inspected, kind="recorder", channels=declared)

    assert [gap.detail for gap in collected([recorder]).gaps] == details


def test_address_that_only_a_recorder_knows_answered_nothing():
    listed = Observation(channel="isapi", field="child.address", value="10.0.0.6", part="channel 1")
    camera = Asset(device=Device(id="b", addresses=("10.0.0.6",), observations=(listed,)), identity=Identity())
    gap = Gap(kind="locked", detail="left alone", address="10.0.0.6")

    coverage = collected([asset("a", "10.0.0.5"), camera], gaps=[gap])

    assert coverage.addresses_answering == 1
    assert coverage.gaps[0].asset is None


@pytest.mark.parametrize(
    ("state", "complete"), [("done", True), ("skipped", True), ("partial", False), ("failed", False)]
)
def test_run_is_incomplete_where_a_channel_is(state, complete):
    assert is_complete(collected(reports=[ChannelReport(name="arp", status=state)])) == complete


@pytest.mark.parametrize("kind", sorted(GAPS))
def test_run_is_incomplete_where_a_gap_says_so(kind):
    assert is_complete(collected(gaps=[Gap(kind=kind, detail="x")])) != GAPS[kind]


@pytest.mark.parametrize(("sent", "received", "empty"), [(0, 0, True), (1, 0, False), (0, 1, False)])
def test_run_that_sent_and_heard_nothing_is_empty_handed(sent, received, empty):
    total = ChannelTotal(name="arp", status="done", reason=None, sent=sent, received=received)

    assert is_empty_handed(Coverage(addresses_in_scope=1, addresses_answering=0, channels=(total,))) == empty
    assert is_empty_handed(Coverage(addresses_in_scope=1, addresses_answering=0))


ASKED = [ChannelReport(name=name, status="done", sent=3) for name in ("arp", "mdns", "wsd", "sadp", "dhip")]


@pytest.mark.parametrize(
    ("reports", "received", "told"),
    [
        (ASKED, {"arp": 4}, True),
        (ASKED, {"arp": 4, "wsd": 1}, False),
        (ASKED, {}, False),
        (ASKED[:1], {"arp": 4}, False),
        ([ChannelReport(name=r.name, status="done") for r in ASKED], {"arp": 4}, False),
    ],
    ids=["nobody answers", "somebody answers", "nobody is there", "nobody was asked", "a capture"],
)
def test_silence_to_all_multicast_is_a_gap_where_neighbours_are_there(reports, received, told):
    coverage = collected(reports=reports, received=received)

    assert [gap.kind for gap in coverage.gaps if gap.kind != "nobody"] == ["unheard"] * told
