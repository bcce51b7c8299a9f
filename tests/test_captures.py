"""Replays every recording below tests/captures through the whole program, and holds the inventory against its folder.

A folder is a test: the recording, `inventory.json` (the golden file), `origin.toml` (what was recorded, and so what must
be found) and a README. docs/captures.md says how to add one.
"""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from support.origin import RECORDINGS, expected, find_folders
from support.readme import faults

from netaudit.demo.verdicts import asset_at, mistakes
from netaudit.identify.fingerprints import load_library
from netaudit.inventory import document, encode
from netaudit.runs import replay

CAPTURES = Path(__file__).parent / "captures"
GOLDEN = "inventory.json"
MOST_BYTES = 400_000
LIBRARY = load_library()

FOLDERS = find_folders(CAPTURES)
NAMES = [str(folder.relative_to(CAPTURES)) for folder in FOLDERS]
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)


@cache
def inventory_of(folder):
    """The inventory of a folder's recording, as the bytes of its JSON."""
    (path,) = (folder / name for name in RECORDINGS if (folder / name).exists())
    inventory = replay([path], LIBRARY)
    # These change with every fingerprint and every release; nothing else is masked.
    settled = replace(
        inventory,
        fingerprints_count=0,
        fingerprints_sha256="",
        fingerprints_newest="",
        run=replace(inventory.run, version="0"),
    )
    return encode(document(settled))


def assets_of(folder):
    return json.loads(inventory_of(folder))["assets"]


def test_the_documentation_lists_every_recording():
    text = (CAPTURES.parents[1] / "docs" / "captures.md").read_text()

    assert len(NAMES) >= 30
    assert [name for name in NAMES if f"`{name}`" not in text] == []


def test_no_folder_is_without_a_recording():
    assert sorted({path.parent for path in CAPTURES.rglob("README.md")}) == FOLDERS


def test_a_capture_and_a_bundle_of_one_network_name_the_same_devices():
    """Both were judged against what the devices are; this is about what nobody wrote down."""
    told = ("addresses", "macs", "family", "verdict", "kind", "manufacturer", "brand", "model", "firmware", "serial")
    scanner = "10.77.0.2"
    capture, bundle = (
        [
            {name: asset[name] for name in told}
            for asset in assets_of(CAPTURES / folder)
            if scanner not in asset["addresses"]
        ]
        for folder in ("lan-of-many", "lan-of-many-bundle")
    )

    assert capture == bundle


@each_folder
def test_a_replay_gives_the_golden_inventory(folder, accept):
    golden = folder / GOLDEN
    if accept:
        golden.write_bytes(inventory_of(folder))

    assert inventory_of(folder).decode() == golden.read_text()


def asset_of(expectation, assets):
    """By its MAC first: several devices may claim one address, and one may have none."""
    by_mac = [asset for asset in assets if expectation.device.mac in asset["macs"]]
    return by_mac[0] if by_mac else asset_at(assets, expectation.address)


@each_folder
def test_every_device_is_what_its_origin_says(folder):
    devices, assets = expected(folder), assets_of(folder)

    wrong = [mistake for e in devices for mistake in mistakes(e.device, asset_of(e, assets))]

    assert devices
    assert wrong == []


@each_folder
def test_every_device_stands_by_itself_at_its_own_address(folder):
    assets = assets_of(folder)
    found = [(e, asset_of(e, assets)) for e in expected(folder)]

    assert len({asset["id"] for _, asset in found if asset}) == len([asset for _, asset in found if asset])
    assert [e.device.name for e, asset in found if asset and asset["addresses"] not in ([], [e.address])] == []


@each_folder
def test_the_readme_says_where_every_value_comes_from(folder):
    assert faults(folder) == []


@each_folder
def test_a_recording_is_small(folder):
    sizes = [path.stat().st_size for name in RECORDINGS if (path := folder / name).exists()]

    assert len(sizes) == 1
    assert sizes[0] <= MOST_BYTES
