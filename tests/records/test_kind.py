"""A file is a bundle, a capture, or neither; by its bytes, not by its name."""

import gzip

import pytest
from support import packets

from netaudit.model import Run
from netaudit.records.bundle import BundleWriter
from netaudit.records.kind import KINDS, recorded_kind

CAPTURE = packets.pcap_file([])


@pytest.mark.parametrize(
    "content", [CAPTURE, gzip.compress(CAPTURE), packets.pcapng_file([])], ids=["pcap", "gz", "ng"]
)
def test_capture_is_known_packed_or_not(tmp_path, content):
    (tmp_path / "evidence.bundle").write_bytes(content)

    assert recorded_kind(tmp_path / "evidence.bundle") == "capture"


def test_bundle_is_known_even_without_its_end(tmp_path):
    with BundleWriter(tmp_path / "x.pcap", Run(id="r", feed="live", started_at=0, finished_at=0)):
        pass

    assert recorded_kind(tmp_path / "x.pcap") == "bundle"
    assert set(KINDS) == {"bundle", "capture", "nmap"}


def test_what_nmap_wrote_is_known_by_its_root(tmp_path):
    (tmp_path / "x.pcap").write_text('<?xml version="1.0"?>\n<nmaprun scanner="nmap">')

    assert recorded_kind(tmp_path / "x.pcap") == "nmap"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "the file is empty"), (b"\0", "neither"), (b"{}", "neither"), (gzip.compress(b"x"), "neither")],
)
def test_anything_else_is_refused_with_the_file_and_a_cure(tmp_path, content, reason):
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=reason) as caught:
        recorded_kind(path)

    assert str(path) in str(caught.value)
    assert "capture" in str(caught.value)


def test_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match="No such file"):
        recorded_kind(tmp_path / "no")
