import sys

import pytest
from benchmarks.processes import Cost, compete, markdown, run, wall

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def python(code):
    return lambda: run([sys.executable, "-c", code])


def test_whole_processes_are_measured():
    cost = run([sys.executable, "-c", "print(len(bytearray(60 << 20))); import time; time.sleep(0.3)"])

    assert (cost.code, cost.output) == (0, b"62914560\n")
    assert cost.wall_s >= 0.3 > cost.cpu_s / 10
    assert 60 < cost.peak_mib < 200


def test_memory_of_the_processes_that_it_begins_counts():
    held = "import time; held = bytearray(60 << 20); time.sleep(1.5)"
    cost = run([sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{held}'])"])

    assert 65 < cost.peak_mib < 200


def test_one_that_does_not_end_is_killed():
    cost = run(SLEEP, limit_s=0.5)

    assert cost.code == -9
    assert cost.wall_s < 30


def test_medians_stand_beside_ours():
    took = iter([2.0, 9.0, 1.0, 3.0])
    ours, peer = (lambda: Cost(wall_s=next(took), cpu_s=0.0, peak_mib=1.0, code=0) for _ in range(2))
    contest = compete("T", {"ours": ours, "peer": peer}, runs=3, once={"peer"})

    assert (len(contest.runs["ours"]), len(contest.runs["peer"])) == (3, 1)
    assert (contest.ratio("ours", wall), contest.ratio("peer", wall)) == (1, 4.5)
    assert "| peer, one run |" in markdown(contest)


def test_one_that_fails_is_an_error():
    with pytest.raises(ValueError, match="peer ended with 3"):
        compete("T", {"peer": python("raise SystemExit(3)")}, runs=1)


def test_python_finds_its_modules_compiled(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    cost = run([sys.executable, "-c", "import sys; print(sys.dont_write_bytecode, bool(sys.pycache_prefix))"])

    assert cost.output == b"False True\n"
