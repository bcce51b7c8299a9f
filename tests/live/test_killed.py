"""Scans that are killed on a real link, and continued: nothing is lost, and nobody is asked twice.

Frames, groups, single addresses and connections: what devices saw is in their journals, and what was sent to nobody in
particular is in the capture of the scanner's link.
"""

import json
import random
import signal
import socket
import struct
import threading
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from support.killing import (
    UUID,
    Scan,
    asked,
    assets,
    begin,
    excuses,
    lines_of,
    lost_of,
    moments,
    more_often,
    scanned,
    untold,
)
from support.namespaces import inside, needs_namespaces, speak_ipv6
from support.network import SCANNER_MAC, Network
from support.recorded import devices
from support.sniffer import sniff
from support.together import at_once
from support.waiting import Acting, wait_until

from netaudit.demo import emulate, load_devices
from netaudit.records.bundle import read_items
from netaudit.records.marks import Swept
from netaudit.wire.passes import NOTED_S

pytestmark = [*needs_namespaces, pytest.mark.timeout(300)]

SCAN = ("--profile", "standard", "--once")
EVERYTHING = (*SCAN, "--channels", "+sadp_raw", "--rate", "400", "--listen", "1")
NETWORK = "10.77.0.0/25"
QUICK = ("hikvision-dome", "dahua-camera", "axis-dome", "arp-only")
MANY = tuple(device.name for device in load_devices() if device.name not in {"hostile", "dahua-factory"})
KILLS, MANY_KILLS = (5,) * 4, (4,) * 25  # of each scan
FRAMES_ONLY = "192.0.0.64", "44:19:b6:00:00:91"  # a device with the address of another network
ARP_BYTES = 60  # ours are padded, the kernel's own are not
ECHO_AT, ECHO = 54, b"\x80\x00"
SWEPT, SWEEP_PPS = 126, 40.0  # addresses without ours
SWEEPING = (*SCAN, "--channels", "arp", "--rate", SWEEP_PPS, "--listen", "0")
EXCLUDING = (*SCAN, "--channels", "arp,ndp,sadp_raw", "--listen", "0", "--exclude", "10.77.0.3")
CUTS = {  # when a scan is killed, and its options
    "first pass": (lambda _, bundle: has_swept(0, bundle), SWEEPING),
    "second pass": (lambda _, bundle: has_swept(1, bundle), SWEEPING),
    "somebody excluded": (lambda link, _: has_asked_by_frames(link), EXCLUDING),
}
DESCRIBED, DESCRIBING = "hikvision-old", (*SCAN, "--channels", "arp,ssdp,upnp,http,tcp", "--listen", "0")
SSDP, SEARCHES = 1900, 2
STEPS = (
    3.0  # of a sweep, whose addresses may be asked once more: the one that was cut, the one before it, and the start
)


class Link:
    """A LAN with devices, some of which also speak IPv6, and one that answers frames only."""

    def __init__(self, stack, names):
        self.network = stack.enter_context(Network())
        self.lan = self.network.lan("10.77.0.0/24")
        speak_ipv6(self.network.scanner, self.lan.interface)
        self.emulation = stack.enter_context(emulate(devices(*names), self.place))
        stack.enter_context(self.frames_only())

    def place(self, device):
        placement = self.lan.place(device)
        speak_ipv6(placement.enter.args[0], "eth0")
        return placement

    @contextmanager
    def frames_only(self):
        """A device that answers the raw form of SADP, and nothing else."""
        namespace = self.network.namespace("frames")
        self.network.plug(self.lan, namespace, "eth0", f"{FRAMES_ONLY[0]}/24", FRAMES_ONLY[1])
        with inside(namespace):
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            sock.bind(("eth0", 0x8033))
        thread = threading.Thread(target=answer_inquiries, args=(sock,), daemon=True)
        with sock:
            thread.start()
            yield

    def run(self, folder, dues=(), options=EVERYTHING):
        """(scan, what the devices were asked over TCP, what else was sent on the link, and to whom) of one scan.

        A datagram counts by where it went: who was silent to all that went to a group is probed once by itself.
        """
        for played in self.emulation.devices:
            played.seen.clear()
        with sniff(self.network.scanner, self.lan.interface) as sniffer:
            self.sniffer = sniffer
            scan = scanned(folder, (NETWORK, *options), dues, inside=self.network.scanner)
        own = bytes.fromhex(SCANNER_MAC.format(1).replace(":", ""))
        sent = Counter(question for frame in sniffer.sent() if frame[6:12] == own for question in questions(frame))
        connected = {
            question: times for question, times in asked(self.emulation.devices).items() if question[1] != "udp"
        }
        return scan, Counter(connected), sent


