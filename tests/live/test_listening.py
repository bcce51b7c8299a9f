"""Listening on a real link: what devices say unasked is heard, and a passive run sends nothing at all."""

import json
import re
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from support.namespaces import ip, needs_namespaces, run_in, speak_ipv6
from support.network import Network
from support.packets import interface, option, packet, section
from support.recorders import running
from support.sniffer import sniff
from support.together import at_once
from support.waiting import wait_until

from netaudit.identify.fingerprints import load_library
from netaudit.runs import replay

pytestmark = [*needs_namespaces, pytest.mark.timeout(120)]

ANNOUNCE = Path(__file__).parents[1] / "captures" / "_odd" / "unasked" / "announce.py"
ANNOUNCERS = {  # kind: (address, hardware address)
    "hikvision": ("10.77.0.61", "44:19:b6:00:00:61"),
    "dahua": ("10.77.0.62", "08:ed:ed:00:00:62"),
    "axis": ("10.77.0.63", "ac:cc:8e:00:00:63"),
    "ipv6": ("10.77.0.64", "44:19:b6:00:00:64"),
    "switch": ("10.77.0.65", "00:00:5e:00:53:65"),
}
LINK_LOCAL = "fe80::4619:b6ff:fe00:64%lan0"
SECONDS = 4
AGAIN = 1200  # that each device says it all: ten minutes, of which it gets as much as it needs


def netaudit(*arguments):
    return [sys.executable, "-m", "netaudit", *arguments]


class Link:
    """A LAN on which devices only announce themselves."""

    def __init__(self, stack):
        self.network = stack.enter_context(Network())
        self.lan = self.network.lan("10.77.0.0/24")
        self.namespaces = {}
        for kind, (address, mac) in ANNOUNCERS.items():
            self.namespaces[kind] = self.network.namespace(kind)
            self.network.plug(self.lan, self.namespaces[kind], "eth0", f"{address}/24", mac)

    def scan(self, folder, *options, before=()):
        """(the finished program, its inventory, what crossed the scanner's interface) of one run."""
        with ExitStack() as stack:
            sniffer = stack.enter_context(sniff(self.network.scanner, self.lan.interface))
            for kind, (address, _) in ANNOUNCERS.items():
                program = f"{sys.executable} {ANNOUNCE} {kind} {address} {AGAIN}"
                stack.enter_context(running(self.namespaces[kind], program))
            wanted = {bytes.fromhex(mac.replace(":", "")) for _, mac in ANNOUNCERS.values()}
            wait_until(lambda: wanted <= {frame[6:12] for frame in sniffer.received()}, "a word of each device")
            done = run_in(
                self.network.scanner,
                [*before, *netaudit("scan", *options, "-o", f"json={folder / 'run.json'}")],
                capture_output=True, text=True, timeout=60,
            )  # fmt: skip
        return done, json.loads((folder / "run.json").read_text()), sniffer


def listening(seconds, folder, *options, before=()):
    """(the folder, the finished program, its inventory, what crossed the scanner's interface) of a passive run."""
    listen = ("10.77.0.0/24", "--profile", "passive", "--listen", str(seconds), "--record", str(folder / "run.bundle"))
    with ExitStack() as stack:
        return folder, *Link(stack).scan(folder, *listen, *options, before=before)


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """All runs of this file: at the same time, each on a LAN of its own."""
    nobody = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all")
    works = {
        "passive": partial(listening, SECONDS),
        "excluding": lambda folder: listening(2, folder, "--exclude", ANNOUNCERS["hikvision"][0]),
        "without raw sockets": partial(listening, 3, before=nobody),
        "over IPv6": asking_over_ipv6,
    }
    folders = [tmp_path_factory.mktemp("listening") for _ in works]
    done = at_once(*(partial(work, folder) for work, folder in zip(works.values(), folders, strict=True)))
    return dict(zip(works, done, strict=True))


@pytest.fixture(scope="module")
def passive(heard):
    return heard["passive"]


def seen(inventory):
    """Hardware address -> (addresses, family, channels) of each asset."""
    return {
        mac: (asset.device.addresses, asset.identity.family, {o.channel for o in asset.device.observations})
        for asset in inventory.assets
        for mac in asset.device.macs
    }


