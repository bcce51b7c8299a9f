"""The promise: a scrubbed recording tells the same makers, models and firmware, and none of the names that were in it."""

import base64
import gzip
import json
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from support.origin import RECORDINGS, find_folders

from netaudit.identify.fingerprints import load_library
from netaudit.model import Reply
from netaudit.records.bundle import read_bundle
from netaudit.runs import replay
from netaudit.scrubbing.scrub import read_key, scrub

CAPTURES = Path(__file__).parents[1] / "captures"
FOLDERS = find_folders(CAPTURES)
KEY = b"k" * 32
LIBRARY = load_library()
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=[str(f.relative_to(CAPTURES)) for f in FOLDERS])


def recording(folder):
    (path,) = (folder / name for name in RECORDINGS if (folder / name).exists())
    return path


def scrubbed(folder, out):
    path = recording(folder)
    target = out / ("b.bundle" if path.suffix == ".bundle" else "b.pcapng")
    scrub(path, target, KEY, LIBRARY)
    return target


@pytest.fixture(scope="module")
def copy_of(tmp_path_factory):
    """A folder -> its recording, scrubbed once for all tests."""
    return cache(lambda folder: scrubbed(folder, tmp_path_factory.mktemp("copy")))


def told(path):
    shown = (
        "family",
        "verdict",
        "kind",
        "manufacturer",
        "brand",
        "model",
        "firmware",
        "line",
        "generation",
        "channels",
    )
    return sorted(
        str([getattr(asset.identity, name) for name in shown] + [_private(asset.device)])
        for asset in replay([path], LIBRARY).assets
    )


def _private(device):
    """The IPv4 addresses, all of this site; an IPv6 address follows the hardware address in it."""
    return sorted(a for a in device.addresses if ":" not in a)


def content(path):
    """All bytes of a recording, those of a bundle's replies unpacked."""
    if path.suffix != ".bundle":
        data = path.read_bytes()
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    recording = read_bundle(path)
    events = [e.payload + e.request if isinstance(e, Reply) else b"" for e in recording.events]
    return b"\n".join([gzip.decompress(path.read_bytes()), *events])


def spellings(text):
    for word in {text, text.lower(), text.upper()}:
        raw = word.encode()
        yield from (raw, raw.hex().encode(), quote(word, safe="").encode(), word.encode("utf-16-le"))
        yield from (base64.b64encode(b"x" * shift + raw)[4 * (shift > 0) : -4] for shift in range(3))


def names_in(folder):
    """Hardware addresses and serial numbers of the devices that were recorded, as the golden inventory has them."""
    for asset in json.loads((folder / "inventory.json").read_text())["assets"]:
        yield from (m for m in asset["macs"])
        if asset["serial"]:
            yield asset["serial"]


@each_folder
def test_a_scrubbed_recording_tells_the_same(folder, copy_of):
    assert told(copy_of(folder)) == told(recording(folder))


@each_folder
def test_no_name_is_left_in_any_spelling(folder, copy_of):
    before, after = content(recording(folder)), content(copy_of(folder))
    left = set()
    for name in names_in(folder):
        if ":" in name:
            mac = bytes.fromhex(name.replace(":", ""))
            words = {mac, *(s for sep in ("", ":", "-") for s in spellings(mac.hex(sep) if sep else mac.hex()))}
            words |= {bytes((mac[0] ^ 2, *mac[1:3], 0xFF, 0xFE, *mac[3:])), b"\x33\x33\xff" + mac[3:]}
        else:
            words = {*spellings(name), *spellings(name[-8:])}
        left |= {word for word in words if len(word) > 5 and word in after}

    assert left == set()
    assert any(
        bytes.fromhex(n.replace(":", "")) in before or n.encode() in before for n in names_in(folder) if ":" in n
    )


@each_folder
def test_the_same_key_gives_the_same_file(folder, copy_of, tmp_path):
    assert scrubbed(folder, tmp_path).read_bytes() == copy_of(folder).read_bytes()


def test_another_key_gives_other_names(tmp_path):
    path = recording(CAPTURES / "axis-p3245-lv")
    for name, key in (("a.pcapng", b"a" * 32), ("b.pcapng", b"b" * 32)):
        scrub(path, tmp_path / name, key, LIBRARY)

    assert (tmp_path / "a.pcapng").read_bytes() != (tmp_path / "b.pcapng").read_bytes()


def test_one_key_joins_files(tmp_path):
    """A device in two recordings is one device afterwards too."""
    macs = []
    for folder in ("axis-p3245-lv", "lan-of-many"):
        out = tmp_path / f"{folder}.pcapng"
        scrub(recording(CAPTURES / folder), out, KEY, LIBRARY)
        macs.append({mac for asset in replay([out], LIBRARY).assets for mac in asset.device.macs})
    shared = [
        {m for a in json.loads((CAPTURES / f / "inventory.json").read_text())["assets"] for m in a["macs"]}
        for f in ("axis-p3245-lv", "lan-of-many")
    ]

    assert len(macs[0] & macs[1]) == len(shared[0] & shared[1]) > 0


def test_a_key_is_new_each_time_unless_it_is_given(tmp_path):
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "short").write_bytes(b"hunter2")

    assert read_key(None) != read_key(None)
    assert read_key(tmp_path / "key") == KEY
    with pytest.raises(ValueError, match="16 bytes or more"):
        read_key(tmp_path / "short")


@pytest.mark.parametrize("data", [b"", b"text", b"<nmaprun>", b"\xd4\xc3\xb2\xa1", b"\x1f\x8b\x08"])
def test_other_files_are_refused(tmp_path, data):
    (tmp_path / "a").write_bytes(data)

    with pytest.raises(ValueError, match="a"):
        scrub(tmp_path / "a", tmp_path / "b", KEY, LIBRARY)


def test_a_damaged_capture_is_scrubbed_as_far_as_it_goes_or_refused(tmp_path):
    whole = gzip.decompress(recording(CAPTURES / "_odd" / "sadp-frames").read_bytes())
    outcomes = set()
    for at in range(0, len(whole), 97):
        odd = bytearray(whole)
        odd[at] ^= 0xFF
        (tmp_path / "a.pcap").write_bytes(bytes(odd[: len(odd) - at // 2]))
        outcomes.add(outcome(tmp_path))

    assert "scrubbed" in outcomes


def outcome(folder):
    """How it ended; anything but a ValueError ends the test."""
    try:
        scrub(folder / "a.pcap", folder / "b.pcapng", KEY, LIBRARY)
    except ValueError:
        return "refused"
    return "scrubbed"