def answer_inquiries(sock):
    own = bytes.fromhex(FRAMES_ONLY[1].replace(":", ""))
    body = b"!\x02\x01\xf6\0\0\0\x01\x06\x04\x04\0\0\0" + own + socket.inet_aton(FRAMES_ONLY[0])
    strings = (b"DS-2CD2T42WD-I520161130AAWR684120957", 25616, 8000, 1, 0, b"V5.4.41 build 170310", b"", b"")
    with suppress(OSError):  # the socket is closed at the end
        while inquiry := sock.recv(2000):
            rest = inquiry[6:12] + bytes(8) + struct.pack(">48s4I48s48s48s", *strings)
            sock.send(inquiry[6:12] + own + b"\x80\x33" + body + rest)


def questions(frame):
    """What a frame of ours asks, and whom; nothing of what the kernel sends for itself, or inside a connection."""
    kind = frame[12:14]
    if kind == b"\x08\x06" and len(frame) == ARP_BYTES:
        yield "arp", frame[38:42]
    elif kind == b"\x80\x33":
        yield "sadp_raw", frame
    elif kind == b"\x08\x00" and frame[23] == socket.IPPROTO_UDP:
        yield "udp", frame[30:34], frame[36:38], UUID.sub(b"", frame[42:])
    elif kind == b"\x86\xdd" and frame[20] == socket.IPPROTO_UDP:
        yield "udp", frame[38:54], frame[56:58], UUID.sub(b"", frame[62:])
    elif kind == b"\x86\xdd" and frame[20] == socket.IPPROTO_ICMPV6 and frame[ECHO_AT : ECHO_AT + 2] == ECHO:
        yield "echo", frame[ECHO_AT:]


def tried(links, folder, kills, seed):
    """How often scans of these links, which are alike, were killed; each was continued, and held against one left alone.

    The links are scanned at the same time, and each link again and again.
    """
    alone = links[0].run(folder / "alone")
    turns = range(len(kills))
    works = (
        partial(killed_in_turn, link, folder, [(n, kills[n]) for n in turns[first :: len(links)]], alone, seed)
        for first, link in enumerate(links)
    )
    return sum(at_once(*works))


def killed_in_turn(link, folder, kills, alone, seed):
    """The kills of scans that still ran, one scan after the other."""
    whole, asked_once, sent_once = alone
    done = 0
    for number, count in kills:
        dues = moments(random.Random(f"{seed} {number}"), count, lines_of(whole.bundle))
        scan, questioned, sent = link.run(folder / str(number), dues)

        assert more_often(questioned, asked_once) == {}, number
        assert more_often(without_sweep(sent), sent_once) == {}, number
        assert untold(scan, whole) == {}, number
        assert excuses(scan) == set(), number
        done += scan.kills
    return done


def has_swept(passes, bundle):
    """Whether a sweep is noted as under way after so many passes."""
    return any(isinstance(m, Swept) and len(m.answered) == passes and m.last for m in read_items(bundle))


def has_asked_by_frames(link):
    return sum(frame[12:14] == b"\x80\x33" for frame in link.sniffer.sent()) == 2


def without_sweep(sent):
    """All questions but those of ARP, of which the last step is asked again."""
    return Counter({question: times for question, times in sent.items() if question[0] != "arp"})


def test_scan_killed_at_twenty_moments_is_continued_as_if_nothing_had_happened(tmp_path):
    with ExitStack() as stack:
        kills = tried([Link(stack, QUICK) for _ in KILLS], tmp_path, KILLS, 20)

    assert kills == sum(KILLS)


