"""A whole LAN, scanned for real: ARP, multicast and TCP between namespaces, each device with a kernel of its own."""

import json
import signal
import socket
import struct
import subprocess
import sys
from contextlib import ExitStack
from functools import partial

import pytest
from support.namespaces import needs_namespaces, run_in
from support.network import Network
from support.sniffer import sniff
from support.together import at_once
from support.waiting import has_heard, wait_until

from netaudit.demo import emulate, load_devices
from netaudit.demo.verdicts import asset_at, mistakes

pytestmark = [*needs_namespaces, pytest.mark.timeout(300)]

STRANGER = "dahua-factory"  # keeps its factory address, which does not belong to the LAN
FACTORY_ADDRESS = "192.168.1.108/24"
BEHIND_ROUTER = ("hikvision-annke", "dahua-camera")
SECOND_LAN = ("axis-dome", "dahua-recorder")
EXCLUDED = "lighttpd"


def netaudit(*arguments):
    return [sys.executable, "-m", "netaudit", *arguments]


class Estate:
    """Two attached LANs, one routed subnet, a stranger on the wire; where every device stands."""

    def __init__(self, stack):
        self.network = stack.enter_context(Network())
        self.first = self.network.lan("10.77.0.0/24")
        self.second = self.network.lan("10.78.0.0/24")
        self.routed = self.network.routed("10.79.0.0/24", via=self.first)
        self.devices = load_devices()
        self.emulation = stack.enter_context(emulate(self.devices, self.place))
        self.address = {played.device.name: played.placement.address for played in self.emulation.devices}

    def place(self, device):
        if device.name == STRANGER:
            return self.first.place(device, FACTORY_ADDRESS)
        if device.name in SECOND_LAN:
            return self.second.place(device)
        return (self.routed if device.name in BEHIND_ROUTER else self.first).place(device)


def scan_all(stack, folder):
    """(the estate, the folder, the finished program, what crossed the scanner's interfaces) of a scan of everything."""
    estate = Estate(stack)
    excluded = estate.address[EXCLUDED]
    first = stack.enter_context(sniff(estate.network.scanner, estate.first.interface))
    second = stack.enter_context(sniff(estate.network.scanner, estate.second.interface))
    done = run_in(
        estate.network.scanner,
        netaudit(
            "scan", "10.77.0.0/24", "10.78.0.0/24", "10.79.0.8-60", "--exclude", excluded, "--profile", "standard",
            "--record", str(folder / "run.bundle"), "-o", f"json={folder / 'run.json'}",
        ),
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    return estate, folder, done, (first, second)


def scan_as_nobody(folder):
    """(the estate, the finished program, its inventory) of a scan by root without any capability."""
    with ExitStack() as stack:
        estate, output = Estate(stack), folder / "plain.json"
        done = run_in(
            estate.network.scanner,
            ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all",
             *netaudit("scan", "10.77.0.8-70", "--profile", "standard", "-o", f"json={output}")],
            capture_output=True, text=True, timeout=200,
        )  # fmt: skip
    assert output.exists(), done.stderr
    return estate, done, json.loads(output.read_text())


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Both scans, each of an estate of its own, at the same time; the estate of the first one stays."""
    with ExitStack() as stack:
        whole, nobody = (tmp_path_factory.mktemp(name) for name in ("lan", "nobody"))
        yield at_once(partial(scan_all, stack, whole), partial(scan_as_nobody, nobody))


@pytest.fixture(scope="module")
def scanned(both):
    """One scan of the estate, recorded, with every frame that crossed the scanner's interfaces."""
    return both[0]


@pytest.fixture(scope="module")
def inventory(scanned):
    _, folder, done, _ = scanned
    assert done.returncode == 0, done.stderr

    return json.loads((folder / "run.json").read_text())


def test_every_device_is_what_it_is(scanned, inventory):
    estate, *_ = scanned
    devices = [d for d in estate.devices if d.name != EXCLUDED]

    wrong = [
        mistake
        for device in devices
        for mistake in mistakes(
            device,
            asset_at(inventory["assets"], estate.address[device.name]),
            on_link=device.name not in BEHIND_ROUTER,
        )
    ]

    assert wrong == []


def test_the_device_that_answers_only_arp_is_there(scanned, inventory):
    estate, *_ = scanned

    asset = asset_at(inventory["assets"], estate.address["arp-only"])

    assert asset["family"] == "unknown"
    assert asset["macs"] == [next(d.mac for d in estate.devices if d.name == "arp-only")]


def test_every_device_on_the_attached_lans_has_its_mac(scanned, inventory):
    estate, *_ = scanned
    near = [d for d in estate.devices if d.name not in {EXCLUDED, *BEHIND_ROUTER}]

    missing = [d.name for d in near if d.mac not in asset_at(inventory["assets"], estate.address[d.name])["macs"]]

    assert missing == []


def test_no_address_is_in_two_assets_and_no_device_twice(inventory):
    addresses = [address for asset in inventory["assets"] for address in asset["addresses"]]

    assert len(addresses) == len(set(addresses))


def test_the_stranger_on_the_wire_is_flagged(scanned, inventory):
    gaps = [gap for gap in inventory["coverage"]["gaps"] if gap["kind"] == "wrong_subnet"]

    assert [gap["address"] for gap in gaps] == [FACTORY_ADDRESS.partition("/")[0]]
    assert gaps[0]["asset"] is not None


