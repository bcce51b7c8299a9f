"""What starts the watch by itself holds up under systemd's own checks, and survives odd paths."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from defusedxml import ElementTree

from netaudit.watch.timers import crontab_line, install_units, out_of_reach, service_unit, windows_task

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(not ANALYZE, reason="no systemd-analyze here")
ODD = Path("/etc/net audit/100%/$HOME's.toml")


def analyze(*arguments):
    return subprocess.run([ANALYZE, *arguments], capture_output=True, text=True, check=False, timeout=300)


@needs_systemd
@pytest.mark.parametrize("settings", [Path("/etc/netaudit/watch.toml"), ODD], ids=str)
def test_systemd_finds_no_fault_in_the_units(tmp_path, settings):
    units = install_units(settings, tmp_path, program=sys.executable, secrets=("/etc/netaudit/smtp",))

    done = analyze("verify", *map(str, units))

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_systemd_rates_the_service_as_ok_or_better(tmp_path):
    service, _ = install_units(Path("/etc/netaudit/watch.toml"), tmp_path, program=sys.executable)

    done = analyze("security", "--offline=true", "--threshold=29", str(service))

    assert done.returncode == 0, done.stdout[-400:]


def test_the_service_may_do_no_more_than_raw_sockets():
    unit = service_unit(Path("/etc/netaudit/watch.toml"), program="/usr/bin/netaudit")

    assert "CapabilityBoundingSet=CAP_NET_RAW\n" in unit
    assert "DynamicUser=yes\n" in unit
    assert "ProtectSystem=strict\n" in unit


@pytest.mark.parametrize(
    ("program", "lost"),
    [("/opt/netaudit/bin/netaudit", ()), ("/root/.venv/bin/netaudit", ("/root/.venv/bin/netaudit",))],
)
def test_what_stands_in_a_home_is_named(program, lost):
    assert out_of_reach(Path("/etc/netaudit/watch.toml"), program=program) == lost


def test_secrets_are_handed_over_by_systemd():
    unit = service_unit(Path("/etc/w.toml"), program="/usr/bin/netaudit", secrets=("/etc/netaudit/smtp",))

    assert "LoadCredential=smtp:/etc/netaudit/smtp\n" in unit


def test_the_crontab_line_runs_what_it_says():
    line = crontab_line(ODD, program="/opt/net audit/bin/netaudit")

    command = line.split(maxsplit=5)[5].replace("\\%", "%")  # as cron does
    assert shlex.split(command) == ["/opt/net audit/bin/netaudit", "watch", "--config", str(ODD), "--once", "--quiet"]


def test_the_windows_task_is_well_formed():
    text = windows_task(Path(r"C:\Program Files\a&b\watch.toml"), program=r"C:\py\netaudit.exe")

    root = ElementTree.fromstring(text.partition("?>")[2])
    assert root.findtext(".//{*}Arguments") == r'watch --config "C:\Program Files\a&b\watch.toml" --once'
