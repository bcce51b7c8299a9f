import struct

import pytest
from hypothesis import given, settings
from support.asking import volley_of
from support.mutation import mutated, read_or_refused
from support.reading import pairs, values
from zeroconf import DNSAddress, DNSOutgoing, DNSPointer, DNSQuestion, DNSService, DNSText

from netaudit.discovery import mdns
from netaudit.discovery.mdns import MAX_TEXTS, MDNS, SERVICES, build_query

IN, UNIQUE, PTR, SRV, TXT, A, RESPONSE = 1, 0x8000, 12, 33, 16, 1, 0x8400
SERVICE = "_CGI._tcp.local."
MODEL, TAIL = "DS-2CD2722FWD-IZS", "700000001"
INSTANCE = f"HIKVISION {MODEL} - {TAIL}.{SERVICE}"
HOST = f"{MODEL}20170321BBWR{TAIL}.local."


def text_of(*strings):
    return b"".join(bytes([len(s)]) + s for s in strings)


def message(*answers, flags=RESPONSE, additionals=()):
    """One message, compressed as responders do it."""
    outgoing = DNSOutgoing(flags, multicast=True)
    for record in answers:
        outgoing.add_answer_at_time(record, 0)
    for record in additionals:
        outgoing.add_additional_answer(record)
    (packet,) = outgoing.packets()
    return packet


def pointer(alias, name=SERVICE):
    return DNSPointer(name, PTR, IN, 4500, alias)


# As a camera answers the question for _CGI._tcp.local: the complete serial number stands in the name of the host.
CAMERA = message(
    pointer(INSTANCE),
    additionals=(
        DNSText(INSTANCE, TXT, IN | UNIQUE, 4500, text_of(b"path=/")),
        DNSService(INSTANCE, SRV, IN | UNIQUE, 120, 0, 0, 80, HOST),
        DNSAddress(HOST, A, IN | UNIQUE, 120, bytes([192, 0, 2, 64])),
    ),
)


def raw(*records, flags=RESPONSE):
    """A message put together by hand."""
    return struct.pack("!6H", 0, flags, 0, len(records), 0, 0) + b"".join(records)


def record(name, kind, data):
    return name + struct.pack("!HHIH", kind, IN, 120, len(data)) + data


def dotted(*labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


@pytest.mark.parametrize(("unicast", "asked_class"), [(True, b"\x80\x01"), (False, b"\x00\x01")])
def test_query_byte_for_byte(unicast, asked_class):
    query = build_query(unicast=unicast)
    ident, flags, questions, answers, authorities, additionals = struct.unpack_from("!6H", query)

    assert (ident, flags, questions, answers, authorities, additionals) == (0, 0, len(SERVICES), 0, 0, 0)
    assert query[12:].startswith(dotted(b"_services", b"_dns-sd", b"_udp", b"local") + b"\x00\x0c" + asked_class)
    assert query.count(b"\x00\x0c" + asked_class) == len(SERVICES) == 10
    assert len(query) < 512


def test_answer_of_a_camera():
    assert pairs(MDNS, CAMERA, transport="udp") == [
        ("mdns.service", "_CGI._tcp.local"),
        ("mdns.instance", f"HIKVISION {MODEL} - {TAIL}"),
        ("mdns.txt", "path=/"),
        ("mdns.host", f"{MODEL}20170321BBWR{TAIL}.local"),
    ]


def test_meta_query_names_services_only():
    packet = message(
        pointer("_http._tcp.local.", "_services._dns-sd._udp.local."), pointer(SERVICE, "_SERVICES._dns-sd._udp.local.")
    )

    assert pairs(MDNS, packet) == [("mdns.service", "_http._tcp.local"), ("mdns.service", "_CGI._tcp.local")]


def test_reverse_look_up_says_nothing():
    assert pairs(MDNS, message(pointer(HOST, "64.2.0.192.in-addr.arpa."))) == []


def test_instance_in_another_case_than_its_service():
    assert values(MDNS, "mdns.instance", message(pointer("Camera 1._cgi._TCP.local."))) == ["Camera 1"]


def test_instance_that_does_not_belong_to_its_service_is_kept_whole():
    assert values(MDNS, "mdns.instance", message(pointer("elsewhere.local."))) == ["elsewhere.local"]


def test_names_with_dots_blanks_and_other_scripts():
    packet = raw(
        record(dotted(b"_CGI", b"_tcp", b"local"), PTR, dotted("Caméra 1.2 前".encode(), b"_CGI", b"_tcp", b"local"))
    )

    assert values(MDNS, "mdns.instance", packet) == ["Caméra 1.2 前"]


def test_names_that_are_not_utf_8_or_not_printable():
    packet = raw(
        record(dotted(b"_CGI", b"_tcp", b"local"), PTR, dotted(b"a\xff\x1b[31m\n", b"_CGI", b"_tcp", b"local"))
    )

    assert values(MDNS, "mdns.instance", packet) == ["a\ufffd [31m"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (text_of(b"path=/", b"model=x"), ["path=/", "model=x"]),
        (text_of(b"flag"), ["flag"]),
        (text_of(b"=odd"), ["=odd"]),
        (text_of(b""), []),
        (b"", []),
        (b"\x05ab", ["ab"]),
        (text_of(b"a=1", b"a=1"), ["a=1"]),
        (text_of(b"mac=\xff\x00."), ["mac=\ufffd ."]),
    ],
)
def test_texts(text, expected):
    packet = raw(record(dotted(b"x", b"local"), TXT, text))

    assert values(MDNS, "mdns.txt", packet) == expected


