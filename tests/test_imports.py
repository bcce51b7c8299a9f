"""What other tools found becomes an inventory: with a real nmap against emulated devices, and with files of our own."""

import shutil
import subprocess

import pytest
from support.commands import run
from support.loopback import corner_place

from netaudit.demo import emulate, load_devices
from netaudit.identify.fingerprints import load_library
from netaudit.imports import import_nmap
from netaudit.inventory import decode, document, encode
from netaudit.model import Observation
from netaudit.runs import replay

SCRIPTS = "http-title,http-server-header,http-auth,http-headers,ssl-cert,rtsp-methods"
NMAP = shutil.which("nmap")


def xml(path, *ports):
    path.write_text(
        '<nmaprun start="1700000000"><host><status state="up"/><address addr="192.0.2.7" addrtype="ipv4"/>'
        f'<address addr="c0:56:e3:00:53:01" addrtype="mac"/><ports>{"".join(ports)}</ports></host></nmaprun>'
    )
    return path


def port(number, script):
    return f'<port protocol="tcp" portid="{number}"><state state="open"/>{script}</port>'


TITLE = '<script id="http-title" output="x"><elem key="title"> A title </elem></script>'
AUTH = '<script id="http-headers" output="&#10;  WWW-Authenticate: Digest realm=&quot;Login to 6C0&quot;&#10;"/>'


def test_values_are_tidied_as_channels_do_and_give_what_they_hold(tmp_path):
    path = xml(tmp_path / "a.xml", port(80, TITLE.replace("A ", "A\u200e ")), port(81, AUTH))
    found = {(e.field, e.value) for e in import_nmap(path) if isinstance(e, Observation)}

    assert ("http.title", "A  title") in found
    assert ("http.realm", "Login to 6C0") in found
    assert ("mac.address", "c0:56:e3:00:53:01") in found


def test_a_hardware_address_of_nobody_is_left_out(tmp_path):
    path = xml(tmp_path / "a.xml")
    path.write_text(path.read_text().replace("c0:56:e3:00:53:01", "01:00:5e:00:00:01"))

    assert [e for e in import_nmap(path) if isinstance(e, Observation)] == []


def test_an_import_is_the_same_twice_and_names_its_feed(tmp_path):
    path = xml(tmp_path / "a.xml", port(80, TITLE))
    once, twice = (encode(document(replay([path], load_library()))) for _ in range(2))
    found = decode(once)

    assert once == twice
    assert found.run.feed == "import"
    assert "import" in [gap.kind for gap in found.coverage.gaps]
    assert found.assets[0].macs == ("c0:56:e3:00:53:01",)


def test_a_file_without_hosts_says_that_nothing_was_read(tmp_path):
    (tmp_path / "a.xml").write_text("<nmaprun>")

    assert run("replay", tmp_path / "a.xml").code == 2


def test_what_a_file_is_can_be_said(tmp_path):
    path = xml(tmp_path / "a.xml", port(80, TITLE))

    assert run("replay", path, "--from", "nmap", "-o", "json").code == 0
    assert run("replay", path, "--from", "capture").code == 2


@pytest.mark.skipif(NMAP is None, reason="nmap is not installed")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket")  # Python's, where a visitor resets at once
def test_a_real_nmap_run_finds_the_emulated_devices(tmp_path):
    chosen = {"hikvision-dome", "hikvision-lts", "dahua-camera", "dahua-recorder", "axis-dome"}
    devices = [d for d in load_devices() if d.name in chosen]
    with emulate(devices, corner_place) as emulation:
        targets = [played.placement.address for played in emulation.devices]
        forced = ",".join(f"+{name}" for name in SCRIPTS.split(","))
        options = ("-n", "-sT", "-T4", "--script", forced, "--script-timeout", "8", "-p", "8080,8443,8554,37777")
        subprocess.run(
            [NMAP, *options, "-oX", tmp_path / "out.xml", *targets], check=True, timeout=300, stdout=subprocess.DEVNULL
        )
    ended = run("replay", tmp_path / "out.xml", "-o", "json")
    found = decode(ended.out)
    family = {a: asset.family for asset in found.assets for a in asset.addresses}
    truth = {corner_place(d).address: d.truth.family for d in devices}

    assert ended.code == 0
    assert sorted(family) == sorted(targets)
    assert {(a, f) for a, f in family.items() if f not in {"unknown", truth[a]}} == set()
    assert sum(f != "unknown" for f in family.values()) >= 2
    assert all(asset.evidence for asset in found.assets if asset.family != "unknown")
