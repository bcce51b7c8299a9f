import pytest

from netaudit.discovery.snmp import SNMP, build_get, read, request_number, without_community
from netaudit.model import Reply

# A GetResponse as net-snmp sends it, written out by hand after RFC 3416 and X.690.
SYSDESCR = b"Linux NVR 3.10.104 armv7l"
OID = bytes.fromhex("2b06010401 82 b17d 01".replace(" ", ""))  # 1.3.6.1.4.1.39165.1


def part(tag, content):
    return bytes([tag, len(content)]) + content


def answer(*bindings, pdu=0xA2, community=b"camera-read", number=b"\x01\x02\x03\x04"):
    listed = part(0x30, b"".join(bindings))
    head = part(2, number) + part(2, b"\0") + part(2, b"\0")
    return part(0x30, part(2, b"\1") + part(4, community) + part(pdu, head + listed))


def binding(name, tag, value):
    return part(0x30, part(6, bytes.fromhex(name)) + part(tag, value))


WHOLE = answer(binding("2b06010201010100", 4, SYSDESCR), binding("2b06010201010200", 6, OID))


def reply(payload, **more):
    return Reply(channel="snmp", transport="udp", address="192.0.2.7", port=161, payload=payload, **more)


def told(payload):
    return [(o.field, o.value) for o in read(reply(payload))]


def test_answer():
    assert told(WHOLE) == [("snmp.sysdescr", SYSDESCR.decode()), ("snmp.sysobjectid", "1.3.6.1.4.1.39165.1")]


def test_get_of_both_versions_is_written_as_the_standards_say():
    names = b"".join(binding(name, 5, b"") for name in ("2b06010201010100", "2b06010201010200"))
    for version, number in (("1", b"\0"), ("2c", b"\1")):
        head = part(2, b"\x7f") + part(2, b"\0") + part(2, b"\0")
        expected = part(0x30, part(2, number) + part(4, b"camera-read") + part(0xA0, head + part(0x30, names)))

        assert expected == build_get("camera-read", version, 0x7F)


def test_a_question_of_others_tells_nothing():
    assert told(build_get("x", "2c", 7)) == []


def test_value_that_is_missing_tells_nothing():
    assert told(answer(binding("2b06010201010100", 0x80, b""))) == []


@pytest.mark.parametrize("cut", range(len(WHOLE)))
def test_answer_that_is_cut_off_is_refused(cut):
    with pytest.raises(ValueError):
        told(WHOLE[:cut])


@pytest.mark.parametrize(
    "payload",
    [
        b"\x30\x80" + WHOLE[2:],  # no definite length
        b"\x30\x84\xff\xff\xff\xff" + WHOLE[2:],
        b"\x31" + WHOLE[1:],
        answer(part(0x30, part(4, b"no name") + part(4, b"x"))),
        answer(binding("2b06010201010200", 6, b"\xff" * 8)),
        answer(binding("2b06010201010200", 6, b"\x01" * 40)),
        b"x" * 9000,
    ],
)
def test_nonsense_is_refused(payload):
    with pytest.raises(ValueError):
        told(payload)


def test_what_is_recorded_has_no_community():
    question = build_get("camera-read", "2c", 0x01020304)
    recorded = without_community(reply(WHOLE), question)

    assert b"camera-read" not in recorded.payload + recorded.request
    assert len(recorded.payload) == len(WHOLE)
    assert told(recorded.payload) == told(WHOLE)


def test_number_tells_answers_apart():
    assert (
        request_number(WHOLE)
        == request_number(build_get("x", "1", 0x01020304))
        != request_number(build_get("x", "1", 5))
    )


def test_scan_asks_it_with_a_community_only():
    assert SNMP.sends == ""
    assert SNMP.find is SNMP.reach is None
