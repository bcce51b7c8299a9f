"""Addresses behind a router of which only a connection can tell: who is there is found, however slow, and asked with care."""

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

import msgspec
import pytest
from support.fleet import Member, build_kind
from support.namespaces import needs_namespaces
from support.premises import Scanned, estate, scan
from support.sniffer import sniff
from support.witness import Connection, connections

from netaudit.discovery.patience import LOOKED_S
from netaudit.discovery.visit import PORTS
from netaudit.discovery.visiting.state import SPACING_S

pytestmark = [*needs_namespaces, pytest.mark.timeout(200)]

SLOW, QUICK = "10.80.8", "10.80.9"  # two networks behind the router
TARGETS = (f"{SLOW}.10-33", f"{QUICK}.10-49")
LATE_S = 0.6  # of the 0.9 that the first port and the last one get
HURRY = 0.7  # of the time that the ports of one address take without hurry, at most: a quarter of it, normally
LATENESS_S = 0.06  # with which a slot may be used


def camera(number, port=80):
    """A device that answers no discovery and has one open port."""
    device = build_kind("http only", number)[-1].device
    (service,) = device.tcp
    services = (msgspec.structs.replace(service, port=port),)
    return Member("http only", msgspec.structs.replace(device, tcp=services))


# Address -> the device, and how it takes part in its network. Two of those that are slow drop what comes for other ports.
DEVICES = {
    f"{SLOW}.12": (camera(1), {"delay_s": LATE_S}),
    f"{SLOW}.25": (camera(2, 8080), {"delay_s": LATE_S, "firewalled": frozenset({8080})}),
    f"{SLOW}.31": (camera(3), {"asleep_s": LATE_S, "firewalled": frozenset({80})}),
    f"{QUICK}.14": (camera(4, PORTS[-1]), {"firewalled": frozenset({PORTS[-1]})}),
    f"{QUICK}.40": (camera(5), {}),
}


@dataclass(frozen=True, slots=True)
class Done:
    """A scan, and the connections that it began, by address."""

    scanned: Scanned
    begun: dict[str, list[Connection]]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A scan of both networks with the standard profile, and nothing beside it: here every second is counted."""
    with estate(seed=5) as built:
        near = built.attached("10.80.0.0/28")
        far = built.behind(near, "10.80.8.0/23")
        residents = {address: replace(member.resident, **manner) for address, (member, manner) in DEVICES.items()}
        far.segment.settle(residents)
        far.play(((address, member.device) for address, (member, _) in DEVICES.items()), built.stack)
        arguments = (*TARGETS, "--profile", "standard", "--once", "--listen", "0")
        with sniff(built.scanner, "lan0") as sniffer:  # which knows when the kernel sent a frame
            scanned = scan(built, tmp_path_factory.mktemp("silent"), *arguments)
        begun = defaultdict(list)
        for connection in connections((frame.at, frame.payload) for frame in sniffer.frames if frame.sent):
            begun[connection.address].append(connection)
    return Done(scanned, begun)


def silent(done, network):
    """The connections to the addresses of a network where nobody is."""
    return [c for a, c in done.begun.items() if a.startswith(f"{network}.") and a not in DEVICES]


@pytest.mark.parametrize("address", DEVICES)
def test_every_device_is_found_with_its_maker(done, address):
    (asset,) = [asset for asset in done.scanned.inventory["assets"] if address in asset["addresses"]]

    assert asset["family"] == "dahua"


def test_all_ports_of_an_address_are_asked_while_a_router_looks_for_it_once(done):
    """A machine that is busy, or stands still now and then, takes longer for those without hurry as well."""
    patient_s = min(asked[-1].began - asked[len(PORTS)].began for asked in silent(done, SLOW))

    for asked in silent(done, QUICK):
        assert sorted(c.port for c in asked) == sorted(PORTS)
        assert LOOKED_S - 0.5 < asked[-1].began - asked[0].began < HURRY * patient_s


def test_where_somebody_was_slow_the_silent_are_asked_once_more_with_patience(done):
    for asked in silent(done, SLOW):
        assert sorted(c.port for c in asked) == sorted(2 * PORTS)


def test_two_ports_of_an_address_are_asked_one_after_the_other(done):
    for asked in done.begun.values():
        assert all(later.began - earlier.began > SPACING_S - LATENESS_S for earlier, later in pairwise(asked))


def test_slow_device_is_not_hurried_any_more_once_it_has_answered(done):
    asked = done.begun[f"{SLOW}.12"]
    ports = list(dict.fromkeys(c.port for c in asked))

    assert ports == list(PORTS)
    assert all(later.began - earlier.began > LATE_S for earlier, later in pairwise(asked))
    assert all(sum(c.port == port for c in asked) == 1 for port in ports[1:])
