import subprocess

import pytest
from benchmarks import router_table
from benchmarks.beside_peers import put
from benchmarks.router_table import AREA, AT_FULL_RATE, WAYS, Watched, measure, table
from support.namespaces import needs_namespaces

FEW = "10.195.0.0/27"  # 30 hosts


@pytest.fixture
def hasty(monkeypatch):
    """Nobody waits for what the router found last."""
    monkeypatch.setattr(router_table, "FOUND_S", 0.0)


@needs_namespaces[0]
@needs_namespaces[1]
@pytest.mark.usefixtures("hasty")
def test_a_router_is_watched_while_it_looks_for_nobody():
    watched = measure([*WAYS["standard"], "--channels", "sadp,rtsp"], FEW)

    assert 0 < watched.by_datagrams <= 30 + watched.met
    assert 0 < watched.by_connections <= 30 + watched.met
    assert 0 < watched.reached <= watched.met


@needs_namespaces[0]
@needs_namespaces[1]
@pytest.mark.usefixtures("hasty")
def test_failed_scan_is_no_row():
    with pytest.raises(ValueError, match="ended with 2"):
        measure([*WAYS["standard"], "--no-such-option"], FEW)


def test_what_holds_datagrams_back_can_be_left_out():
    done = subprocess.run([*AT_FULL_RATE[:3], "--version"], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr


def test_table_has_a_row_for_each_scan(tmp_path, monkeypatch):
    places = tmp_path / "gc_thresh3"
    every = {"a scan": Watched(wall_s=12.34, by_datagrams=1021, by_connections=257, met=50, reached=42)}
    monkeypatch.setattr(router_table, "PLACES", places)
    assert "a router looked at once" in table(every)

    places.write_text("1024\n")
    told = table(every)

    assert "a router of 1,024 places looked at once" in told
    assert told.splitlines()[-1] == "| a scan | 12.3 | 1,021 | 257 | 42 of 50 |"


def test_page_has_a_place_for_it(request):
    page = (request.config.rootpath / "docs" / "benchmarks.md").read_text(encoding="utf-8")

    assert put(page, AREA, "x") != page