def told(inventory):
    """All that the observations say but for when: channel, field, value, and who said it how."""
    return {
        (o.channel, o.field, o.value, o.address, o.mac, o.transport, o.port)
        for asset in inventory.assets
        for o in asset.device.observations
    }


def test_a_passive_run_sends_nothing_at_all(passive):
    _, done, _, sniffer = passive

    assert done.returncode == 0, done.stderr
    assert f"listens for {SECONDS} s, sends nothing; via " in done.stderr
    assert sniffer.sent() == []
    assert len(sniffer.received()) > 50


def test_every_device_that_spoke_is_listed_as_what_it_is(passive):
    folder, *_ = passive
    found = seen(replay([folder / "run.bundle"], load_library()))

    assert found == {
        "44:19:b6:00:00:61": (("10.77.0.61",), "hikvision", {"arp", "dhcp", "igmp", "sadp", "ssdp", "wsd"}),
        "08:ed:ed:00:00:62": (("10.77.0.62",), "dahua", {"dhip", "igmp"}),
        "ac:cc:8e:00:00:63": (("10.77.0.63",), "axis", {"cdp", "igmp", "lldp", "mdns"}),
        "44:19:b6:00:00:64": ((LINK_LOCAL,), "hikvision", {"mdns", "ndp"}),
        "00:00:5e:00:53:65": ((), "unknown", {"lldp"}),
    }


def test_the_coverage_says_how_long_and_how_much_was_heard(passive):
    _, _, inventory, _ = passive
    (report,) = [c for c in inventory["coverage"]["channels"] if c["name"] == "listen"]
    kinds = {gap["kind"]: gap for gap in inventory["coverage"]["gaps"]}

    assert (report["status"], report["sent"]) == ("done", 0)
    (seconds,) = re.fullmatch(r"lan0: heard [\d,]+ frames in (\d+) s, 0 dropped", report["reason"]).groups()
    assert SECONDS <= int(seconds) < 2 * SECONDS  # a machine that stood still in its last moment has heard it longer
    assert {"passive", "ipv6_only"} <= set(kinds)
    assert kinds["ipv6_only"]["address"] == LINK_LOCAL


def test_the_same_frames_in_a_capture_tell_the_same(passive, tmp_path):
    folder, _, _, sniffer = passive
    capture = tmp_path / "capture.pcapng"
    frames = b"".join(packet(frame, ticks=1_700_000_000_000_000 + n) for n, frame in enumerate(sniffer.received()))
    capture.write_bytes(section() + interface(options=option(2, b"lan0")) + frames)

    assert told(replay([capture], load_library())) == told(replay([folder / "run.bundle"], load_library()))


def test_excluded_devices_are_not_kept(heard):
    address, mac = ANNOUNCERS["hikvision"]
    _, done, inventory, _ = heard["excluding"]

    assert done.returncode == 0, done.stderr
    assert [asset for asset in inventory["assets"] if address in asset["addresses"] or mac in asset["macs"]] == []
    assert {p["status"] for p in inventory["problems"] if p["address"] == address} == {"out_of_scope"}


def test_without_the_right_to_raw_sockets_the_groups_are_heard(heard):
    """Root without any capability is nobody. Joining is all that is sent, by the kernel."""
    _, done, inventory, sniffer = heard["without raw sockets"]
    families = {a: asset["family"] for asset in inventory["assets"] for a in asset["addresses"]}
    (report,) = [c for c in inventory["coverage"]["channels"] if c["name"] == "listen"]

    assert done.returncode == 4, done.stderr
    assert families["10.77.0.61"] == "hikvision"
    assert families["10.77.0.62"] == "dahua"
    assert families["10.77.0.63"] == "axis"
    assert "not heard: ARP, DHCP, LLDP" in report["reason"]
    assert [gap["kind"] for gap in inventory["coverage"]["gaps"]].count("no_link_layer") == 1
    assert {frame[23] for frame in sniffer.sent()} == {2}  # IGMP


# --- asking over IPv6 -------------------------------------------------------------------------------------------------

