import os

import pytest
from support import packets
from test_runs import LIBRARY, SADP, capture

from netaudit import recorded
from netaudit.inventory import document, encode
from netaudit.recorded import Recorded, replay_recorded
from netaudit.records import elsewhere
from netaudit.records.capture import read_capture


@pytest.fixture
def large(monkeypatch, tmp_path):
    """A capture that counts as a large one, on a machine with processors enough."""
    monkeypatch.setattr(recorded, "WORTH_SIZE", 1)
    monkeypatch.setattr(elsewhere, "_is_possible", lambda: True)
    frames = [packets.udp_frame(37020, 37020, SADP), packets.udp_frame(37020, 37020, b"<x")] * 200
    return capture(tmp_path / "a.pcap", frames)


def test_another_process_reads_the_same(monkeypatch, large):
    with Recorded([large]) as elsewhere_read:
        there = encode(document(replay_recorded(elsewhere_read, LIBRARY)))
    monkeypatch.setattr(recorded, "WORTH_SIZE", 1 << 30)
    with Recorded([large]) as here_read:
        here = encode(document(replay_recorded(here_read, LIBRARY)))

    assert here == there
    assert b'"37020"' in here or b"37020" in here


def test_another_process_is_what_reads_a_large_capture(monkeypatch, large):
    readers = []

    def noted(path, ports):
        readers.append(os.getpid())
        return read_capture(path, ports)

    monkeypatch.setattr("netaudit.records.capture.read_capture", noted)
    with Recorded([large]) as files:
        assert len(list(files.events())) == 401

    assert readers == []


def test_capture_that_breaks_off_says_so_from_another_process_too(large):
    large.write_bytes(large.read_bytes()[:-1])
    with Recorded([large]) as files:
        kinds = [getattr(event, "kind", "") for event in files.events()]

    assert kinds.count("truncated_input") == 1


def test_error_in_a_large_capture_is_raised_here(large):
    data = large.read_bytes()
    large.write_bytes(data[:20] + b"\x93\0\0\0" + data[24:])  # a link layer that is not read
    with Recorded([large]) as files, pytest.raises(ValueError, match="link type 147"):
        list(files.events())


def test_small_files_are_read_here(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("another process was begun"))
    with Recorded([capture(tmp_path / "a.pcap", [packets.udp_frame(37020, 37020, SADP)])]) as files:
        assert len(list(files.events())) == 2
        assert files.run().feed == "capture"
