"""What other programs use: every name of the package, tried on emulated devices."""

import json
import subprocess
import sys
from datetime import date

import pytest
from support.loopback import corner_place, quick_answers
from support.recorded import devices, recorded

import netaudit
from netaudit.demo import emulate
from netaudit.inventory import Document


def test_every_name_is_there_and_no_other():
    assert sorted(netaudit.__all__) == dir(netaudit)
    assert all(getattr(netaudit, name) for name in netaudit.__all__)
    with pytest.raises(AttributeError, match="nosuch"):
        netaudit.nosuch  # noqa: B018


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """(the document of one scan of a device, its address, the recording)."""
    bundle = tmp_path_factory.mktemp("scanned") / "evidence.bundle"
    with quick_answers(), emulate(devices("hikvision-dome"), corner_place) as emulation:
        address = emulation["hikvision-dome"].address
        return netaudit.scan(address, profile="standard", site="north", record=bundle), address, bundle


def test_scan_finds_what_is_there_and_its_replay_is_the_same(scanned):
    found, address, bundle = scanned

    assert isinstance(found, Document)
    assert [(asset.addresses, asset.family, asset.verdict) for asset in found.assets] == [
        ((address,), "hikvision", "confirmed")
    ]
    assert found.run.site == "north"
    assert netaudit.replay(bundle) == found


@pytest.mark.usefixtures("nobody_there")
def test_scan_takes_one_target_or_many_and_a_library():
    library = netaudit.load_library()
    found = netaudit.scan(
        ["127.0.0.201", "127.0.0.202"], excluded="127.0.0.202", channels=["sadp"], rate_pps=10_000, library=library
    )

    assert (found.coverage.addresses_in_scope, found.assets) == (1, ())
    assert found.run.scope.excluded == ("127.0.0.202",)
    assert found.run.fingerprints.count == library.count


@pytest.mark.parametrize(
    ("targets", "options", "reason"),
    [
        ((), {}, "no target given"),
        ("8.8.8.8", {}, "--yes"),
        ("127.0.0.1", {"profile": "rude"}, "profile"),
        ("127.0.0.1", {"profile": "passive", "listen_s": 0}, "listen"),
        ("127.0.0.1", {"channels": "arp"}, "cannot be asked"),
    ],
)
def test_scan_that_cannot_be_meant_is_a_value_error(targets, options, reason):
    with pytest.raises(ValueError, match=reason):
        netaudit.scan(targets, **options)


@pytest.mark.parametrize("files", [lambda path: path, str, lambda path: [path], lambda path: (str(path),)])
def test_replay_takes_one_file_or_many(files):
    found = netaudit.replay(files(recorded().bundle))

    assert found == netaudit.read_inventory(recorded().inventory)


def test_inventory_is_read_as_it_was_written(tmp_path):
    found = netaudit.read_inventory(recorded().inventory)
    netaudit.write_inventory(found, tmp_path / "again.json")

    assert (tmp_path / "again.json").read_bytes() == recorded().inventory.read_bytes()


def test_file_that_is_no_inventory_is_a_value_error(tmp_path):
    (tmp_path / "x").write_text("{}")
    with pytest.raises(ValueError, match="not an inventory"):
        netaudit.read_inventory(tmp_path / "x")


def test_line_and_lines_are_identified():
    library = netaudit.load_library()
    line = b'{"id": 7, "observations": [{"field": "rtsp.server", "value": "Dahua Rtsp Server"}]}'
    (encoded,) = netaudit.identify_lines([line], library)

    assert netaudit.identify_line(line, library)["family"] == "dahua"
    assert json.loads(encoded) == netaudit.identify_line(line, library)


def test_names_have_their_types_for_checkers(tmp_path):
    (tmp_path / "program.py").write_text(
        "import netaudit\nreveal_type(netaudit.scan)\nreveal_type(netaudit.load_library)\n"
    )
    words = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(tmp_path / "program.py")]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    if "No module named mypy" in ended.stderr:
        pytest.skip("mypy is not installed here")

    assert "-> netaudit.inventory.shape.Document" in ended.stdout
    assert "-> netaudit.identify.fingerprints.Library" in ended.stdout


def test_an_inventory_is_held_against_policies(scanned):
    document, *_ = scanned
    policies = netaudit.load_policies().select(["CA-FED-USE-2025"])
    found = netaudit.evaluate(document, policies, None, None, date(2026, 11, 22))

    assert [(f.rule, f.outcome) for f in found if f.kind == "rule"] == [("buy-or-use", "in-breach")]