BOTH, ONLY_IPV6 = "44:19:b6:00:00:71", "44:19:b6:00:00:72"
RESPONDER = """
import pathlib, socket, time
from zeroconf import IPVersion, ServiceInfo, Zeroconf
told = ServiceInfo(
    "_CGI._tcp.local.", "HIKVISION DS-2CD2722FWD-IZS - 733050075._CGI._tcp.local.", port=80,
    addresses=[socket.inet_pton(socket.AF_INET6, "fe80::4619:b6ff:fe00:72")], properties={"path": "/"},
    server="DS-2CD2722FWD-IZS20170321BBWR733050075.local.",
)
responder = Zeroconf(ip_version=IPVersion.V6Only)
responder.register_service(told, strict=False)
pathlib.Path(__file__).with_name("announced").touch()
time.sleep(600)
"""


def asking_over_ipv6(folder):
    """A scan of a LAN with a device that has both kinds of address, and one that has a link-local one only."""
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        lan = network.lan("10.77.0.0/24")
        spaces = {}
        for mac in (BOTH, ONLY_IPV6):
            spaces[mac] = network.namespace(mac[-2:])
            network.plug(lan, spaces[mac], "eth0", f"10.77.0.{mac[-2:]}/24", mac)
            speak_ipv6(spaces[mac], "eth0")
        ip("address flush dev eth0 scope global", inside=spaces[ONLY_IPV6])
        speak_ipv6(network.scanner, lan.interface)
        (folder / "responder.py").write_text(RESPONDER)
        stack.enter_context(running(spaces[ONLY_IPV6], f"{sys.executable} {folder / 'responder.py'}"))
        wait_until((folder / "announced").exists, "the responder")
        sniffer = stack.enter_context(sniff(network.scanner, lan.interface))
        done = run_in(
            network.scanner,
            netaudit("scan", "10.77.0.60-80", "--profile", "standard", "-o", f"json={folder / 'run.json'}"),
            capture_output=True, text=True, timeout=90,
        )  # fmt: skip
    return done, json.loads((folder / "run.json").read_text()), sniffer


@pytest.fixture(scope="module")
def over_ipv6(heard):
    return heard["over IPv6"]


def test_a_device_with_both_kinds_of_address_is_one(over_ipv6):
    done, inventory, _ = over_ipv6
    (asset,) = [asset for asset in inventory["assets"] if BOTH in asset["macs"]]

    assert done.returncode == 0, done.stderr
    assert asset["addresses"] == ["10.77.0.71", "fe80::4619:b6ff:fe00:71%lan0"]


def test_a_camera_without_ipv4_is_found_and_named(over_ipv6):
    _, inventory, _ = over_ipv6
    (asset,) = [asset for asset in inventory["assets"] if ONLY_IPV6 in asset["macs"]]
    gaps = [(gap["kind"], gap["asset"]) for gap in inventory["coverage"]["gaps"] if gap["kind"] == "ipv6_only"]

    assert asset["addresses"] == ["fe80::4619:b6ff:fe00:72%lan0"]
    assert (asset["family"], asset["model"]) == ("hikvision", "DS-2CD2722FWD-IZS")
    assert gaps == [("ipv6_only", asset["id"])]
    assert len(inventory["assets"]) == 2


def test_only_groups_are_asked_over_ipv6(over_ipv6):
    """Our own questions: an echo to all nodes, mDNS and WS-Discovery; the rest is the kernel's Neighbor Discovery."""
    _, inventory, sniffer = over_ipv6
    sent = [frame for frame in sniffer.sent() if frame[12:14] == b"\x86\xdd"]
    datagrams = {(frame[38:54].hex(), int.from_bytes(frame[56:58]), frame[21]) for frame in sent if frame[20] == 17}
    echoes = [frame for frame in sent if frame[20] == 58 and frame[54] == 128]

    assert datagrams == {("ff02" + "0" * 26 + "fb", 5353, 255), ("ff02" + "0" * 26 + "0c", 3702, 1)}
    assert [frame[38:54].hex() for frame in echoes] == ["ff02" + "0" * 27 + "1"] * 2
    assert not [frame for frame in sent if frame[20] == 6]
    (report,) = [c for c in inventory["coverage"]["channels"] if c["name"] == "ndp"]
    assert (report["status"], report["sent"]) == ("done", 2)
