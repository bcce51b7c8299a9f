"""Bounds are ratios of CPU time: the machine's speed and its other work cancel out."""

import pytest
from benchmarks.captures import write_capture
from benchmarks.passing import read, read_one_by_one, write_strangers
from benchmarks.timing import least

PACKETS = 60_000


@pytest.mark.parametrize(("write", "most"), [(write_capture, 0.8), (write_strangers, 1.2)])
def test_packets_that_are_known_cost_less_and_others_no_more(tmp_path, write, most):
    path = tmp_path / "some.pcap"
    write(path, PACKETS)
    at_once, one_by_one = least(3, lambda: read(path), lambda: read_one_by_one(path))

    assert at_once < most * one_by_one
