"""The networks of namespaces that other tests stand on: ARP, multicast and TCP really cross them."""

import os
import socket
import struct
import subprocess
import sys
import time

import pytest
from support.namespaces import (
    MOUNTS,
    inside,
    ip,
    leftovers,
    make_namespace,
    needs_namespaces,
    remove_namespaces,
    run_in,
)
from support.network import Network
from support.sniffer import sniff

from netaudit.demo import emulate, load_devices

pytestmark = needs_namespaces

DEVICES = {device.name: device for device in load_devices()}
INQUIRY = (
    b'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>1F9B2A6C-4E1D-4F5A-9C3E-7A2B5D8E0C11</Uuid>'
    b"<Types>inquiry</Types></Probe>"
)
GROUP = "239.255.255.250"
GET = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
PATIENCE_S = 60.0


@pytest.fixture
def network():
    with Network() as network:
        yield network


def ask(namespace: str, address: str, port: int = 80) -> bytes:
    with inside(namespace):
        sock = socket.create_connection((address, port), PATIENCE_S)
    with sock:
        sock.sendall(GET)
        return b"".join(iter(lambda: sock.recv(65536), b""))


def arp(namespace: str, interface: str, own: str, wanted: str) -> bytes:
    """The frame that answers an ARP request made by hand (RFC 826)."""
    with inside(namespace):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    with sock:
        sock.bind((interface, 0x0806))
        sock.settimeout(PATIENCE_S)
        mac = sock.getsockname()[4]
        head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1)
        addresses = mac + socket.inet_aton(own) + bytes(6) + socket.inet_aton(wanted)
        sock.send(b"\xff" * 6 + mac + b"\x08\x06" + head + addresses)
        while True:
            frame = sock.recv(100)
            if frame[20:22] == b"\0\2":
                return frame


def inquire(namespace: str, own: str, answers: int) -> dict[str, bytes]:
    """Who answers a SADP inquiry, to the group or to the asker, and what."""
    with inside(namespace):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    heard = {}
    with sock:
        sock.settimeout(PATIENCE_S)
        sock.bind(("", 37020))
        here = socket.inet_aton(own)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + here)
        sock.sendto(INQUIRY, (GROUP, 37020))
        while len(heard) < answers:
            payload, sender = sock.recvfrom(65535)
            heard[sender[0]] = payload
    return heard


def test_each_device_answers_arp_with_the_mac_of_its_file(network):
    lan = network.lan()
    with emulate([DEVICES["arp-only"], DEVICES["dahua-camera"]], lan.place):
        silent = arp(network.scanner, "lan0", "10.77.0.2", "10.77.0.64")
        camera = arp(network.scanner, "lan0", "10.77.0.2", "10.77.0.31")

    assert bytes.fromhex("0004a3d80c17") == silent[6:12] == silent[22:28]
    assert bytes.fromhex("3cef8c6d201f") == camera[22:28]


def test_multicast_reaches_every_device_and_answers_come_back(network):
    lan = network.lan()
    devices = [DEVICES[name] for name in ("hikvision-dome", "hikvision-laview", "hikvision-lts", "dahua-camera")]
    with emulate(devices, lan.place) as emulation:
        heard = inquire(network.scanner, "10.77.0.2", answers=3)

    assert {"10.77.0.11", "10.77.0.15", "10.77.0.16"} == set(heard)
    assert b"<MAC>44-19-b6-5e-10-0b</MAC>" in heard["10.77.0.11"]
    assert [request for request in emulation["hikvision-lts"].requests() if b"<Probe>" in request] == [INQUIRY]


def test_tcp_crosses_and_ports_are_the_real_ones(network):
    lan = network.lan()
    with emulate([DEVICES["lighttpd"]], lan.place) as emulation:
        answer = ask(network.scanner, "10.77.0.62")

    assert b"Server: lighttpd/1.4.45" in answer
    assert list(emulation["lighttpd"].requests(80)) == [GET]


def test_second_lan_is_another_wire(network):
    first, second = network.lan(), network.lan("10.78.0.0/24")
    with (
        emulate([DEVICES["hikvision-dome"]], first.place),
        emulate([DEVICES["hikvision-annke"]], second.place),
        sniff(network.scanner, "lan1") as sniffer,
    ):
        heard = inquire(network.scanner, "10.78.0.2", answers=1)

    assert (first.interface, second.interface) == ("lan0", "lan1")
    assert list(heard) == ["10.78.0.14"]
    assert any(INQUIRY in frame for frame in sniffer.sent())


def test_router_forwards_unicast_and_nothing_else(network):
    lan = network.lan()
    behind = network.routed("10.79.0.0/24", via=lan)
    with (
        emulate([DEVICES["hikvision-dome"], DEVICES["lighttpd"]], behind.place) as emulation,
        emulate([DEVICES["hikvision-annke"]], lan.place),
    ):
        answer = ask(network.scanner, "10.79.0.62")
        heard = inquire(network.scanner, "10.77.0.2", answers=1)

    assert b"lighttpd" in answer
    assert list(heard) == ["10.77.0.14"]
    assert list(emulation["hikvision-dome"].requests()) == []


