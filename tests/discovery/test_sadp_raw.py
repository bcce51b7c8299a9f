"""The one raw frame that is ever built: byte for byte what makers' tools send."""

import socket
import struct
import threading
from dataclasses import replace

import pytest
from support.namespaces import inside, ip, needs_namespaces
from support.network import Network
from support.servers import open_gate
from support.sniffer import sniff

from netaudit.discovery import BY_NAME, sadp_raw
from netaudit.discovery.channel import EXAMPLE_INTERFACE, Question
from netaudit.discovery.sadp_raw import SADP_RAW, build_inquiry, find
from netaudit.model import ChannelReport, Reply
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import list_interfaces

GOLDEN = bytes.fromhex(
    "ffffffffffff 020000000001 8033 21020142 00000001 0604 03 00 ab10 020000000001 c000020a ffffffffffff 00000000 00000000"
) + bytes(28)


def test_inquiry_byte_for_byte():
    assert build_inquiry(EXAMPLE_INTERFACE) == GOLDEN
    assert len(GOLDEN) == 80


@pytest.mark.parametrize("address", ["10.255.254.253", "192.168.1.64", "255.255.255.254"])
def test_the_checksum_makes_the_sum_of_all_words_even_out(address):
    body = build_inquiry(replace(EXAMPLE_INTERFACE, address=address))[14:]
    swapped = body[:12] + body[13:14] + body[12:13] + body[14:]  # it is stored with its high byte first
    total = sum(int.from_bytes(swapped[at : at + 2], "little") for at in range(0, len(swapped), 2))

    assert total % 0xFFFF == 0


def test_it_is_asked_only_by_name_and_only_twice():
    assert SADP_RAW.by_name_only
    assert [(request.build()[24], request.most) for request in SADP_RAW.requests] == [(3, 2)]


def test_a_link_without_ethernet_is_not_asked():
    question = Question(gate=Gate(lambda _: True, rate_pps=100), interface=replace(EXAMPLE_INTERFACE, mac=None))

    assert [(e.name, e.status) for e in find(question)] == [("sadp_raw", "skipped")]


def answer_inquiries(sock):
    """What a device does: one answer, to the sender of the inquiry, from an address that belongs elsewhere."""
    inquiry = sock.recv(2000)
    own = bytes.fromhex("4419b6000091")
    body = (
        b"!\x02\x01\xf6\0\0\0\x01\x06\x04\x04\0\0\0" + own + socket.inet_aton("192.0.0.64") + inquiry[6:12] + bytes(8)
    )
    strings = (b"DS-2CD2T42WD-I520161130AAWR684120957", 25616, 8000, 1, 0, b"V5.4.41 build 170310", b"", b"")
    sock.send(inquiry[6:12] + own + b"\x80\x33" + body + struct.pack(">48s4I48s48s48s", *strings))


@needs_namespaces[1]
def test_a_device_on_the_wrong_subnet_answers(monkeypatch):
    monkeypatch.setattr(sadp_raw, "_SHOTS_S", (0.0, 60.0))
    replies, gate = [], open_gate()
    with Network() as network:
        lan, device = network.lan(), network.namespace("device")
        network.plug(lan, device, "eth0", "192.0.0.64/24", "44:19:b6:00:00:91")
        with inside(device):
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            sock.bind(("eth0", 0x8033))
        with sock, inside(network.scanner):
            thread = threading.Thread(target=answer_inquiries, args=(sock,), daemon=True)
            thread.start()
            ((interface,), _) = list_interfaces((lan.interface,))
            for event in find(Question(gate=gate, interface=interface)):
                if isinstance(event, Reply):
                    replies.append(event)
                    gate.stopped.set()
            thread.join(30)

    (reply,) = replies
    said = {o.field: o.value for o in BY_NAME[reply.channel].read(reply)}
    assert (reply.channel, reply.mac, reply.interface) == ("sadp", "44:19:b6:00:00:91", lan.interface)
    assert (said["sadp.device_sn"], said["sadp.ipv4_address"]) == ("DS-2CD2T42WD-I520161130AAWR684120957", "192.0.0.64")


@needs_namespaces[1]
def test_asks_the_whole_link_and_nothing_else(monkeypatch):
    monkeypatch.setattr(sadp_raw, "_LISTEN_S", 0.2)
    monkeypatch.setattr(sadp_raw, "_SHOTS_S", (0.0, 0.1))
    with Network() as network:
        lan = network.lan()
        ip(f"neighbour flush dev {lan.interface}", inside=network.scanner)
        with sniff(network.scanner, lan.interface) as sniffer, inside(network.scanner):
            ((interface,), _) = list_interfaces((lan.interface,))
            events = list(find(Question(gate=open_gate(), interface=interface)))

    assert sniffer.sent() == [build_inquiry(interface)] * 2
    assert events == [ChannelReport(name="sadp_raw", status="done", sent=2)]