def test_the_routed_subnet_is_told_as_routed(inventory):
    assert [gap["kind"] for gap in inventory["coverage"]["gaps"]].count("routed") == 1


def test_replay_gives_the_same_bytes(scanned, inventory):
    _, folder, _, _ = scanned
    done = subprocess.run(
        netaudit("replay", str(folder / "run.bundle"), "-o", f"json={folder / 'again.json'}"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert (folder / "again.json").read_bytes() == (folder / "run.json").read_bytes()


def test_nothing_went_to_the_excluded_device(scanned, inventory):
    estate, _, _, sniffers = scanned
    excluded = socket.inet_aton(estate.address[EXCLUDED])
    mac = bytes.fromhex(next(d.mac for d in estate.devices if d.name == EXCLUDED).replace(":", ""))
    sent = [frame for sniffer in sniffers for frame in sniffer.sent()]

    assert sent
    assert [frame for frame in sent if destination(frame) == excluded or frame[:6] == mac] == []
    assert not asset_at(inventory["assets"], estate.address[EXCLUDED])


def test_nothing_left_the_scope(scanned):
    """Destinations of what was sent: the three scopes, discovery groups, broadcasts; asked hosts answer from there."""
    _, _, _, sniffers = scanned
    sent = {destination(frame) for sniffer in sniffers for frame in sniffer.sent()} - {None}
    networks = (b"\x0a\x4d\x00", b"\x0a\x4e\x00", b"\x0a\x4f\x00")
    groups = {socket.inet_aton(a) for a in ("224.0.0.251", "224.0.0.22", "239.255.255.250", "239.255.255.251")}

    strangers = {a for a in sent if a[:3] not in networks and a not in groups and a != b"\xff\xff\xff\xff"}

    assert strangers == set()
    assert not {a for a in sent if a[:3] == networks[2] and not 8 <= a[3] <= 60}


def test_multicast_stays_on_the_link(scanned):
    """TTL 1 for all groups but mDNS, where RFC 6762 section 11 demands 255, and SSDP, where UPnP 1.1 demands 2."""
    _, _, _, sniffers = scanned
    sent = [
        frame for sniffer in sniffers for frame in sniffer.sent() if frame[12:14] == b"\x08\x00" and frame[30] >= 224
    ]

    search = struct.pack("!H", 1900)
    assert {frame[22] for frame in sent if frame[36:38] == search} == {2}
    assert {(frame[30:34], frame[22]) for frame in sent if frame[23] == 17 and frame[36:38] != search} == {
        (socket.inet_aton("224.0.0.251"), 255),
        (socket.inet_aton("239.255.255.250"), 1),
        (socket.inet_aton("239.255.255.251"), 1),
    } | {(b"\xff\xff\xff\xff", 64)} & {(frame[30:34], frame[22]) for frame in sent}


def test_one_connection_at_a_time_per_device(scanned, inventory):
    estate, *_ = scanned

    assert [played.device.name for played in estate.emulation.devices if played.most_open > 1] == []


def test_no_datagram_was_empty_and_no_request_had_a_login(scanned):
    _, _, _, sniffers = scanned
    for sniffer in sniffers:
        for frame in sniffer.sent():
            if frame[12:14] == b"\x08\x00" and frame[23] == 17:
                assert struct.unpack("!H", frame[38:40])[0] > 8
            assert b"uthorization:" not in frame


def test_an_interrupt_leaves_what_was_learnt(scanned, tmp_path):
    estate, *_ = scanned
    output, bundle = tmp_path / "part.json", tmp_path / "part.bundle"
    scan = netaudit("scan", "10.77.0.0/24", "-o", f"json={output}", "--record", str(bundle))
    command = ["ip", "netns", "exec", estate.network.scanner, *scan]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: has_heard(bundle), "its first answer")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    kept = json.loads(output.read_text())
    assert process.returncode == 130
    assert kept["assets"]
    assert "interrupted" in [gap["kind"] for gap in kept["coverage"]["gaps"]]


def test_without_raw_sockets_the_kernel_table_serves(both):
    """Root without any capability is nobody: the scan goes on, says what is lost, and still learns the MACs."""
    estate, done, found = both[1]
    near = [d for d in estate.devices if d.name not in {STRANGER, "arp-only", *BEHIND_ROUTER, *SECOND_LAN}]

    assert done.returncode == 4
    assert "no_link_layer" in [gap["kind"] for gap in found["coverage"]["gaps"]]
    assert len([line for line in done.stderr.splitlines() if "raw sockets" in line]) == 1
    assert [m for d in near for m in mistakes(d, asset_at(found["assets"], estate.address[d.name]))] == []
    assert [d.name for d in near if d.mac not in asset_at(found["assets"], estate.address[d.name])["macs"]] == []


def destination(frame):
    """The IPv4 destination of a frame, or the target of an ARP request; the kernel's own ARP replies have none."""
    if frame[12:14] == b"\x08\x06":
        return frame[38:42] if frame[20:22] == b"\x00\x01" else None
    return frame[30:34] if frame[12:14] == b"\x08\x00" else None
