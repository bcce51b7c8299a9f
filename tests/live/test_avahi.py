"""A responder that others wrote, avahi, announces what a camera announces: it is found by mDNS and read."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from support.namespaces import needs_namespaces, run_in
from support.network import Network
from support.recorders import filled, running
from support.sniffer import sniff
from support.waiting import wait_until

AVAHI = shutil.which("avahi-daemon") or shutil.which("avahi-daemon", path="/usr/sbin")
FOLDER = Path(__file__).parents[1] / "captures" / "axis-m3067-p-avahi-0.8"  # its configuration, and what it announces
ADDRESS, MAC = "10.77.0.55", "b8:a4:4f:2e:07:d9"
PROGRAM = """
mkdir -p /run/avahi-daemon && exec unshare --mount sh -c "mount --bind {folder}/avahi /etc/avahi &&
mount -t tmpfs none /run/avahi-daemon && exec %s --no-drop-root --no-chroot --no-rlimits"
"""

pytestmark = [
    *needs_namespaces,
    pytest.mark.skipif(not AVAHI, reason="avahi is not installed (Debian package avahi-daemon)"),
]


def is_announcement(frame):
    """Whether a frame announces the camera's service; before that it makes sure that nobody has its name: RFC 6762 section 8."""
    return frame[36:38] == b"\x14\xe9" and frame[44] & 0x80 and b"\x0b_axis-video\x04_tcp" in frame


def test_responder_is_found_and_read(tmp_path):
    output = tmp_path / "inventory.json"
    with Network() as network:
        lan = network.lan()
        server = network.namespace("avahi")
        network.plug(lan, server, "eth0", f"{ADDRESS}/24", MAC, "route add default dev eth0")
        with (
            sniff(network.scanner, lan.interface) as sniffer,
            running(server, filled(PROGRAM % AVAHI, FOLDER, ADDRESS)),
        ):
            wait_until(lambda: any(map(is_announcement, sniffer.received())), "the announcement")
            argv = [sys.executable, "-m", "netaudit", "scan", "10.77.0.0/24", "-q", "--profile", "standard"]
            argv += ["--channels", "arp,mdns", "--listen", "0", "-o", f"json={output}"]
            done = run_in(network.scanner, argv, capture_output=True, text=True, timeout=90)
    assert done.returncode in {0, 4}, done.stderr
    (asset,) = json.loads(output.read_text())["assets"]

    assert (asset["addresses"], asset["macs"]) == ([ADDRESS], [MAC])
    assert (asset["family"], asset["model"], asset["serial"]) == ("axis", "M3067-P", "B8A44F2E07D9")
