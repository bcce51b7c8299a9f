"""Neighbours that are not one device with one address: each is shown as what it is."""

import json
import subprocess
import sys
from contextlib import ExitStack

import pytest
from support.namespaces import inside, ip, needs_namespaces, run_in, write_setting
from support.network import Network

from netaudit.demo import emulate, load_devices

pytestmark = [*needs_namespaces, pytest.mark.timeout(200)]

DEVICES = {device.name: device for device in load_devices()}
CAMERA, CLAIMED = "hikvision-dome", "dahua-camera"
SECOND = "10.77.0.90"  # the camera's other address
RIVAL_MAC, PROXY_MAC = "02:00:5e:00:53:a1", "02:00:5e:00:53:a2"
PROXIED = {f"10.77.0.{n}" for n in range(113, 127)}  # the hosts of 10.77.0.112/28


def long_scan(folder):
    """A LAN with a camera of two addresses, an address that two devices claim, and a router with proxy ARP."""
    output = folder / "run.json"
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        lan = network.lan("10.77.0.0/24")
        emulation = stack.enter_context(emulate([DEVICES[CAMERA], DEVICES[CLAIMED]], lan.place))
        with emulation[CAMERA].placement.enter():
            subprocess.run(["ip", "address", "add", f"{SECOND}/24", "dev", "eth0"], check=True)
        rival = network.namespace("rival")
        network.plug(lan, rival, "eth0", f"{emulation[CLAIMED].address}/24", RIVAL_MAC)
        _proxy(network, lan)
        arguments = ["10.77.0.8-126", "--channels", "arp,http", "--profile", "standard", "--once", "--listen", "0"]
        command = [sys.executable, "-m", "netaudit", "scan", *arguments, "-o", f"json={output}"]
        done = run_in(network.scanner, command, capture_output=True, text=True, timeout=90)
        addresses = {name: emulation[name].address for name in (CAMERA, CLAIMED)}
    assert output.exists(), done.stderr
    return json.loads(output.read_text()), addresses, done


@pytest.fixture(scope="module")
def scanned(long_scanned):
    return long_scanned


def _proxy(network, lan):
    """A router that answers ARP for a part of the LAN, as if that were here."""
    router = network.namespace("proxy")
    behind = ("link add far type veth peer name farther", "link set far up", "route add 10.77.0.112/28 dev far")
    network.plug(lan, router, "near", "10.77.0.10/24", PROXY_MAC, *behind)
    with inside(router):
        for setting in ("ipv4/ip_forward", "ipv4/conf/near/proxy_arp", "ipv4/neigh/near/proxy_delay"):
            write_setting(setting, "0" if setting.endswith("delay") else "1")
    ip("link set farther up", inside=router)


def assets_at(inventory, address):
    return [asset for asset in inventory["assets"] if address in asset["addresses"]]


def gaps(inventory, kind):
    return [gap for gap in inventory["coverage"]["gaps"] if gap["kind"] == kind]


def test_device_with_two_addresses_is_one_device(scanned):
    inventory, addresses, _ = scanned
    (asset,) = assets_at(inventory, addresses[CAMERA])

    assert sorted(asset["addresses"]) == sorted([addresses[CAMERA], SECOND])
    assert asset["macs"] == [DEVICES[CAMERA].mac]


def test_address_that_two_devices_claim_is_two_devices_and_told(scanned):
    inventory, addresses, _ = scanned
    claimed = addresses[CLAIMED]

    assert {mac for asset in assets_at(inventory, claimed) for mac in asset["macs"]} == {
        DEVICES[CLAIMED].mac,
        RIVAL_MAC,
    }
    assert len(assets_at(inventory, claimed)) == 2
    assert [gap["address"] for gap in gaps(inventory, "address_conflict")] == [claimed]


def test_router_with_proxy_arp_is_no_crowd_of_devices(scanned):
    inventory, _, _ = scanned
    (gap,) = gaps(inventory, "shared_mac")
    proxied = [asset for asset in inventory["assets"] if set(asset["addresses"]) & PROXIED]

    assert PROXY_MAC in gap["detail"]
    assert all(asset["family"] == "unknown" for asset in proxied)
    assert not any(len(asset["addresses"]) > 1 for asset in proxied)


def test_none_of_these_ends_the_run(scanned):
    _, _, done = scanned

    assert done.returncode in {0, 4}
    assert "Traceback" not in done.stderr
