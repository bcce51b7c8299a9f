"""Bounds are ratios within one run, with a bare interpreter beside the verbs; those of memory are as they stand."""

import pytest
from benchmarks.processes import FINE, cpu, run
from benchmarks.verbs import NETAUDIT, measure, measure_stored, write_scans

HELP = "netaudit --help"
SCANNED = 3000  # devices: their inventory has 22 MB, and takes 60 when it is held
MOST_MIB, MOST_WITH_A_DATABASE = 80, 110  # half of which are libraries


@pytest.fixture(scope="module")
def contest():
    return measure(3, 200, 2000, 200)


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    return write_scans(tmp_path_factory.mktemp("scans"), SCANNED)


def test_help_costs_a_few_bare_starts(contest):
    assert contest.ratio("python -c pass", cpu) > 1 / 12


def test_everything_is_said(contest):
    assert contest.notes["netaudit identify, 200 devices"] == "200 lines"
    assert contest.notes["netaudit comply, 2,000 assets"] != "0 lines"
    assert contest.notes["netaudit diff, 200 assets twice"] != "0 lines"


def test_every_verb_that_reads_an_inventory_comes_to_its_end():
    contest = measure_stored(1, 20)

    assert contest.notes["netaudit report -o csv"] == "21 lines"
    assert contest.notes["netaudit explain"] != "0 lines"
    assert contest.notes["netaudit comply"] != "0 lines"
    assert len(contest.runs) == 7


@pytest.mark.parametrize(
    "words",
    [
        "diff BEFORE AFTER",
        "comply BEFORE --policy CA-QC-2023",
        "explain BEFORE 10.0.1.17",
        "history add BEFORE AFTER --history STORED",
        "report BEFORE -o csv",
        "report BEFORE -o json",
        "report BEFORE -o jsonl",
        "report BEFORE -o xlsx=WRITTEN",
        "report BEFORE -o html",
    ],
)
def test_memory_does_not_hold_an_inventory(scans, tmp_path, words):
    places = {"BEFORE": scans[0], "AFTER": scans[1], "STORED": tmp_path / "h.db", "WRITTEN": tmp_path / "w"}
    for name, path in places.items():
        words = words.replace(name, str(path))
    cost = run([*NETAUDIT, *words.split()])

    assert cost.code in FINE
    assert cost.peak_mib < (MOST_WITH_A_DATABASE if "--history" in words else MOST_MIB)
