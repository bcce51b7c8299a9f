"""The tool that records captures: one device, recorded anew, replays as what it is."""

import pytest
from support.namespaces import needs_namespaces
from support.origin import expected
from support.readme import faults
from support.recording import record

from netaudit.identify.fingerprints import load_library
from netaudit.inventory import document
from netaudit.runs import replay

pytestmark = [*needs_namespaces, pytest.mark.timeout(120)]

ORIGIN = """
scan    = ["10.77.0.16"]
options = ["--channels", "arp,sadp"]

[[device]]
name    = "hikvision-laview"
address = "10.77.0.16"
"""


def test_a_recording_replays_as_what_was_recorded(tmp_path):
    (tmp_path / "origin.toml").write_text(ORIGIN)

    record(tmp_path)
    (expectation,) = expected(tmp_path)
    assets = document(replay([tmp_path / "capture.pcap.gz"], load_library())).assets
    found = {asset.addresses[0]: asset for asset in assets}[expectation.address]

    assert (found.family, found.brand, found.serial) == ("hikvision", "LaView", expectation.device.truth.serial)
    assert expectation.device.mac in found.macs
    assert len(faults(tmp_path)) == 1  # the skeleton of a README is no README
