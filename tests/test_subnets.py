"""Coverage network by network: who answered where, by what, and what silence may mean."""

import pytest

from netaudit.model import ChannelReport, Problem, Subnet
from netaudit.subnets import collect_subnets, subnet_gaps, worst

LAN = Subnet(network="10.0.0.0/24", interface="eth0", addresses=253)
REST = Subnet(network="", addresses=10)
SWEPT = ChannelReport(name="arp", status="done", sent=300, network=LAN.network)


def total(spoken, reports=(SWEPT,), problems=(), subnets=(LAN, REST)):
    spoken = {address: frozenset(channels) for address, channels in spoken.items()}
    return collect_subnets(subnets, reports, problems, spoken)


def kinds(spoken, reports=(SWEPT,), subnets=(LAN,)):
    return [gap.kind for gap in subnet_gaps(total(spoken, reports, subnets=subnets))]


def test_every_address_counts_in_its_network():
    lan, rest = total({"10.0.0.9": {"arp", "http"}, "10.0.0.10": {"arp"}, "10.5.0.1": {"http"}, "fe80::1": {"ndp"}})

    assert (lan.answering, lan.only_arp, rest.answering) == (2, 1, 2)
    assert [(c.name, c.answering) for c in lan.channels] == [("arp", 2), ("http", 1)]
    assert [(c.name, c.answering) for c in rest.channels] == [("http", 1), ("ndp", 1)]


def test_what_was_sent_and_skipped_stands_with_its_network():
    skipped = ChannelReport(name="mdns", status="skipped", reason="no multicast", network=LAN.network)
    elsewhere = ChannelReport(name="wsd", status="done", sent=7)
    lan, rest = total({}, [SWEPT, skipped, elsewhere])

    assert [(c.name, c.status, c.reason, c.sent) for c in lan.channels] == [
        ("arp", "done", None, 300),
        ("mdns", "skipped", "no multicast", 0),
    ]
    assert [(c.name, c.sent) for c in rest.channels] == [("wsd", 7)]


def test_failures_are_counted_by_address():
    problems = [
        Problem(stage="ask", channel="http", address="10.0.0.9", status="timeout", detail=f"port {port}")
        for port in (80, 81)
    ]
    problems.append(Problem(stage="ask", channel="http", address="10.0.0.10", status="timeout"))
    problems.append(Problem(stage="load", channel="http", address="", status="malformed"))
    lan, _ = total({"10.0.0.9": {"arp", "http"}}, problems=problems)

    assert {c.name: c.failed for c in lan.channels}["http"] == (("timeout", 2),)


@pytest.mark.parametrize(
    ("spoken", "told"),
    [
        ({}, ["silent_subnet"]),
        ({"10.0.0.1": {"arp"}}, ["isolation"]),
        ({"10.0.0.1": {"arp"}, "10.0.0.2": {"arp"}}, []),
    ],
)
def test_silence_and_a_single_neighbour_are_told(spoken, told):
    assert kinds(spoken) == told


def test_small_network_with_one_neighbour_is_nothing_odd():
    assert kinds({"10.0.0.1": {"arp"}}, subnets=(Subnet(network=LAN.network, interface="eth0", addresses=2),)) == []


@pytest.mark.parametrize("status", ["partial", "failed", "skipped"])
def test_network_that_was_not_swept_proves_nothing_by_its_silence(status):
    assert kinds({}, [ChannelReport(name="arp", status=status, sent=3, network=LAN.network)]) == []


def test_order_of_what_was_told_does_not_matter():
    spoken = {"10.0.0.9": {"arp", "http"}, "10.0.0.10": {"arp"}}

    assert total(spoken, subnets=(LAN, REST)) == total(dict(reversed(spoken.items())), subnets=(REST, LAN, REST))


def test_worst_state_counts():
    assert worst([]) == "done"
    assert worst(["done", "skipped"]) == "done"
    assert worst(["done", "failed"]) == "partial"
