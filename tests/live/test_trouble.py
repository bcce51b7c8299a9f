"""A scan in trouble: an interface that goes away, a device that falls silent, a VLAN; what was lost is told."""

import json
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest
from support.namespaces import inside, ip, needs_namespaces
from support.network import Network
from support.sniffer import sniff
from support.together import at_once
from support.waiting import Acting, wait_until

from netaudit.demo import Placement, emulate, load_devices

pytestmark = [*needs_namespaces, pytest.mark.timeout(200)]

DEVICES = {device.name: device for device in load_devices()}
NEAR, FAR = "hikvision-dome", "dahua-camera"
TARGETS = ("10.77.0.1-40", "10.78.0.1-40")


@contextmanager
def two_lans():
    """A scanner on two LANs with a camera on each."""
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        first, second = network.lan("10.77.0.0/24"), network.lan("10.78.0.0/24")
        lans = {NEAR: first, FAR: second}
        emulation = stack.enter_context(emulate([DEVICES[n] for n in lans], lambda d: lans[d.name].place(d)))
        yield network, emulation, second


@contextmanager
def scanning(network, folder, *arguments):
    """A scan that goes on while the context lasts; its output and exit code are there at the end."""
    command = [
        "ip", "netns", "exec", network.scanner, sys.executable, "-m", "netaudit", "scan", *arguments, "--profile", "standard",
        "--once", "--listen", "0", "-o", f"json={folder / 'run.json'}", "--record", str(folder / "run.bundle"),
    ]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.told = process.communicate(timeout=90)[1]
    process.inventory = json.loads((folder / "run.json").read_text())


def unplug(played):
    with played.placement.enter():
        subprocess.run(["ip", "link", "set", "eth0", "down"], check=True)


def gaps(process, kind):
    return [gap for gap in process.inventory["coverage"]["gaps"] if gap["kind"] == kind]


def found(process):
    return {address for asset in process.inventory["assets"] for address in asset["addresses"]}


def losing(command, folder):
    """(the scan, the address of the near camera) where the far interface goes away by this command."""
    with two_lans() as (network, emulation, far):
        with (
            sniff(network.wire, far.bridge) as sniffer,
            scanning(network, folder, *TARGETS, "--channels", "arp,sadp,http", "--rate", "40") as process,
        ):
            wait_until(lambda: any(f[12:14] == b"\x08\x06" for f in sniffer.received()), "its first question")
            ip(command, inside=network.scanner)
        return process, emulation[NEAR].address


def silencing(folder):
    """(the scan, the address of the near camera) where that camera falls silent when it is asked."""
    with two_lans() as (network, emulation, _):
        camera = emulation[NEAR]
        camera.seen = Acting(lambda _: unplug(camera))
        with scanning(network, folder, *TARGETS, "--channels", "arp,http") as process:
            pass
        return process, camera.address


TROUBLES = {
    "down": partial(losing, "link set lan1 down"),
    "gone": partial(losing, "link delete lan1"),
    "silent": silencing,
}


def long_scan(folder):
    """(the scan, the address of the near camera, its folder) in each trouble: all at the same time, each on its own LANs."""
    folders = {name: folder / name for name in TROUBLES}
    for one in folders.values():
        one.mkdir()
    done = at_once(*(partial(trouble, folders[name]) for name, trouble in TROUBLES.items()))
    return {name: (*scan, folders[name]) for name, scan in zip(TROUBLES, done, strict=True)}


@pytest.fixture(scope="module")
def troubled(long_scanned):
    return long_scanned


@pytest.mark.parametrize("how", ["down", "gone"])
def test_interface_that_goes_away_does_not_end_the_run(troubled, how):
    process, near, _ = troubled[how]

    assert process.returncode == 4, process.told
    assert "Traceback" not in process.told
    assert near in found(process)
    assert any("lan1" in gap["detail"] for gap in gaps(process, "interface"))


def test_device_that_falls_silent_during_the_scan_is_told_and_so_is_its_replay(troubled):
    process, address, folder = troubled["silent"]
    harm = process.inventory["coverage"]["harm"]
    replay = ["replay", str(folder / "run.bundle"), "-o", f"json={folder / 'again.json'}"]
    again = subprocess.run([sys.executable, "-m", "netaudit", *replay], capture_output=True, text=True, check=False)

    assert process.returncode == 4, process.told
    assert [gap["address"] for gap in gaps(process, "fell_silent")] == [address]
    assert gaps(process, "fell_silent")[0]["asset"] in {asset["id"] for asset in process.inventory["assets"]}
    assert (harm["checked"], harm["still_answering"], harm["silent"]) == (2, 1, [address])
    assert again.returncode == 4, again.stderr
    assert (folder / "again.json").read_bytes() == (folder / "run.json").read_bytes()


def test_vlan_is_a_network_of_its_own(tmp_path):
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        lan = network.lan("10.77.0.0/24")
        tag = (
            "link add link {0} name {0}.20 type vlan id 20",
            "link set {0}.20 up",
            "address add {1} brd + dev {0}.20",
        )
        try:
            ip(*(line.format("lan0", "10.79.0.2/24") for line in tag), inside=network.scanner)
        except OSError as error:
            pytest.skip(f"this kernel makes no VLAN: {str(error).splitlines()[0]}")

        def place(device):
            namespace = network.namespace(device.name)
            address = f"10.79.0.{device.host}"
            network.plug(lan, namespace, "eth0", f"10.77.0.{device.host}/24", device.mac)
            ip(*(line.format("eth0", f"{address}/24") for line in tag), inside=namespace)
            return Placement(address=address, interface="eth0.20", enter=partial(inside, namespace))

        emulation = stack.enter_context(emulate([DEVICES[NEAR]], place))
        with scanning(network, tmp_path, "10.79.0.0/24") as process:
            pass
        camera = emulation[NEAR]
    (subnet,) = process.inventory["coverage"]["subnets"]

    assert process.returncode == 0, process.told
    assert (subnet["network"], subnet["interface"], subnet["answering"]) == ("10.79.0.0/24", "lan0.20", 1)
    assert camera.address in found(process)
