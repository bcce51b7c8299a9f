from ipaddress import IPv6Address

import pytest
from hypothesis import given, settings
from support.mutation import mutated, read_or_refused
from support.reading import reply

from netaudit.discovery import route
from netaudit.discovery.ndp import MAX_RECORDS, NDP, PROTOCOL
from netaudit.model import Reply

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
