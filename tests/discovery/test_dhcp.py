import pytest
from support.reading import pairs, reply

from netaudit.discovery.dhcp import DHCP


def message(*options, op=1, hardware=b"\x01\x06", mac=b"\x44\x19\xb6\x00\x00\x01", relay=bytes(4)):
    """A BOOTP message as RFC 951 lays it out, with these options behind the cookie."""
    fixed = bytes([op]) + hardware + bytes(21) + relay + mac.ljust(16, b"\0") + bytes(192)
    coded = b"".join(bytes([code, len(value)]) + value for code, value in options)
    return fixed + b"\x63\x82\x53\x63" + coded + b"\xff"


HELLO = (
    (53, b"\x01"), (60, b"AXIS,Network Camera,P1,5.20"), (12, b"gate"), (55, bytes([1, 3, 6, 15, 28])), (61, b"\x01abcdef"),
)  # fmt: skip


@pytest.mark.parametrize("kind", [1, 3, 8])
def test_client_messages(kind):
    assert pairs(DHCP, message((53, bytes([kind])), *HELLO[1:]), transport="udp") == [
        ("dhcp.vendor_class", "AXIS,Network Camera,P1,5.20"),
        ("dhcp.hostname", "gate"),
        ("dhcp.parameters", "1,3,6,15,28"),
        ("mac.address", "44:19:b6:00:00:01"),
    ]


@pytest.mark.parametrize(
    "payload",
    [message((53, b"\x02"), *HELLO[1:], op=2), message((53, b"\x04"), *HELLO[1:]), message(*HELLO[1:]), message()],
)
def test_servers_and_other_messages_say_nothing(payload):
    assert pairs(DHCP, payload, transport="udp") == []


def test_what_a_relay_sends_on_is_not_said_of_the_relay():
    frame = {"transport": "udp", "mac": "00:11:22:33:44:55"}
    direct = list(DHCP.read(reply(message(*HELLO), "dhcp", **frame)))
    relayed = list(DHCP.read(reply(message(*HELLO, relay=bytes([192, 0, 2, 7])), "dhcp", **frame)))

    assert {(o.address, o.mac) for o in direct} == {("192.0.2.7", "00:11:22:33:44:55")}
    assert {(o.address, o.mac) for o in relayed} == {("", None)}
    assert [o.value for o in relayed] == [o.value for o in direct]


def test_hardware_address_of_another_kind_is_not_taken():
    assert pairs(DHCP, message(HELLO[0], hardware=b"\x20\x08"), transport="udp") == []


def test_text_of_options_is_cleaned():
    assert pairs(DHCP, message(HELLO[0], (12, b"a\x1b[0m\0b"), mac=bytes(6)), transport="udp") == [
        ("dhcp.hostname", "a [0m b")
    ]


def test_first_option_of_a_kind_counts_and_one_that_is_cut_off_ends_the_list():
    twice = message(HELLO[0], (0, b""), (12, b"one"), (12, b"two"))
    cut = message(HELLO[0], (12, b"one"))[:-1] + b"\x3c\x20too short"

    assert pairs(DHCP, twice, transport="udp")[0] == ("dhcp.hostname", "one")
    assert [field for field, _ in pairs(DHCP, cut, transport="udp")] == ["dhcp.hostname", "mac.address"]


@pytest.mark.parametrize("payload", [b"", b"\x01\x01\x06", bytes(300), message(*HELLO)[:239]])
def test_what_is_no_dhcp(payload):
    with pytest.raises(ValueError):
        pairs(DHCP, payload, transport="udp")
