"""netaudit watch as its users meet it: one real round, its times, its mistakes, and what starts it."""

import signal
import subprocess
import sys
import time
import urllib.request

import pytest
from support.commands import run
from support.loopback import corner_place, kept_port, quick_answers

from netaudit.demo import emulate, load_devices
from netaudit.history import History

SITE = """
[[site]]
name = "Depot"
targets = ["{targets}"]
schedule = "0 2 * * *"
profile = "standard"
"""


@pytest.fixture
def write(tmp_path):
    def written(text, head=""):
        path = tmp_path / "watch.toml"
        path.write_text(f'state = "{tmp_path}/state"\nhistory = "{tmp_path}/history.db"\n{head}\n{text}')
        return path

    return written


def test_a_site_that_is_named_is_scanned_and_stored(write, tmp_path):
    devices = [device for device in load_devices() if device.name == "dahua-amcrest"]
    with quick_answers(), emulate(devices, corner_place) as emulation:
        targets = '", "'.join(played.placement.address for played in emulation.devices)
        head = f'metrics_file = "{tmp_path}/netaudit.prom"'
        ended = run("watch", "--config", write(SITE.format(targets=targets), head), "--site", "Depot", "-q")

    assert ended.code in {0, 4}, ended.err
    with History(tmp_path / "history.db") as history:
        (stored,) = history.runs("Depot")
        assert history.load(stored.id).assets[0].family == "dahua"
        assert history.bundle(stored.id) is not None
    assert 'netaudit_devices{family="dahua",site="Depot"' in (tmp_path / "netaudit.prom").read_text()


def test_nothing_due_is_a_good_end(write):
    ended = run("watch", "--config", write(SITE.format(targets="192.0.2.1")), "--once")

    assert (ended.code, ended.err) == (0, "")


def test_a_scan_that_fails_is_told_by_the_exit_code(write):
    ended = run("watch", "--config", write(SITE.format(targets="no-such-name.invalid")), "--site", "Depot")

    assert ended.code == 3
    assert "no-such-name.invalid" in ended.err


def test_times_are_shown_without_scanning(write):
    ended = run("watch", "--config", write(SITE.format(targets="192.0.2.1")), "--check")

    assert ended.code == 0
    assert "Depot: 192.0.2.1" in ended.text


@pytest.mark.parametrize(
    ("text", "word"),
    [("", "site"), ("[[site]]\nname = 1\n", "name"), (SITE.format(targets="x") + 'color = "red"\n', "color")],
)
def test_a_mistake_is_one_line(write, text, word):
    ended = run("watch", "--config", write(text), "--once")

    assert ended.code == 2
    assert word in ended.error
    assert "watch.toml" in ended.error


def test_a_missing_file_is_one_line(tmp_path):
    assert "none.toml" in run("watch", "--config", tmp_path / "none.toml", "--once").error


def test_a_site_that_is_not_there_is_an_error(write):
    assert "Elsewhere" in run("watch", "--config", write(SITE.format(targets="x")), "--site", "Elsewhere").error


def test_units_are_written_where_one_says(write, tmp_path):
    ended = run("watch", "install", "--config", write(SITE.format(targets="192.0.2.1")), "--to", tmp_path)

    assert ended.code == 0, ended.err
    assert "CAP_NET_RAW" in (tmp_path / "netaudit-watch.service").read_text()
    assert "OnCalendar" in (tmp_path / "netaudit-watch.timer").read_text()


@pytest.mark.parametrize(("what", "word"), [("cron", "*/5 * * * *"), ("windows", "<Task ")])
def test_other_systems_get_what_they_need(write, what, word):
    assert word in run("watch", "install", "--config", write(SITE.format(targets="192.0.2.1")), "--for", what).text


def test_watching_serves_its_figures_until_it_is_stopped(write):
    with kept_port() as port:
        path = write(SITE.format(targets="192.0.2.1"), f"metrics_port = {port}")
        process = subprocess.Popen([sys.executable, "-m", "netaudit", "watch", "--config", path, "-q"])
        try:
            text = _fetched(f"http://127.0.0.1:{port}/metrics")
        finally:
            process.send_signal(signal.SIGTERM)
            ended = process.wait(120)

    assert ended == 0
    assert "netaudit_devices" in text


def _fetched(url):
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.1)
    raise AssertionError("nobody serves the figures")
