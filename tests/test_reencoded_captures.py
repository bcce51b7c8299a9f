"""A recording in other forms gives the same inventory: the file's format and the wire's habits are not evidence."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.origin import expected
from support.reencoding import (
    ETHERNET,
    SLL,
    SLL2,
    cooked,
    cooked_v2,
    each,
    fragmented,
    pcap,
    pcapng,
    read_frames,
    reordered,
    tagged_twice,
)

from netaudit.demo.verdicts import asset_at, mistakes
from netaudit.identify.fingerprints import load_library
from netaudit.inventory import document, encode
from netaudit.runs import replay

LAN = Path(__file__).parent / "captures" / "lan-of-many"
ORIGINAL = LAN / "capture.pcap.gz"
FRAMES = read_frames(ORIGINAL)
LIBRARY = load_library()

FORMS = {
    "unpacked": pcap(FRAMES),
    "big-endian": pcap(FRAMES, order=">"),
    "nanoseconds": pcap(FRAMES, nano=True),
    "pcapng": pcapng(FRAMES),
    "pcapng big-endian": pcapng(FRAMES, order=">"),
    "pcapng of three link types": pcapng(FRAMES, links=(ETHERNET, SLL, SLL2)),
    "pcapng packed": gzip.compress(pcapng(FRAMES), mtime=0),
    "cooked": pcap(each(FRAMES, cooked), link=SLL),
    "cooked, version 2": pcap(each(FRAMES, cooked_v2), link=SLL2),
    "VLAN-tagged twice": pcap(each(FRAMES, tagged_twice)),
    "datagrams fragmented": pcap(fragmented(FRAMES)),
    "segments reordered and retransmitted": pcap(reordered(FRAMES)),
    "every packet doubled": pcap([frame for frame in FRAMES for _ in range(2)]),
}


def inventory_of(data, folder):
    path = folder / "capture"
    path.write_bytes(data)
    return json.loads(encode(document(replay([path], LIBRARY))))


def findings(inventory):
    """All that is said of the network; not of the file, nor how often something was heard."""
    heard = [channel["name"] for channel in inventory["coverage"]["channels"]]
    return inventory["assets"], inventory["problems"], inventory["coverage"]["gaps"], heard


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return inventory_of(ORIGINAL.read_bytes(), tmp_path_factory.mktemp("original"))


@pytest.mark.parametrize("form", FORMS)
def test_the_form_changes_nothing(form, original, tmp_path):
    assert findings(inventory_of(FORMS[form], tmp_path)) == findings(original)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "every packet doubled"])
def test_the_form_changes_no_time_and_no_count(form, original, tmp_path):
    inventory = inventory_of(FORMS[form], tmp_path)

    assert inventory["coverage"] == original["coverage"]
    assert [inventory["run"][name] for name in ("started_at", "finished_at")] == [
        original["run"][name] for name in ("started_at", "finished_at")
    ]


def netaudit_replay(data, folder):
    path = folder / "given.pcap"
    path.write_bytes(data)
    argv = [sys.executable, "-m", "netaudit", "replay", str(path), "-o", f"json={folder / 'inventory.json'}"]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("whole", [pcap(FRAMES), ORIGINAL.read_bytes()], ids=["plain", "packed"])
def test_a_capture_cut_in_a_packet_says_so_and_tells_what_it_holds(whole, tmp_path):
    done = netaudit_replay(whole[: len(whole) * 9 // 10], tmp_path)
    inventory = json.loads((tmp_path / "inventory.json").read_text())
    named = [e for e in expected(LAN) if e.device.truth.family in {"hikvision", "dahua"}]
    wrong = [m for e in named for m in mistakes(e.device, asset_at(inventory["assets"], e.address)) if "family" in m]

    assert done.returncode == 4
    assert "given.pcap" in done.stderr
    assert "Traceback" not in done.stderr
    assert "truncated_input" in [gap["kind"] for gap in inventory["coverage"]["gaps"]]
    assert wrong == []


@pytest.mark.parametrize("empty", [pcap([]), pcapng([])], ids=["pcap", "pcapng"])
def test_a_capture_without_a_packet_is_no_result(empty, tmp_path):
    done = netaudit_replay(empty, tmp_path)

    assert done.returncode == 3
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("nothing", [b"", b"no capture at all"], ids=["empty", "text"])
def test_what_is_no_capture_is_an_error_of_one_line(nothing, tmp_path):
    done = netaudit_replay(nothing, tmp_path)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "given.pcap" in done.stderr


def test_a_capture_cut_in_its_header_says_so(tmp_path):
    done = netaudit_replay(pcap([])[:20], tmp_path)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "given.pcap: the file ends in the middle of the header" in done.stderr
    assert "Traceback" not in done.stderr
