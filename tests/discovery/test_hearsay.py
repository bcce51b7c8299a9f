import pytest

from netaudit.discovery import hearsay
from netaudit.discovery.hearsay import Hearsay, nameless_last
from netaudit.model import Reply

MAC, OTHER = "44:19:b6:00:00:01", "44:19:b6:00:00:02"


def heard(address="10.0.0.7", channel="mdns", payload=b"x", transport="udp", mac=None, port=5353):
    return Reply(channel=channel, transport=transport, address=address, payload=payload, mac=mac, port=port)


def test_a_message_that_two_sockets_hear_counts_once_whichever_is_first():
    known = Hearsay()

    assert [known.refuses(heard(), listened=by) for by in (False, True, False)] == [False, True, False]
    assert [known.refuses(heard("10.0.0.8"), listened=by) for by in (True, False, True)] == [False, True, False]


@pytest.mark.parametrize(
    "other", [heard("10.0.0.8"), heard(payload=b"y"), heard(channel="wsd"), heard(port=9), heard(transport="tcp")]
)
def test_other_messages_are_other_messages(other):
    known = Hearsay()
    known.refuses(heard(), listened=False)

    assert not known.refuses(other, listened=True)


def test_when_listening_is_over_every_answer_counts():
    known = Hearsay()
    known.refuses(heard(), listened=True)
    known.forget()

    assert not known.refuses(heard(), listened=False)


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(hearsay, "MOST_REMEMBERED", 4)
    known = Hearsay()

    assert not any(known.refuses(heard(payload=bytes([n])), listened=False) for n in range(9))
    assert len(known._first) <= 4


@pytest.mark.parametrize("address", ["", "0.0.0.0", "::", "fe80::7%eth0", "fe80::7"])
def test_an_excluded_device_is_known_by_its_hardware_address_where_it_names_no_other(address):
    known = Hearsay()
    known.bar(heard("10.0.0.7", channel="arp", transport="link", mac=MAC))

    assert known.refuses(heard(address, mac=MAC), listened=True)
    assert not known.refuses(heard(address, mac=OTHER), listened=True)


def test_a_router_is_not_excluded_with_what_is_behind_it():
    known = Hearsay()
    known.bar(heard("10.0.0.7", channel="mdns", mac=MAC))  # its frame, perhaps another's message

    assert not known.refuses(heard("", mac=MAC), listened=True)
    known.bar(heard("10.0.0.7", channel="arp", transport="link", mac=MAC))
    assert not known.refuses(heard("10.9.9.9", mac=MAC), listened=True)


def test_a_flood_does_not_wait(monkeypatch):
    monkeypatch.setattr(hearsay, "MOST_HELD", 1)
    replies = [heard("", payload=bytes([n])) for n in range(3)]

    assert [r.payload for r in nameless_last(replies, excluding=True)] == [b"\1", b"\2", b"\0"]


def test_nobody_waits_where_nobody_is_excluded():
    heard_of = []
    replies = (heard_of.append(n) or heard("", payload=bytes([n])) for n in range(3))

    assert next(nameless_last(replies, excluding=False)).payload == b"\0"
    assert heard_of == [0]


def test_who_names_no_host_is_told_last():
    replies = [heard(""), heard("10.0.0.7"), heard("fe80::7%eth0"), heard("10.0.0.8"), heard("2001:db8::7")]

    assert [r.address for r in nameless_last(replies, excluding=True)] == [
        "10.0.0.7",
        "10.0.0.8",
        "2001:db8::7",
        "",
        "fe80::7%eth0",
    ]
