import errno
import os
import socket
import subprocess
import threading
import time
from dataclasses import replace

import pytest
from support.namespaces import inside, needs_namespaces
from support.network import Network
from support.packets import arp, ethernet, ipv4, udp
from support.servers import open_gate
from support.sniffer import sniff
from support.standstill import Standstill
from support.waiting import wait_until

from netaudit.wire import packets
from netaudit.wire.bpf import ARP, LLDP, Wanted
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import list_interfaces
from netaudit.wire.packets import PacketSocket
from netaudit.wire.readiness import Bell

pytestmark = needs_namespaces
WANTED = Wanted(ethertypes=(ARP, LLDP), udp_ports=frozenset({5353}))
LLDP_GROUP = "01:80:c2:00:00:0e"
ANNOUNCEMENT = ethernet(LLDP, b"\x02\x02\x07x" + bytes(42), target=LLDP_GROUP)
LAST = ethernet(LLDP, b"\x02\x02\x07z" + bytes(42), target=LLDP_GROUP)


@pytest.fixture
def wired():
    """(network, the scanner's interface, a socket that sends any frame from another machine)."""
    with Network() as network:
        lan = network.lan()
        device = network.namespace("device")
        network.plug(lan, device, "eth0", "10.77.0.9/24", "02:00:5e:00:53:99")
        with inside(network.scanner):
            ((interface,), _) = list_interfaces((lan.interface,))
        with inside(device):
            sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            sender.bind(("eth0", 0))
        with sender:
            yield network, interface, sender


def opened(network, interface, wanted=WANTED, **options):
    with inside(network.scanner):
        return PacketSocket(interface, wanted, **options)


def heard(ear, frames, sender, **options):
    """What is heard of these frames, until one more that everybody hears."""
    for frame in (*frames, LAST):
        sender.send(frame)
    gate, found = open_gate(), []
    for _, frame in ear.listen(60.0, gate, **options):
        if frame == LAST:
            gate.stopped.set()
        else:
            found.append(frame)
    return found


def test_hears_what_is_wanted_without_joining_anything(wired):
    network, interface, sender = wired
    dull = ethernet(0x0800, ipv4(17, udp(5004, 5004, b"video")), target="ff:ff:ff:ff:ff:ff")
    asks = ethernet(ARP, arp(operation=1), target="ff:ff:ff:ff:ff:ff")
    with sniff(network.scanner, interface.name) as sniffer, opened(network, interface) as ear:
        frames = heard(ear, [ANNOUNCEMENT, dull, asks], sender)

    assert frames == [ANNOUNCEMENT, asks]
    assert (ear.heard, ear.dropped, ear.sent) == (3, 0, 0)
    assert sniffer.sent() == []


@pytest.mark.parametrize("ends", ["the time is over", "it is stopped"])
def test_what_came_while_the_program_stood_still_is_read(wired, monkeypatch, ends):
    network, interface, sender = wired
    standstill, gate = Standstill(monkeypatch, frozen=True), open_gate()
    monkeypatch.setattr(packets, "_AT_ONCE", 4)
    with opened(network, interface) as witness, opened(network, interface) as ear:
        sender.send(ANNOUNCEMENT)
        frames = ear.listen(0.2, gate)
        next(frames)
        heard(witness, [ANNOUNCEMENT] * 299, sender)  # nobody else reads meanwhile
        if ends == "it is stopped":
            gate.stopped.set()
        standstill.stand_still(3600)

        assert sum(1 for _ in frames) == 300
        assert (ear.heard, ear.dropped) == (301, 0)


def test_frames_to_us_are_left_to_whoever_asked(wired):
    network, interface, sender = wired
    answer = ethernet(ARP, arp(), target=interface.mac)
    with opened(network, interface) as ear:
        assert heard(ear, [answer, ANNOUNCEMENT], sender, to_us=False) == [ANNOUNCEMENT]
        assert heard(ear, [answer], sender) == [answer]


def test_frames_to_others_are_heard_on_a_mirror_port_only(wired):
    """A switch sends nobody else's frames here; where it does, the card lets them through if it is told to."""
    network, interface, _ = wired
    with opened(network, interface, all_hosts=True), inside(network.scanner):
        assert promiscuous(interface.name)
    with opened(network, interface), inside(network.scanner):
        wait_until(lambda: not promiscuous(interface.name))  # sockets are closed beside other work


