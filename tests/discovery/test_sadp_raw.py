"""The one raw frame that is ever built: byte for byte what makers' tools send."""

from dataclasses import replace

import pytest
from support.namespaces import inside, ip, needs_namespaces
from support.network import Network
from support.servers import open_gate
from support.sniffer import sniff

from netaudit.discovery import sadp_raw
from netaudit.discovery.channel import EXAMPLE_INTERFACE, Question
from netaudit.discovery.sadp_raw import SADP_RAW, build_inquiry, find
from netaudit.model import ChannelReport
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
