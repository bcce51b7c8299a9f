"""A thousand devices that answer one probe within half a second: every reply is kept, or counted as lost."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from support.fleet import build_kind
from support.namespaces import inside, needs_namespaces
from support.premises import estate, scan
from support.waiting import PATIENCE_S, wait_until

from netaudit.discovery import wsd
from netaudit.identify.fingerprints import load_library
from netaudit.runs import Request, prepare
from netaudit.runs import scan as scan_here
from netaudit.wire import groups, udp
from netaudit.wire.readiness import Bell
from netaudit.wire.udp import fire

pytestmark = [*needs_namespaces, pytest.mark.timeout(200)]

DEVICES = 1000
NETWORK = "10.80.0.0/21"
WINDOW_S = 0.5  # APP_MAX_DELAY of WS-Discovery: who is asked waits no longer
DEFAULT_BUFFER_BYTES = 212_992 // 2  # the kernel doubles what it is asked for: net.core.rmem_default
FLOOD = 20_000


class Came(NamedTuple):
    """Datagrams."""

    read: int
    dropped: int  # because the buffer was full
    late: int  # when nobody listened any more


@pytest.fixture
def built():
    """A thousand devices that answer WS-Discovery and nothing else, each probe within half a second."""
    with estate(seed=1000) as built:
        crowd = built.attached(NETWORK, spread_s=WINDOW_S)
        built.populate(crowd, build_kind("wsd only", DEVICES))
        yield built


def wsd_of(inventory):
    (channel,) = [c for c in inventory["coverage"]["channels"] if c["name"] == "wsd"]
    return channel


def came(built):
    """What became of the datagrams that came to the scanner, by the kernel's own counts: udp(7), RFC 4113."""
    with inside(built.scanner):
        names, counts = (
            line.split()[1:]
            for line in Path("/proc/thread-self/net/snmp").read_text().splitlines()
            if line.startswith("Udp: ")
        )
    told = dict(zip(names, map(int, counts), strict=True))
    return Came(told["InDatagrams"], told["RcvbufErrors"], told["NoPorts"])


def frames_to(built):
    """How many frames have come to the scanner: proc_pid_net(5)."""
    with inside(built.scanner):
        (line,) = [line for line in Path("/proc/thread-self/net/dev").read_text().splitlines() if "lan0:" in line]
    return int(line.split()[2])


@pytest.fixture
def heard_out(built, monkeypatch):
    """A scan listens until every probe has had a thousand answers, however long the crowd, on a busy machine, takes to it."""
    everybody, probes = Bell(), []
    monkeypatch.setattr(wsd, "fire", lambda volley, gate: fire(patient(volley), gate))

    def patient(volley):
        probes.extend(volley.shots)
        return replace(volley, listen_s=PATIENCE_S, enough=everybody)

    def wait():
        wait_until(lambda: probes and built.crowds[0].answers >= DEVICES * len(probes) <= frames_to(built), "the crowd")
        everybody.set()

    with ThreadPoolExecutor(1) as thread:
        waited = thread.submit(wait)
        yield
        waited.result()


def scan_in_this_process(built):
    """The inventory of a scan; every answer of the crowd was read, or dropped and told, or came after the end: none is unread."""
    with inside(built.scanner), built.alive():
        request = Request(targets=(NETWORK,), channels=frozenset({"wsd"}), profile="standard", listen_s=0.0)
        inventory = scan_here(prepare(request), load_library())
        wait_until(lambda: sum(came(built)) == built.crowds[0].answers, "the end of the answers")
    lost = sum(int(n) for gap in inventory.coverage.gaps for n in re.findall(r"dropped (\d+) datagrams", gap.detail))
    (channel,) = [c for c in inventory.coverage.channels if c.name == "wsd"]
    print(f"\n{channel.received} of {built.crowds[0].answers} replies kept, {lost} dropped by the kernel", end=" ")
    assert (channel.received, lost) == came(built)[:2]
    return inventory


def test_every_reply_is_kept(built, heard_out):
    inventory = scan_in_this_process(built)

    assert came(built).read >= DEVICES
    assert came(built).dropped == 0
    assert {a for asset in inventory.assets for a in asset.device.addresses} == set(built.members)
    assert [gap for gap in inventory.coverage.gaps if gap.kind == "dropped_packets"] == []


@pytest.mark.parametrize("window_s", [WINDOW_S, 0.0])
def test_what_a_small_buffer_loses_is_counted(built, heard_out, monkeypatch, window_s):
    """Into a buffer of the system's default size: what is not kept is told to the last datagram."""
    monkeypatch.setattr(groups, "RECEIVE_BUFFER_BYTES", DEFAULT_BUFFER_BYTES)
    built.crowds[0].spread_s = window_s
    inventory = scan_in_this_process(built)

    assert came(built).read + came(built).dropped >= DEVICES
    assert [gap.kind for gap in inventory.coverage.gaps].count("dropped_packets") == bool(came(built).dropped)


def test_flood_of_one_device_is_cut_off_and_told_and_hides_nobody(tmp_path):
    with estate(seed=7) as built:
        crowd = built.attached("10.80.0.0/24", spread_s=0.2)
        built.populate(crowd, build_kind("wsd only", 20))
        noisy = next(iter(built.members))
        crowd.repeats[noisy] = FLOOD
        scanned = scan(built, tmp_path, "10.80.0.0/24", "--channels", "arp,wsd", "--listen", "0")

    told = [p for p in scanned.inventory["problems"] if p["status"] == "too_large"]
    assert {a for asset in scanned.inventory["assets"] for a in asset["addresses"]} == set(built.members)
    assert [problem["address"] for problem in told] == [noisy]
    assert wsd_of(scanned.inventory)["received"] < 20 * 10 + udp.DATAGRAMS_PER_SOURCE + 1
    assert scanned.peak_mb < 100
