"""No device gets more than its profile's published budget: every packet of a scan of all emulated devices is counted."""

import sys
from bisect import bisect_left
from collections import defaultdict
from contextlib import ExitStack
from itertools import pairwise

import pytest
from support import witness
from support.footprint import footprints
from support.namespaces import needs_namespaces, run_in
from support.network import Network
from support.sniffer import sniff

from netaudit.demo import emulate, load_devices
from netaudit.profiles import PROFILES

pytestmark = [*needs_namespaces, pytest.mark.timeout(200)]

PROFILE = PROFILES["gentle"]
LATE_S = 0.1  # with which a slot may be used
WINDOW_S = 3  # in which packets are counted: so that a capture that stalls for a moment makes no burst


def long_scan(_folder):
    """One scan with the default profile: the frames that were sent, each with its time, and the devices."""
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        lan = network.lan("10.77.0.0/24")
        emulation = stack.enter_context(emulate(load_devices(), lan.place))
        with sniff(network.scanner, lan.interface) as sniffer:
            command = [sys.executable, "-m", "netaudit", "scan", "10.77.0.0/24", "-q", "-o", "csv", "--listen", "0"]
            done = run_in(network.scanner, command, capture_output=True, text=True, timeout=150)
        assert done.returncode == 0, done.stderr
    return [(frame.at, frame.payload) for frame in sniffer.frames if frame.sent], emulation, resets(sniffer)


@pytest.fixture(scope="module")
def scanned(long_scanned):
    return long_scanned


def resets(sniffer):
    """The packets by which devices ended a connection."""
    came = ((frame.at, frame.payload) for frame in sniffer.frames if not frame.sent)
    return [(at, p) for at, p in came if p[12:14] == b"\x08\x00" and p[23] == 6 and p[14 + (p[14] & 15) * 4 + 13] & 4]


def syns(frames):
    """(seconds, address) of the first packet of each connection."""
    return [(connection.began, connection.address) for connection in witness.connections(frames)]


def test_every_device_was_visited_and_counted(scanned):
    frames, emulation, _ = scanned
    found = footprints(frame for _, frame in frames)
    visited = {played.device.name for played in emulation.devices if found[played.address].connections}

    assert {played.device.name for played in emulation.devices} - visited == {"hikvision-locked"}


def test_no_device_got_more_than_the_budget(scanned):
    frames, emulation, _ = scanned
    found = footprints(frame for _, frame in frames)
    budget = PROFILE.budget
    beyond = {
        played.device.name: found[played.address]
        for played in emulation.devices
        if found[played.address].connections > budget.connections
        or found[played.address].packets > budget.packets
        or found[played.address].size_bytes > budget.size_bytes
    }

    assert beyond == {}


def test_address_where_nobody_is_gets_two_arp_requests_and_nothing_else(scanned):
    frames, emulation, _ = scanned
    found = footprints(frame for _, frame in frames)
    there = {played.address for played in emulation.devices}
    nobody = {
        a: f.packets for a, f in found.items() if a.startswith("10.77.0.") and a not in there and a != "10.77.0.255"
    }

    assert len(nobody) > 200
    assert set(nobody.values()) == {2}


def test_never_two_connections_to_one_device_at_once(scanned):
    frames, emulation, ended = scanned

    assert witness.at_once(witness.connections(frames, ended)) == []
    assert max(played.most_open for played in emulation.devices) == 1


def test_connections_to_one_device_keep_their_spacing(scanned):
    frames, _, _ = scanned
    by_device = defaultdict(list)
    for at, address in syns(frames):
        by_device[address].append(at)
    gaps = [second - first for times in by_device.values() for first, second in pairwise(sorted(times))]

    assert min(gaps) >= PROFILE.spacing_s - LATE_S


def test_all_together_keep_the_rate(scanned):
    """Requests by ARP, datagrams and first packets of connections, in any few seconds of the scan."""
    frames, _, _ = scanned
    asked = [at for at, frame in frames if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\x00\x01" and frame[0] & 1]
    asked += [at for at, frame in frames if frame[12:14] == b"\x08\x00" and frame[23] == 17]
    times = sorted([*asked, *(at for at, _ in syns(frames))])
    most = max(bisect_left(times, start + WINDOW_S) - number for number, start in enumerate(times))

    assert PROFILE.rate_pps / 2 < most <= PROFILE.rate_pps * WINDOW_S * 1.1
