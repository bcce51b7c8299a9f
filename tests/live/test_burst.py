"""A thousand devices that answer one probe within half a second: every reply is kept, or counted as lost."""

import re

import pytest
from support.fleet import build_kind
from support.namespaces import inside, needs_namespaces
from support.premises import estate, scan

from netaudit.identify.fingerprints import load_library
from netaudit.runs import Request, prepare
from netaudit.runs import scan as scan_here
from netaudit.wire import groups, udp

pytestmark = [*needs_namespaces, pytest.mark.timeout(200)]

DEVICES = 1000
NETWORK = "10.80.0.0/21"
WINDOW_S = 0.5  # APP_MAX_DELAY of WS-Discovery: who is asked waits no longer
DEFAULT_BUFFER_BYTES = 212_992 // 2  # the kernel doubles what it is asked for: net.core.rmem_default
FLOOD = 20_000


@pytest.fixture
def built():
    """A thousand devices that answer WS-Discovery and nothing else, each probe within half a second."""
    with estate(seed=1000) as built:
        crowd = built.attached(NETWORK, spread_s=WINDOW_S)
        built.populate(crowd, build_kind("wsd only", DEVICES))
        yield built


def wsd(inventory):
    (channel,) = [c for c in inventory["coverage"]["channels"] if c["name"] == "wsd"]
    return channel


def test_every_reply_is_kept(built, tmp_path):
    scanned = scan(built, tmp_path, NETWORK, "--channels", "wsd", "--listen", "0")

    assert built.crowds[0].answers >= DEVICES
    assert wsd(scanned.inventory)["received"] == built.crowds[0].answers
    assert {a for asset in scanned.inventory["assets"] for a in asset["addresses"]} == set(built.members)
    assert [gap for gap in scanned.inventory["coverage"]["gaps"] if gap["kind"] == "dropped_packets"] == []


@pytest.mark.parametrize("window_s", [WINDOW_S, 0.0])
def test_what_a_small_buffer_loses_is_counted(built, monkeypatch, window_s):
    """Into a buffer of the system's default size: what is not kept is told to the last datagram."""
    monkeypatch.setattr(groups, "RECEIVE_BUFFER_BYTES", DEFAULT_BUFFER_BYTES)
    built.crowds[0].spread_s = window_s
    with inside(built.scanner), built.alive():
        request = Request(targets=(NETWORK,), channels=frozenset({"wsd"}), profile="standard", listen_s=0.0)
        inventory = scan_here(prepare(request), load_library())
    lost = sum(int(n) for gap in inventory.coverage.gaps for n in re.findall(r"dropped (\d+) datagrams", gap.detail))
    (channel,) = [c for c in inventory.coverage.channels if c.name == "wsd"]
    print(f"\n{channel.received} of {built.crowds[0].answers} replies kept, {lost} dropped by the kernel", end=" ")

    assert channel.received + lost == built.crowds[0].answers
    assert lost == 0 or [gap.kind for gap in inventory.coverage.gaps].count("dropped_packets") == 1


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
    assert wsd(scanned.inventory)["received"] < 20 * 10 + udp.DATAGRAMS_PER_SOURCE + 1
    assert scanned.peak_mb < 100
