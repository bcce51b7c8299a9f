import struct

import pytest
from support.namespaces import inside, ip, needs_namespaces, speak_ipv6
from support.network import Network

from netaudit.wire import neighbours
from netaudit.wire.neighbours import read_ipv6_neighbours, read_neighbours

TABLE = """\
IP address       HW type     Flags       HW address            Mask     Device
192.0.2.10       0x1         0x2         44:19:B6:00:00:01     *        eth0
192.0.2.11       0x1         0x0         00:00:00:00:00:00     *        eth0
192.0.2.12       0x1         0x6         44:19:b6:00:00:02     *        eth0.20
192.0.2.13       0x20        0x2         80:00:02:08:fe:80     *        ib0
192.0.2.14       0x1         0x2
"""


def test_complete_ethernet_entries_are_replies(tmp_path):
    table = tmp_path / "arp"
    table.write_text(TABLE)
    replies = list(read_neighbours(table))

    assert [(r.address, r.mac, r.interface) for r in replies] == [
        ("192.0.2.10", "44:19:b6:00:00:01", "eth0"),
        ("192.0.2.12", "44:19:b6:00:00:02", "eth0.20"),
    ]
    assert {(r.channel, r.transport) for r in replies} == {("arp", "table")}
    assert replies[0].payload == TABLE.splitlines()[1].encode()


def test_no_table_is_no_neighbours(tmp_path):
    assert list(read_neighbours(tmp_path / "missing")) == []


# --- IPv6 -------------------------------------------------------------------------------------------------------------

MAC = bytes.fromhex("4419b6000001")
LINK_LOCAL = bytes.fromhex("fe80") + bytes(13) + b"\x07"
REACHABLE, FAILED = 0x02, 0x20


def attribute(kind, value):
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def entry(address=LINK_LOCAL, mac=MAC, state=REACHABLE, index=1, kind=28):
    body = struct.pack("=BxxxiHBB", 10, index, state, 0, 1) + attribute(1, address) + attribute(2, mac)
    return struct.pack("=IHHII", 16 + len(body), kind, 2, 1, 0) + body


def told(monkeypatch, answer):
    monkeypatch.setattr(neighbours, "_ask_kernel", lambda: answer)
    return [(r.address, r.mac, r.payload) for r in read_ipv6_neighbours("lo")]


def test_resolved_entries_of_the_interface_are_replies(monkeypatch):
    answer = entry() + entry(bytes(15) + b"\x01", index=2) + entry(bytes.fromhex("20010db8") + bytes(11) + b"\x07")

    assert told(monkeypatch, answer) == [
        ("fe80::7%lo", "44:19:b6:00:00:01", b"fe80::7 lladdr 44:19:b6:00:00:01 dev lo"),
        ("2001:db8::7", "44:19:b6:00:00:01", b"2001:db8::7 lladdr 44:19:b6:00:00:01 dev lo"),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        entry(state=FAILED),
        entry(mac=b""),
        entry(mac=bytes(6)),
        entry(mac=b"\x33\x33" + MAC[2:]),
        entry(address=b"\x01"),
        entry(kind=3),
        entry()[:20],
        bytes(40),
        struct.pack("=IHHII", 4, 28, 2, 1, 0),
        entry()[:28] + bytes(20),
    ],
)
def test_what_names_nobody_or_is_no_answer(monkeypatch, answer):
    assert told(monkeypatch, answer) == []


def test_no_such_interface_is_no_neighbours():
    assert list(read_ipv6_neighbours("no-such-one")) == []


@needs_namespaces[1]
def test_tells_what_it_has_resolved():
    with Network() as network:
        lan = network.lan()
        speak_ipv6(network.scanner, lan.interface)
        ip(
            f"neighbour add fe80::7 lladdr 44:19:b6:00:00:01 dev {lan.interface} nud reachable",
            inside=network.scanner,
        )
        with inside(network.scanner):
            (reply,) = (r for r in read_ipv6_neighbours(lan.interface) if r.mac)

    assert (reply.address, reply.mac) == (f"fe80::7%{lan.interface}", "44:19:b6:00:00:01")
    assert (reply.channel, reply.transport, reply.interface) == ("ndp", "table", lan.interface)
