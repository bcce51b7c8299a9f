"""Captures that scapy wrote, so that the reader is not judged by builders from the same hand alone."""

import pytest
from scapy.layers.inet import IP, TCP, UDP, fragment
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, fragment6
from scapy.layers.l2 import ARP, CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q, Ether, Loopback
from scapy.packet import Raw
from scapy.utils import PcapNgWriter, PcapWriter, wrpcap
from support.captures import PORTS

from netaudit.records.capture import read_capture

MAC = "02:00:00:00:00:01"
ETHER = Ether(src=MAC, dst="02:00:00:00:00:02")
TO_CLIENT = IP(src="192.0.2.10", dst="192.0.2.20")
TO_CLIENT6 = IPv6(src="2001:db8::10", dst="2001:db8::20")
PROBE = UDP(sport=3702, dport=50000) / Raw(b"<ProbeMatch/>")
LONG = UDP(sport=37020, dport=37020) / Raw(bytes(range(256)) * 20)
LINKS = {
    1: ETHER / TO_CLIENT / PROBE,
    0: Loopback(type=2) / TO_CLIENT / PROBE,
    101: TO_CLIENT / PROBE,
    113: CookedLinux(proto=0x0800, lladdrlen=6, src=bytes.fromhex("020000000001") + bytes(2)) / TO_CLIENT / PROBE,
    228: TO_CLIENT / PROBE,
    229: TO_CLIENT6 / PROBE,
    276: CookedLinuxV2(proto=0x0800, lladdrlen=6, src=bytes.fromhex("020000000001") + bytes(2)) / TO_CLIENT / PROBE,
}


def timed(packets):
    for number, packet in enumerate(packets):
        packet.time = 1_700_000_000.25 + number
    return packets


def heard(path):
    """(transport, address, port, payload, mac, time) of each event."""
    events = read_capture(path, PORTS)
    return [(e.transport, e.address, e.port, e.payload, e.mac, e.heard_at) for e in events]


def written(tmp_path, packets, **options):
    path = tmp_path / "scapy.pcap"
    wrpcap(str(path), timed(packets), **options)
    return path


@pytest.mark.parametrize("endianness", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
@pytest.mark.parametrize("gz", [False, True])
def test_pcap(tmp_path, endianness, nano, gz):
    packets = [ETHER / ARP(op=2, hwsrc=MAC, psrc="192.0.2.10", pdst="192.0.2.20"), ETHER / TO_CLIENT / PROBE]
    path = written(tmp_path, packets, endianness=endianness, nano=nano, gz=gz)

    assert heard(path) == [
        ("link", "192.0.2.10", 0, bytes(packets[0][ARP]), MAC, 1_700_000_000.25),
        ("udp", "192.0.2.10", 3702, b"<ProbeMatch/>", MAC, 1_700_000_001.25),
    ]


def test_pcapng(tmp_path):
    path = tmp_path / "scapy.pcapng"
    packets = timed([ETHER / TO_CLIENT / PROBE, TO_CLIENT6 / PROBE, ETHER / TO_CLIENT6 / PROBE])
    for number, packet in enumerate(packets):
        packet.sniffed_on = f"eth{number}"
    with PcapNgWriter(str(path)) as writer:
        writer.write(packets)
    events = list(read_capture(path, PORTS))

    assert [(e.interface, e.address, e.mac) for e in events] == [
        ("eth0", "192.0.2.10", MAC),
        ("eth1", "2001:db8::10", None),
        ("eth2", "2001:db8::10", MAC),
    ]
    assert [e.heard_at for e in events] == [1_700_000_000.25, 1_700_000_001.25, 1_700_000_002.25]


@pytest.mark.parametrize("link", LINKS)
def test_link_types(tmp_path, link):
    path = tmp_path / "scapy.pcap"
    with PcapWriter(str(path), linktype=link) as writer:
        writer.write(LINKS[link])
    ((_, address, _, payload, mac, _),) = heard(path)

    assert (address, payload) == ("2001:db8::10" if link == 229 else "192.0.2.10", b"<ProbeMatch/>")
    assert mac == (MAC if link in {1, 113, 276} else None)


@pytest.mark.parametrize("tags", [Dot1Q(vlan=5), Dot1AD(vlan=5) / Dot1Q(vlan=6), Dot1Q(vlan=1) / Dot1Q(vlan=2)])
def test_vlan_tags(tmp_path, tags):
    path = written(tmp_path, [ETHER / tags / TO_CLIENT / PROBE, ETHER / tags / TO_CLIENT6 / PROBE])

    assert [(e[1], e[3]) for e in heard(path)] == [
        ("192.0.2.10", b"<ProbeMatch/>"),
        ("2001:db8::10", b"<ProbeMatch/>"),
    ]


def test_fragments(tmp_path):
    pieces = fragment(ETHER / TO_CLIENT / LONG, fragsize=1000)
    path = written(tmp_path, pieces[1:] + pieces[:1])

    assert len(pieces) == 6
    assert [payload for _, _, _, payload, _, _ in heard(path)] == [bytes(range(256)) * 20]


def test_fragments_of_ipv6(tmp_path):
    pieces = fragment6(TO_CLIENT6 / IPv6ExtHdrFragment(id=7) / LONG, 1280)
    path = written(tmp_path, [ETHER / piece for piece in pieces][::-1])

    assert len(pieces) == 5
    assert [payload for _, _, _, payload, _, _ in heard(path)] == [bytes(range(256)) * 20]


def test_extension_headers(tmp_path):
    path = written(tmp_path, [ETHER / TO_CLIENT6 / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / PROBE])

    assert [payload for _, _, _, payload, _, _ in heard(path)] == [b"<ProbeMatch/>"]


def test_tcp_with_options(tmp_path):
    up = IP(src="192.0.2.20", dst="192.0.2.10")
    options = [("MSS", 1460), ("NOP", None), ("WScale", 7), ("Timestamp", (1, 2))]
    packets = [
        ETHER / up / TCP(sport=4000, dport=80, seq=10, flags="S", options=options),
        ETHER / TO_CLIENT / TCP(sport=80, dport=4000, seq=99, ack=11, flags="SA", options=options),
        ETHER / up / TCP(sport=4000, dport=80, seq=11, ack=100, flags="PA", options=options[3:]) / b"GET /\r\n",
        ETHER / TO_CLIENT / TCP(sport=80, dport=4000, seq=105, ack=18, flags="A", options=options[3:]) / b"answer",
        ETHER / TO_CLIENT / TCP(sport=80, dport=4000, seq=100, ack=18, flags="A", options=options[3:]) / b"HTTP ",
    ]
    (reply,) = read_capture(written(tmp_path, packets), PORTS)

    assert (reply.address, reply.port, reply.request, reply.payload) == ("192.0.2.10", 80, b"GET /\r\n", b"HTTP answer")
