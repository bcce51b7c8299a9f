import pytest
from support.packets import arp
from support.reading import pairs, reply

from netaudit.discovery import arp as module
from netaudit.discovery.arp import ARP, find
from netaudit.discovery.channel import Question
from netaudit.model import ChannelReport, Gap
from netaudit.wire import link
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface

MAC = "44:19:b6:00:00:01"


def test_sender_of_a_packet():
    assert pairs(ARP, arp(sender_mac=MAC), transport="link") == [("mac.address", MAC)]


def test_padding_is_no_matter():
    assert pairs(ARP, arp(sender_mac=MAC) + bytes(18), transport="link") == [("mac.address", MAC)]


def test_line_of_the_kernel_s_table():
    line = b"192.0.2.10       0x1         0x2         44:19:B6:00:00:01     *        eth0"

    assert pairs(ARP, line, transport="table") == [("mac.address", MAC)]


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        arp()[:27],
        b"\x00\x06" + arp()[2:],
        arp(sender_mac="00:00:00:00:00:00"),
        arp(sender_mac="ff:ff:ff:ff:ff:ff"),
        arp(sender_mac="01:00:5e:00:00:fb"),
    ],
)
def test_what_is_no_packet_of_a_device(packet):
    with pytest.raises(ValueError):
        pairs(ARP, packet, transport="link")


@pytest.mark.parametrize(
    "line",
    [b"", b"192.0.2.10 0x1 0x2", b"192.0.2.10 0x1 0x2 00:00:00:00:00:00 * eth0", b"192.0.2.10 0x1 0x2 nonsense * eth0"],
)
def test_what_is_no_line_of_the_table(line):
    with pytest.raises(ValueError):
        pairs(ARP, line, transport="table")


@pytest.mark.parametrize(
    ("payload", "transport", "expected"),
    [(arp(), "link", True), (b"x", "table", True), (b"\x21\x02", "link", False), (arp(), "udp", False)],
)
def test_bytes_that_are_known(payload, transport, expected):
    assert ARP.knows(reply(payload, transport=transport)) is expected


QUESTION = Question(
    gate=Gate(lambda _: True, rate_pps=1000),
    interface=Interface("eth0", "192.0.2.2", None, MAC, None, loopback=False, multicast=True),
    addresses=tuple(f"192.0.2.{number}" for number in range(10, 250)),
)


def test_sweep_asks_everybody_and_not_in_a_row(monkeypatch):
    asked = []
    monkeypatch.setattr(link, "sweep", lambda interface, addresses, *_: asked.extend(addresses) or iter(()))
    list(find(QUESTION))

    assert sorted(asked) == sorted(QUESTION.addresses)
    assert asked != list(QUESTION.addresses)


def test_want_of_rights_is_told_and_no_end(monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")
        yield

    monkeypatch.setattr(link, "sweep", refuse)
    gap, report = find(QUESTION)

    assert isinstance(gap, Gap)
    assert (gap.kind, gap.address) == ("no_link_layer", "192.0.2.2")
    assert "root or CAP_NET_RAW" in gap.detail
    assert report == ChannelReport(name="arp", status="partial", reason=report.reason, sent=0)


def test_table_of_the_kernel(monkeypatch):
    monkeypatch.setattr(module.neighbours, "read_neighbours", lambda: iter([reply(b"line", "arp")]))

    assert [r.payload for r in module.read_table()] == [b"line"]