def test_texts_are_counted():
    packet = raw(record(dotted(b"x", b"local"), TXT, text_of(*(b"k%d=v" % n for n in range(100)))))

    assert len(values(MDNS, "mdns.txt", packet)) == MAX_TEXTS


def test_service_on_port_0_still_names_its_host():
    packet = message(DNSService(INSTANCE, SRV, IN | UNIQUE, 120, 0, 0, 0, HOST))

    assert values(MDNS, "mdns.host", packet) == [HOST.rstrip(".")]


@pytest.mark.parametrize(
    "question",
    [
        build_query(unicast=True),
        build_query(unicast=False),
        message(pointer(INSTANCE), flags=0),  # a question with its known answers
    ],
)
def test_questions_say_nothing(question):
    assert pairs(MDNS, question, transport="udp") == []


def test_question_that_comes_with_the_answer_is_no_matter():
    """Legacy responses repeat the question (RFC 6762 section 6.7)."""
    outgoing = DNSOutgoing(RESPONSE, multicast=False, id_=7)
    outgoing.add_question(DNSQuestion(SERVICE, PTR, IN))
    outgoing.add_answer_at_time(pointer(INSTANCE), 0)

    assert values(MDNS, "mdns.instance", outgoing.packets()[0]) == [f"HIKVISION {MODEL} - {TAIL}"]


@pytest.mark.parametrize(
    "packet",
    [
        raw(b"\xc0\x0c" + struct.pack("!HHIH", PTR, IN, 120, 2) + b"\xc0\x0c"),  # a name that points to itself
        raw(b"\x01a\xc0\x0c" + struct.pack("!HHIH", PTR, IN, 120, 2) + b"\xc0\x0c"),
        raw(b"\xc0\xff" + struct.pack("!HHIH", PTR, IN, 120, 0)),  # beyond the end
        raw(dotted(b"x") + struct.pack("!HHIH", TXT, IN, 120, 5000) + b"\x01a"),  # a length that lies
        raw(b"\x80"),
        struct.pack("!6H", 0, RESPONSE, 0, 65535, 65535, 65535),
        CAMERA[:40],
    ],
)
def test_broken_messages_give_what_could_be_read_or_nothing(packet):
    try:
        found = pairs(MDNS, packet)
    except ValueError:
        return

    assert {field for field, _ in found} <= set(MDNS.fields)


def test_records_before_the_cut_are_kept():
    assert values(MDNS, "mdns.instance", CAMERA[:-10]) == [f"HIKVISION {MODEL} - {TAIL}"]


@pytest.mark.parametrize("payload", [b"", b"\0", b"short", bytes(11), b"x" * 10_000])
def test_what_is_no_message(payload):
    with pytest.raises(ValueError):
        pairs(MDNS, payload, transport="udp")


@settings(max_examples=300, deadline=None)
@given(mutated(CAMERA, build_query(unicast=True), message(pointer(SERVICE, SERVICES[0]))))
def test_whatever_comes_is_read_or_refused(payload):
    for observation in read_or_refused(MDNS, payload, transport="udp"):
        assert observation.field in MDNS.fields
        assert observation.value.isprintable()
        assert 0 < len(observation.value.encode()) <= 1024


def test_first_question_asks_for_unicast_and_the_second_does_not(monkeypatch):
    volley = volley_of(monkeypatch, mdns, mdns.find)

    assert [datagram for _, datagram in volley.shots] == [build_query(unicast=True), build_query(unicast=False)]
    assert (volley.destinations, volley.port, volley.group, volley.ttl) == (("224.0.0.251",), 5353, "224.0.0.251", 255)
    assert (volley.source, volley.interface) == ("192.0.2.2", "eth0")


# --- ports ------------------------------------------------------------------------------------------------------------


def service(address=(192, 0, 2, 7), host=HOST, name=INSTANCE, port=8080):
    return message(
        DNSService(name, SRV, IN | UNIQUE, 120, 0, 0, port, host),
        additionals=(DNSAddress(HOST, A, IN | UNIQUE, 120, bytes(address)),),
    )


def test_port_of_a_service_on_the_device_itself():
    assert values(MDNS, "mdns.port", service()) == ["_CGI._tcp 8080"]


@pytest.mark.parametrize(
    "packet",
    [
        service(address=(192, 0, 2, 8)),  # the support's device is 192.0.2.7
        service(address=bytes(16)),
        service(host="another.local."),
        service(name="no type at all.local."),
        service(port=0),
        message(DNSService(INSTANCE, SRV, IN | UNIQUE, 120, 0, 0, 8080, HOST)),  # nobody says where its host is
    ],
)
def test_port_of_a_service_elsewhere_is_not_the_device_s(packet):
    assert values(MDNS, "mdns.port", packet) == []
