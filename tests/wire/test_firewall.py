"""What nft(8) tells of a firewall: which one throws answers to multicast away."""

import json
import subprocess
from types import SimpleNamespace

import pytest

from netaudit.wire import firewall
from netaudit.wire.firewall import judge, read_firewall


def chain(policy="accept", **change):
    told = {"family": "inet", "table": "filter", "name": "input", "hook": "input", "policy": policy}
    return {"chain": {**told, **change}}


def rule(*expressions, **change):
    return {"rule": {"family": "inet", "table": "filter", "chain": "input", "expr": list(expressions), **change}}


def match(field, value, protocol="meta"):
    left = {"meta": {"key": field}} if protocol == "meta" else {"payload": {"protocol": protocol, "field": field}}
    return {"match": {"op": "==", "left": left, "right": value}}


ACCEPT, DROP, REJECT = {"accept": None}, {"drop": None}, {"reject": {"type": "icmpx"}}
ESTABLISHED = rule({"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established"]}}, ACCEPT)
ANY_UDP = rule(match("saddr", "10.0.0.0/8", "ip"), match("l4proto", "udp"), ACCEPT)
ONE_PORT = rule(match("dport", 5353, "udp"), ACCEPT)


@pytest.mark.parametrize(
    ("entries", "closed"),
    [
        ([chain()], False),
        ([chain("drop")], True),
        ([chain("drop"), ESTABLISHED, ONE_PORT], True),
        ([chain("drop"), ESTABLISHED, ANY_UDP], False),
        ([chain(), ESTABLISHED, rule({"counter": {}}, REJECT)], True),
        ([chain(), rule(match("saddr", "10.0.0.9", "ip"), DROP)], False),
        ([chain("drop", hook="forward")], False),
        ([chain("drop", family="ip6")], False),
        ([chain("drop"), rule(match("l4proto", "udp"), ACCEPT, chain="other")], True),
        ([], False),
    ],
)
def test_firewall_that_drops_what_it_does_not_know_is_told(entries, closed):
    found = judge(json.dumps({"nftables": [{"metainfo": {}}, *entries]}).encode())

    assert found.known
    assert bool(found.closed) == closed


@pytest.mark.parametrize("rules", [b"", b"no JSON", b"[1, 2]", b'{"nftables": [1]}', b'{"nftables": [{"chain": 3}]}'])
def test_rules_that_make_no_sense_are_survived(rules):
    assert judge(rules).closed == ""


def test_rules_that_cannot_be_read_are_unknown(monkeypatch):
    monkeypatch.setattr(firewall.shutil, "which", lambda _: None)
    assert not read_firewall().known

    def slow(*_, **__):
        raise subprocess.TimeoutExpired("nft", 5)

    monkeypatch.setattr(firewall.shutil, "which", lambda _: "/usr/sbin/nft")
    monkeypatch.setattr(firewall.subprocess, "run", slow)
    assert not read_firewall().known

    monkeypatch.setattr(firewall.subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=1, stdout=b""))
    assert "without root" in read_firewall().detail