def test_stranger_with_a_factory_address_is_heard_on_the_wire(network):
    lan = network.lan()
    with emulate([DEVICES["hikvision-laview"]], lambda device: lan.place(device, "192.0.0.64/24")):
        heard = inquire(network.scanner, "10.77.0.2", answers=1)

    assert list(heard) == ["192.0.0.64"]
    assert b"<IPv4Address>192.0.0.64</IPv4Address>" in heard["192.0.0.64"]


def test_stranger_answers_by_unicast_as_well(network):
    lan = network.lan()
    search = b"\x20\0\0\0DHIP" + bytes(24) + b'{"method":"DHDiscover.search","params":{"mac":"","uni":1}}\n'
    with emulate([DEVICES["dahua-factory"]], lambda device: lan.place(device, "192.168.1.108/24")):
        with inside(network.scanner):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with sock:
            sock.settimeout(PATIENCE_S)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.77.0.2"))
            sock.sendto(search, ("239.255.255.251", 37810))
            payload, sender = sock.recvfrom(65535)

    assert sender == ("192.168.1.108", 37810)
    assert b'"IPAddress":"192.168.1.108"' in payload


def test_program_runs_inside_of_a_namespace(network):
    network.lan()
    code = "import socket; print([name for _, name in socket.if_nameindex()])"
    done = run_in(network.scanner, [sys.executable, "-c", code], capture_output=True, text=True)

    assert (done.returncode, done.stdout.strip()) == (0, "['lo', 'lan0']")


def test_capture_holds_both_directions_with_whole_checksums(network, tmp_path):
    lan = network.lan()
    with emulate([DEVICES["lighttpd"]], lan.place), sniff(network.scanner, "lan0") as sniffer:
        ask(network.scanner, "10.77.0.62")
    sniffer.write(tmp_path / "capture.pcap")
    capture = (tmp_path / "capture.pcap").read_bytes()
    segments = [f.payload[14:] for f in sniffer.frames if f.payload[12:14] == b"\x08\0" and f.payload[23] == 6]

    assert any(GET in frame for frame in sniffer.sent())
    assert any(b"lighttpd" in frame for frame in sniffer.received())
    assert 24 + sum(16 + len(frame.payload) for frame in sniffer.frames) == len(capture)
    assert capture[:4] == b"\xd4\xc3\xb2\xa1"
    assert {0} == {tcp_checksum(packet) for packet in segments}


def tcp_checksum(packet: bytes) -> int:
    """What is left when a whole segment is summed up (RFC 9293 section 3.1): nothing, if its checksum is right."""
    segment = packet[20 : int.from_bytes(packet[2:4], "big")]
    summed = packet[12:20] + struct.pack("!HH", 6, len(segment)) + segment
    total = sum(struct.unpack(f"!{(len(summed) + 1) // 2}H", summed + b"\0" * (len(summed) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def test_quiet_network_is_quiet(network):
    lan = network.lan()
    with emulate(DEVICES.values(), lan.place), sniff(network.wire, lan.bridge) as sniffer:
        time.sleep(0.2)  # silence takes time to hear

    assert [frame.payload for frame in sniffer.frames if not is_igmp(frame.payload)] == []


def is_igmp(frame: bytes) -> bool:
    """Whether the kernel tells its groups (RFC 3376), as every host does that joins one."""
    return frame[12:14] == b"\x08\0" and frame[23] == 2


def test_many_devices_are_placed_in_a_short_time(network):
    lan = network.lan()
    started = os.times()
    with emulate(DEVICES.values(), lan.place):
        ended = os.times()

    assert sum(ended[:4]) - sum(started[:4]) < 5.0  # of a processor, with those of ip(8); normally less than one


def test_nothing_is_left_behind():
    with Network() as network:
        lan = network.lan()
        with emulate([DEVICES["arp-only"]], lan.place):
            during = ours()

    assert len(during) >= 3
    assert set() == during & ours()


def ours() -> set[str]:
    """The namespaces of this process, whatever others do on this machine."""
    return {path.name for path in MOUNTS.glob(f"netaudit-{os.getpid()}-*")}


def test_leftovers_of_a_crash_are_removed():
    crash = (
        "import os, sys; sys.path[:0] = sys.argv[1:]; from support.namespaces import make_namespace; "
        "print(make_namespace('crashed'), flush=True); os._exit(1)"
    )
    paths = [path for path in sys.path if path]
    crashed = subprocess.run([sys.executable, "-c", crash, *paths], capture_output=True, text=True, check=False)
    name = crashed.stdout.strip()
    with Network():
        pass

    assert "crashed" in name
    assert not (MOUNTS / name).exists()


def test_error_of_ip_names_the_commands():
    with pytest.raises(OSError, match="no-such-interface"):
        ip("link set no-such-interface up")


def test_namespace_of_a_living_process_is_no_leftover():
    name = make_namespace("alive")
    try:
        assert name not in leftovers()
    finally:
        remove_namespaces([name])