@pytest.mark.heavy
@pytest.mark.timeout(1500)
def test_scan_of_many_devices_is_killed_a_hundred_times(tmp_path):
    with ExitStack() as stack:
        kills = tried([Link(stack, MANY)], tmp_path, MANY_KILLS, 22)

    assert kills > sum(MANY_KILLS) * 3 / 4  # others had come to their end before


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    """The scans of CUTS, each on a LAN of its own, all at the same time; and by "whole" one that was not cut."""
    folders = {name: tmp_path_factory.mktemp("cut") / "run" for name in (*CUTS, "whole")}

    def scan(name):
        due, options = CUTS.get(name, (None, EXCLUDING))
        with ExitStack() as stack:
            link = Link(stack, ("arp-only",))
            return link.run(folders[name], (partial(due, link),) if due else (), options)

    return dict(zip(folders, at_once(*(partial(scan, name) for name in folders)), strict=True))


@pytest.mark.parametrize("cut_in", ["first pass", "second pass"])
def test_sweep_goes_on_where_it_was_cut(cut, cut_in):
    scan, _, sent = cut[cut_in]
    times = [count for (kind, _), count in sent.items() if kind == "arp"]

    assert scan.kills == 1
    assert len(times) == SWEPT - 1
    assert set(times) <= {1, 2, 3}
    assert times.count(1) == 1  # who answered
    assert times.count(3) <= STEPS * NOTED_S * SWEEP_PPS


def test_where_somebody_is_excluded_the_frames_to_all_are_asked_again_and_nobody_is_lost(cut):
    whole, *_ = cut["whole"]
    scan, _, sent = cut["somebody excluded"]

    assert scan.kills == 1
    assert assets(scan.inventory) == assets(whole.inventory)
    assert {kind: times for (kind, *_), times in without_sweep(sent).items() if kind == "sadp_raw"} == {"sadp_raw": 4}


def is_standing_still(process):
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


class Searched:
    """A camera that is searched for by SSDP; its answer arrives while the scan stands still, and nobody reads it."""

    def __init__(self, link):
        self.link = link
        self.camera = link.emulation[DESCRIBED]
        self.camera.seen = Acting(self.stand_still)
        self.scan, self.stopped = None, threading.Event()

    def stand_still(self, seen):
        if seen.port == SSDP and not self.stopped.is_set():
            self.scan.send_signal(signal.SIGSTOP)
            wait_until(lambda: is_standing_still(self.scan))
            self.stopped.set()

    def searches(self):
        return sum(seen.port == SSDP for seen in self.camera.seen)

    def answers(self, sniffer):
        own = bytes.fromhex(self.camera.device.mac.replace(":", ""))
        return sum(f[6:12] == own and f[23] == 17 and f[34:36] == struct.pack("!H", SSDP) for f in sniffer.received())

    def kill(self, arguments):
        """Begin a scan and kill it when an answer that it has not read lies in its kernel."""
        with sniff(self.link.network.scanner, self.link.lan.interface) as sniffer:
            self.stopped.clear()
            self.scan = begin(arguments, self.link.network.scanner)
            wait_until(self.stopped.is_set, "a search")
            wait_until(lambda: self.answers(sniffer), "its answer")
            self.scan.kill()
            self.scan.wait()


def lose_answers(link, folder):
    """A scan that is killed before it has read an answer to a search, as often as it searches; and how often it did."""
    scan, output = Scan(folder / "i.json", folder / "b", SEARCHES), ("-o", f"json={folder / 'i.json'}")
    searched, arguments = Searched(link), (NETWORK, *DESCRIBING, "--record", scan.bundle, *output)
    while searched.searches() < SEARCHES:  # the next one is sent by the scan that continues
        searched.kill(arguments)
        arguments = ("--resume", scan.bundle, *output)
    assert begin(arguments, link.network.scanner).wait(60) in {0, 4}
    return scan, searched.searches()


def test_description_that_only_a_lost_answer_named_is_missing_and_the_loss_is_told(tmp_path):
    with ExitStack() as stack:
        alone, cut = Link(stack, (DESCRIBED,)), Link(stack, (DESCRIBED,))
        (whole, *_), (scan, searches) = at_once(
            partial(alone.run, tmp_path / "whole", (), DESCRIBING), partial(lose_answers, cut, tmp_path)
        )
    (expected,), (found,) = ([a for a in assets(run.inventory).values() if a["addresses"]] for run in (whole, scan))

    assert searches == SEARCHES  # never again
    assert {json.loads(e)["channel"] for e in expected["evidence"] - found["evidence"]} == {"ssdp", "upnp"}
    assert lost_of(scan.inventory) == {"ssdp"}
    assert untold(scan, whole) == {}
    assert excuses(scan) == set()
