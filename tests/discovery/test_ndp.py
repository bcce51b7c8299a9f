from dataclasses import replace
from ipaddress import IPv6Address

import pytest
from hypothesis import given, settings
from support.mutation import mutated, read_or_refused
from support.namespaces import inside, ip, needs_namespaces, speak_ipv6
from support.network import Network
from support.reading import reply
from support.servers import open_gate
from support.sniffer import sniff

from netaudit.discovery import framed, ndp, route
from netaudit.discovery.channel import EXAMPLE_INTERFACE, Question
from netaudit.discovery.ndp import MAX_RECORDS, NDP, PROTOCOL, build_echo, find
from netaudit.model import ChannelReport, Gap, Reply
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import list_interfaces

MAC = "44:19:b6:00:00:01"
ADDRESS = "fe80::4619:b6ff:fe00:1%eth0"
MDNS, WSD = "ff02::fb", "ff02::c"
ECHO_REPLY = bytes.fromhex("81000000 6e610001") + b"netaudit"


def heard(payload, address=ADDRESS, mac=MAC, transport="ip"):
    message = Reply(
        channel="ndp", transport=transport, address=address, mac=mac, payload=payload, destination_port=PROTOCOL
    )
    return [(o.field, o.value) for o in NDP.read(message)]


def group(address):
    return IPv6Address(address).packed


def record(kind, address, sources=0):
    return bytes((kind, 0)) + sources.to_bytes(2) + group(address) + bytes(16 * sources)


def report(*records, count=None):
    return b"\x8f\x00\x00\x00\x00\x00" + (len(records) if count is None else count).to_bytes(2) + b"".join(records)


def test_whoever_answers_from_a_link_local_address_shows_its_hardware_address():
    assert heard(ECHO_REPLY) == [("mac.address", MAC)]


@pytest.mark.parametrize(("address", "mac"), [("2001:db8::7", MAC), ("", MAC), ("::", MAC), (ADDRESS, None)])
def test_a_frame_that_another_may_have_sent_on_shows_none(address, mac):
    assert heard(ECHO_REPLY, address, mac) == []


def test_groups_of_both_versions():
    assert heard(bytes.fromhex("8300000000000000") + group(MDNS)) == [("mac.address", MAC), ("ndp.group", MDNS)]
    several = report(record(4, MDNS), record(2, WSD, 1), record(5, "ff05::2", 1), record(3, "ff02::6", 1))
    assert heard(several)[1:] == [("ndp.group", g) for g in (MDNS, WSD, "ff05::2", "ff02::6")]


@pytest.mark.parametrize(
    "payload",
    [
        report(record(3, MDNS)),  # left
        report(record(6, MDNS, 1)),  # sources blocked
        report(record(4, "ff02::1:ff00:1")),  # the group that belongs to its own address
        report(record(4, "fe80::1")),
        report(count=3),
        report(record(4, MDNS)[:-1]),
        bytes.fromhex("8200000000000000") + group(MDNS),  # a query
        bytes.fromhex("8400000000000000") + group(MDNS),  # done
    ],
)
def test_what_joins_nothing(payload):
    assert heard(payload) == [("mac.address", MAC)]


def test_no_report_goes_on_for_ever():
    many = report(*(record(4, f"ff05::{number:x}") for number in range(1, 400)), count=65535)

    assert len(heard(many)) == 1 + MAX_RECORDS


def test_line_of_the_kernel_s_table():
    assert heard(b"fe80::1 lladdr 44:19:B6:00:00:01 dev eth0", transport="table") == [("mac.address", MAC)]


@pytest.mark.parametrize("line", [b"", b"fe80::1 FAILED", b"fe80::1 lladdr 00:00:00:00:00:00", b"fe80::1 via x y"])
def test_what_is_no_line_of_the_table(line):
    with pytest.raises(ValueError, match="neighbour table"):
        heard(line, transport="table")


def test_what_is_no_message():
    with pytest.raises(ValueError, match="no ICMPv6"):
        heard(b"\x81\x00\x00")


def test_messages_of_its_protocol_are_routed_here():
    assert route(reply(ECHO_REPLY, transport="ip", destination_port=PROTOCOL)) is NDP


@settings(max_examples=150, deadline=None)
@given(mutated(ECHO_REPLY, report(record(4, MDNS), record(2, WSD, 1))))
def test_any_message_is_read_or_refused(payload):
    read_or_refused(NDP, payload, transport="ip", mac=MAC)


# --- asking -----------------------------------------------------------------------------------------------------------


def test_echo_byte_for_byte():
    """The checksum was made by scapy 2.8 for the same packet."""
    assert build_echo(EXAMPLE_INTERFACE, 1) == bytes.fromhex(
        "333300000001 020000000001 86dd 60000000 0010 3a 01 fe800000000000000000000000000001"
        "ff020000000000000000000000000001 80 00 522d 6e61 0001 6e65746175646974"
    )


def test_nothing_is_asked_without_ethernet():
    question = Question(gate=Gate(lambda _: True, rate_pps=100), interface=replace(EXAMPLE_INTERFACE, mac=None))

    assert [(e.name, e.status) for e in find(question)] == [("ndp", "skipped")]


@pytest.fixture
def link(monkeypatch):
    """(network, LAN, a device on it), both with IPv6, asked in a hurry."""
    monkeypatch.setattr(ndp, "_LISTEN_S", 0.3)
    monkeypatch.setattr(ndp, "_SHOTS_S", (0.0, 0.1))
    with Network() as network:
        lan = network.lan()
        device = network.namespace("device")
        network.plug(lan, device, "eth0", "10.77.0.9/24", MAC)
        speak_ipv6(device, "eth0", "fe80::9")
        speak_ipv6(network.scanner, lan.interface, "fe80::2")
        yield network, lan, device


def asked(network, lan):
    with inside(network.scanner):
        (interface, *_), _ = list_interfaces((lan.interface,))
        return list(find(Question(gate=open_gate(), interface=interface, ipv6=True)))


@needs_namespaces[1]
def test_a_kernel_answers_and_shows_its_hardware_address(link):
    network, lan, _ = link
    with sniff(network.scanner, lan.interface) as sniffer:
        events = asked(network, lan)

    replies = {(e.address, e.mac) for e in events if isinstance(e, Reply) and e.transport == "ip"}
    echoes = [frame for frame in sniffer.sent() if frame[54:55] == b"\x80"]
    assert replies >= {(f"fe80::4619:b6ff:fe00:1%{lan.interface}", MAC)} or replies >= {
        (f"fe80::9%{lan.interface}", MAC)
    }
    assert [(e.name, e.status, e.sent) for e in events if isinstance(e, ChannelReport)] == [("ndp", "done", 2)]
    assert [frame[:6] for frame in echoes] == [bytes.fromhex("333300000001")] * 2


@needs_namespaces[1]
def test_without_the_right_the_kernel_s_table_is_what_is_left(link, monkeypatch):
    network, lan, _ = link
    ip(f"neighbour add fe80::9 lladdr {MAC} dev {lan.interface} nud reachable", inside=network.scanner)

    def refused(*_):
        raise PermissionError

    monkeypatch.setattr(framed, "PacketSocket", refused)
    events = asked(network, lan)

    assert [e.kind for e in events if isinstance(e, Gap)] == ["no_link_layer"]
    assert [(e.name, e.status) for e in events if isinstance(e, ChannelReport)] == [("ndp", "partial")]
    assert (f"fe80::9%{lan.interface}", MAC, "table") in {
        (e.address, e.mac, e.transport) for e in events if isinstance(e, Reply)
    }