def promiscuous(name):
    """Whether the kernel says so: flag 0x100 of linux/if.h, or the count of those who want it."""
    shown = subprocess.run(["ip", "-d", "link", "show", name], capture_output=True, text=True, check=True).stdout
    return "promiscuity 0" not in shown


def test_what_the_kernel_drops_is_counted(wired, monkeypatch):
    network, interface, sender = wired
    with opened(network, interface) as witness, monkeypatch.context() as patched:
        patched.setattr(packets, "widen", lambda sock: sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048))
        with opened(network, interface) as ear:
            all_have_come = heard(witness, [ANNOUNCEMENT] * 399, sender)
            taken = sum(1 for _ in ear.listen(0.2, open_gate()))

    assert len(all_have_come) == 399
    assert taken == ear.heard < 400
    assert ear.heard + ear.dropped == 400


def test_asks_on_schedule_and_hears_the_answers(wired):
    network, interface, _ = wired
    question = ethernet(ARP, arp(operation=1), source=interface.mac, target="ff:ff:ff:ff:ff:ff")
    with sniff(network.scanner, interface.name) as sniffer, opened(network, interface) as ear:
        began = time.monotonic()
        list(ear.ask(((0.0, question), (0.3, question)), "255.255.255.255", 0.2, open_gate()))

    assert sniffer.sent() == [question] * 2
    assert ear.sent == 2
    assert 0.5 <= time.monotonic() - began < 30


class Notes:
    """Knows that the first frame was sent, and is told of the others."""

    def __init__(self, sniffer):
        self.sniffer, self.told = sniffer, []

    def was_sent(self, destination, number):
        return number == 0

    def sending(self, destination, number, frame):
        time.sleep(0.05)
        self.told.append((destination, number, frame, len(self.sniffer.sent())))


def test_what_was_sent_before_is_not_sent_again_and_the_rest_is_noted_first(wired):
    network, interface, _ = wired
    with sniff(network.scanner, interface.name) as sniffer, opened(network, interface) as ear:
        notes = Notes(sniffer)
        list(ear.ask(((0.0, ANNOUNCEMENT), (0.1, ANNOUNCEMENT)), "255.255.255.255", 0.1, open_gate(), notes))

    assert notes.told == [("255.255.255.255", 1, ANNOUNCEMENT, 0)]
    assert sniffer.sent() == [ANNOUNCEMENT]


def test_asks_nobody_whom_the_gate_does_not_admit(wired):
    network, interface, _ = wired
    nobody = Gate(lambda _: False, rate_pps=100)
    with (
        sniff(network.scanner, interface.name) as sniffer,
        opened(network, interface) as ear,
        pytest.raises(PermissionError),
    ):
        list(ear.ask(((0.0, ANNOUNCEMENT),), "192.0.2.7", 0.1, nobody))

    assert sniffer.sent() == []


def test_a_stopped_run_ends_at_once(wired):
    network, interface, _ = wired
    gate = open_gate()
    gate.stopped.set()
    with opened(network, interface) as ear:
        began = time.monotonic()
        assert list(ear.listen(60, gate)) == []
        assert list(ear.ask(((0.0, ANNOUNCEMENT),), "255.255.255.255", 60, gate)) == []
    assert time.monotonic() - began < 30  # not 60
    assert ear.sent == 0


def test_who_listens_is_woken_when_nobody_waits_any_longer(wired, monkeypatch):
    network, interface, _ = wired
    real, enough = packets.readable, Bell()

    def rings(ears, wait_s):
        threading.Timer(0.05, enough.set).start()
        return real(ears, wait_s)

    monkeypatch.setattr(packets, "readable", rings)
    monkeypatch.setattr(packets, "_PATIENCE_S", 60.0)
    started = time.monotonic()
    with opened(network, interface) as ear:
        found = list(ear.listen(60.0, Gate(lambda _: False, rate_pps=1.0, silent=True, stopped=enough)))

    assert found == []
    assert time.monotonic() - started < 30.0


def test_an_interface_that_is_gone_is_an_error(wired):
    network, interface, _ = wired
    with pytest.raises(OSError, match=os.strerror(errno.ENODEV)):
        opened(network, replace(interface, name="gone0"))


def test_elsewhere_there_are_none(wired, monkeypatch):
    network, interface, _ = wired
    monkeypatch.setattr(packets.sys, "platform", "darwin")
    with pytest.raises(OSError, match="Linux"):
        opened(network, interface)
