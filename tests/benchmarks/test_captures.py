"""Bounds are ratios of CPU time: the machine's speed and its other work cancel out."""

import gzip
import shutil

import pytest
from benchmarks.captures import contenders, measure, write_capture
from benchmarks.processes import cpu

FEW, MORE = 20_000, 360_000
A_READER_MIB = 45  # what the process that reads holds: with the smaller capture it may go unnoticed
MOST_MIB = 300


@pytest.fixture(scope="module")
def netaudit(tmp_path_factory):
    """The cost of a smaller and of a larger capture."""
    folder = tmp_path_factory.mktemp("captures")
    costs = []
    for packets in (FEW, MORE):
        path = folder / f"{packets}.pcap"
        write_capture(path, packets)
        costs.append(contenders(path)["netaudit"]())
    return costs


def test_memory_does_not_grow_with_the_capture(netaudit):
    few, more = netaudit

    assert more.peak_mib <= few.peak_mib + A_READER_MIB  # the larger one is 158 MB
    assert more.peak_mib < MOST_MIB


def test_memory_does_not_grow_for_one_that_is_packed(netaudit, tmp_path):
    path = tmp_path / "packed.pcap"
    write_capture(path, MORE)
    packed = tmp_path / "packed.pcap.gz"
    with path.open("rb") as plain, gzip.open(packed, "wb", compresslevel=0) as stream:
        shutil.copyfileobj(plain, stream)
    cost = contenders(packed)["netaudit"]()

    assert cost.output.count(b"\n") == netaudit[1].output.count(b"\n")
    assert cost.peak_mib <= netaudit[0].peak_mib + A_READER_MIB


def test_the_same_devices_are_found_in_it(netaudit):
    assert [len(cost.output.splitlines()) > 20 for cost in netaudit] == [True, True]


@pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")
def test_tshark_takes_several_times_as_long():
    contest = measure(6 * FEW, 1)

    assert contest.ratio("tshark", cpu) > 1
