import socket

import pytest
from hypothesis import given, settings
from support.mutation import mutated, read_or_refused
from support.reading import pairs, reply

from netaudit.discovery import route
from netaudit.discovery.igmp import IGMP, MAX_GROUPS, PROTOCOL

SADP = "239.255.255.250"


def message(kind, group):
    return bytes((kind, 0, 0, 0)) + socket.inet_aton(group)


def record(kind, group, sources=0, auxiliary=0):
    return bytes((kind, auxiliary)) + sources.to_bytes(2) + socket.inet_aton(group) + bytes(4 * (sources + auxiliary))


def report(*records, count=None):
    return b"\x22\x00\x00\x00\x00\x00" + (len(records) if count is None else count).to_bytes(2) + b"".join(records)


@pytest.mark.parametrize("kind", [0x12, 0x16])
def test_old_reports_name_one_group(kind):
    assert pairs(IGMP, message(kind, SADP), transport="ip") == [("igmp.group", SADP)]


def test_report_of_several_groups():
    several = report(record(4, SADP), record(2, "239.255.255.251", 2, 1), record(1, "224.0.0.251", 1))

    assert pairs(IGMP, several, transport="ip") == [
        ("igmp.group", SADP),
        ("igmp.group", "239.255.255.251"),
        ("igmp.group", "224.0.0.251"),
    ]


@pytest.mark.parametrize(
    "payload",
    [
        message(0x11, "0.0.0.0"),  # a query
        message(0x17, SADP),  # left
        report(record(3, SADP)),  # left, in version 3
        report(record(6, SADP, 1)),  # sources blocked
        message(0x16, "192.0.2.7"),  # no group
        report(count=9),
        report(record(4, SADP)[:-1]),
    ],
)
def test_what_joins_nothing(payload):
    assert pairs(IGMP, payload, transport="ip") == []


def test_no_report_goes_on_for_ever():
    many = report(*(record(4, f"239.1.{number // 256}.{number % 256}") for number in range(400)), count=65535)

    assert len(pairs(IGMP, many, transport="ip")) == MAX_GROUPS


@pytest.mark.parametrize("payload", [b"", message(0x16, SADP)[:7], message(0x99, SADP)])
def test_what_is_no_igmp(payload):
    with pytest.raises(ValueError, match="no IGMP"):
        pairs(IGMP, payload, transport="ip")


def test_messages_of_its_protocol_are_routed_here():
    assert route(reply(message(0x16, SADP), transport="ip", destination_port=PROTOCOL)) is IGMP


@settings(max_examples=150, deadline=None)
@given(mutated(message(0x16, SADP), report(record(4, SADP), record(2, "224.0.0.251", 1))))
def test_any_message_is_read_or_refused(payload):
    read_or_refused(IGMP, payload, transport="ip")
