"""Tiny sizes: that each series can be measured, and what holds at any size."""

import re
import shutil
import tomllib
from types import SimpleNamespace

import pytest
from benchmarks.growing import (
    GROWING,
    alive,
    changed,
    fingerprints,
    packets,
    point,
    replies,
    seen,
    silent,
    write_library,
)
from benchmarks.processes import Cost
from support.namespaces import needs_namespaces

from netaudit.identify import fingerprints as library

BLOCK = """
id = 'some-maker'
pattern = '(?i)^(?P<model>DS-\\w{4})Camera/[Version]+$'
rejects = [ { text = 'Camera', why = '' } ]
"""


def test_copy_of_a_fingerprint_has_another_id_and_other_words():
    copy = tomllib.loads(changed(BLOCK, 1))

    assert copy["id"] == "copy-1-some-maker"
    assert copy["pattern"] == "(?i)^(?P<model>DS-\\w{4})Dbnfsb/[Wfstjpo]+$"
    assert changed(BLOCK, 0) == BLOCK


def test_fingerprint_of_prefixes_alone_has_no_copy():
    assert changed("\nid = 'x'\nprefixes = ['44:19:b6']\n", 1) == ""


@pytest.mark.parametrize("size", [100, 700])
def test_library_of_a_size_is_one(size, tmp_path, monkeypatch):
    count = write_library(tmp_path / "made", size)
    monkeypatch.setattr(library, "shipped_directory", lambda: tmp_path / "made")

    assert library.load_library().count == count == size


def test_more_fingerprints_find_the_same_devices():
    few, more = fingerprints((542, 1084), 1, site=20)

    assert few.found == more.found == "20 devices"
    assert (few.size, more.size) == (542, 1084)
    assert more.peak_mib > few.peak_mib > 10


def test_packets_are_replayed():
    few, more = packets((5_000, 10_000), 1)

    assert int(re.sub(r"\D", "", few.found)) > 5
    assert (few.size, more.size) == (5_000, 10_000)


def test_same_devices_told_more_often_take_no_more_memory():
    few, more = replies((5_000, 15_000), 1)

    assert few.found == more.found
    assert more.peak_mib < few.peak_mib + 5


@needs_namespaces[0]
@needs_namespaces[1]
@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_hosts_are_counted():
    (few,) = alive((256,), 1)

    assert few.size == 51
    assert few.found == "51 devices"


def test_devices_that_nobody_can_see_from_here_do_not_count():
    members = {f"10.0.0.{n}": SimpleNamespace(kind=kind) for n, kind in enumerate(["arp only", "printer", "arp only"])}
    built = SimpleNamespace(members=members, routed={"10.0.0.1", "10.0.0.2"})
    output = b'{"addresses": ["10.0.0.1", "10.9.9.9"]}\n{"addresses": []}\n'

    assert seen(built, output) == "1 of 2 that can be seen"


def test_failed_run_is_no_point():
    with pytest.raises(ValueError, match="ended with 3"):
        point(5, [Cost(wall_s=1.0, cpu_s=1.0, peak_mib=1.0, code=3)])


def test_every_series_has_sizes_that_grow():
    assert all(list(growth.sizes) == sorted(set(growth.sizes)) for growth in GROWING.values())
    assert silent in {growth.measure for growth in GROWING.values()}
