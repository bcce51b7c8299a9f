import re
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.asking import volley_of
from support.mutation import mutated, read_or_refused
from support.reading import pairs, values

from netaudit.discovery import wsd
from netaudit.discovery.wsd import MAX_MATCHES, MAX_SCOPES, WSD, build_probe

SOAP12, SOAP11 = "http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"
SCOPES = (
    "onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/hardware/DS-2CD2042WD-I\n"
    "    onvif://www.onvif.org/name/HIKVISION%20DS-2CD2042WD-I onvif://www.onvif.org/location/"
)
ENDPOINT = "urn:uuid:4d454930-0000-1000-8000-4419b6000001"


def match(
    endpoint=ENDPOINT,
    scopes=SCOPES,
    xaddrs="http://192.0.2.64/onvif/device_service http://[fe80::1]/onvif/device_service",
):
    return (
        f"<d:ProbeMatch><a:EndpointReference><a:Address>{endpoint}</a:Address></a:EndpointReference>"
        f"<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types><d:Scopes>{scopes}</d:Scopes>"
        f"<d:XAddrs>{xaddrs}</d:XAddrs><d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch>"
    )


def envelope(body, soap=SOAP12, prefix="SOAP-ENV", prolog='<?xml version="1.0" encoding="UTF-8"?>\n'):
    return (
        f'{prolog}<{prefix}:Envelope xmlns:{prefix}="{soap}" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" '
        f'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><{prefix}:Header><a:MessageID>uuid:1</a:MessageID>'
        "<a:RelatesTo>uuid:2</a:RelatesTo><a:ReplyTo><a:Address>http://schemas.xmlsoap.org/anonymous</a:Address></a:ReplyTo>"
        f"</{prefix}:Header><{prefix}:Body>{body}</{prefix}:Body></{prefix}:Envelope>"
    )


def matches(*several):
    return envelope(f"<d:ProbeMatches>{''.join(several)}</d:ProbeMatches>")


ANSWER = matches(match())
READ = [
    ("wsd.endpoint", ENDPOINT),
    ("wsd.types", "NetworkVideoTransmitter Device"),
    ("onvif.scope", "onvif://www.onvif.org/type/video_encoder"),
    ("onvif.scope", "onvif://www.onvif.org/hardware/DS-2CD2042WD-I"),
    ("onvif.scope", "onvif://www.onvif.org/name/HIKVISION DS-2CD2042WD-I"),
    ("onvif.scope", "onvif://www.onvif.org/location/"),
    ("onvif.scopes", "type/video_encoder hardware/DS-2CD2042WD-I name/HIKVISION%20DS-2CD2042WD-I location/"),
    ("wsd.xaddr", "http://192.0.2.64/onvif/device_service"),
    ("wsd.xaddr", "http://[fe80::1]/onvif/device_service"),
]
PRINTER = envelope(
    "<d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:1</a:Address></a:EndpointReference>"
    '<d:Types xmlns:w="http://schemas.microsoft.com/windows/2006/08/wdp/print">w:PrintDeviceType</d:Types>'
    "</d:ProbeMatch></d:ProbeMatches>"
)

# --- the question -----------------------------------------------------------------------------------------------------


def test_probe_byte_for_byte():
    probe = build_probe()
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
        'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header><w:MessageID>uuid:UUID</w:MessageID>'
        '<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>'
        '<w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>'
        "<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"
    )

    assert re.sub(r"uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "uuid:UUID", probe.decode()) == text
    assert len(probe) == 630


def test_probes_ask_for_one_type_each_then_for_anybody():
    types = [re.search(rb"<d:Probe>(.*)</d:Probe>", build_probe(kind))[1] for kind in range(3)]

    assert types == [b"<d:Types>dn:NetworkVideoTransmitter</d:Types>", b"<d:Types>tds:Device</d:Types>", b""]
    assert b'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"' in build_probe(1)


@pytest.mark.parametrize("kind", range(3))
def test_probe_is_one_line_with_a_message_id_of_its_own(kind):
    assert not re.search(rb"[\r\n\t]|  |> <", build_probe(kind))
    assert build_probe(kind) != build_probe(kind)


@pytest.mark.parametrize(
    "payload",
    [
        *(build_probe(kind) for kind in range(3)),
        envelope(
            "<d:Bye><a:EndpointReference><a:Address>urn:uuid:1</a:Address></a:EndpointReference></d:Bye>"
        ).encode(),
        envelope(
            "<d:Resolve><a:EndpointReference><a:Address>urn:uuid:1</a:Address></a:EndpointReference></d:Resolve>"
        ).encode(),
        matches().encode(),
    ],
)
def test_questions_and_farewells_say_nothing(payload):
    assert pairs(WSD, payload, transport="udp") == []


def test_network_is_asked_by_three_probes_with_one_repeat_each(monkeypatch):
    volley = volley_of(monkeypatch, wsd, wsd.find)
    times = [due_s for due_s, _ in volley.shots]
    probes = [datagram for _, datagram in volley.shots]

    assert times == sorted(times)
    assert probes[::2] == probes[1::2]
    assert [b"NetworkVideoTransmitter" in p for p in probes[::2]] == [True, False, False]
    assert [b"tds:Device" in p for p in probes[::2]] == [False, True, False]
    assert all(0.5 <= later - earlier <= 0.7 for earlier, later in zip(times[::2], times[2::2], strict=False))
    assert (volley.destinations, volley.port, volley.group) == (("239.255.255.250",), 3702, "239.255.255.250")
    assert (volley.ttl, volley.source) == (1, "192.0.2.2")
    assert volley.listen_s >= 2.5


def test_single_addresses_are_asked_once(monkeypatch):
    volley = volley_of(monkeypatch, wsd, wsd.reach, addresses=("192.0.2.64",))
    ((due_s, probe),) = volley.shots

    assert (due_s, b"NetworkVideoTransmitter" in probe, volley.group) == (0.0, True, None)
    assert (volley.destinations, volley.port) == (("192.0.2.64",), 3702)


# --- answers ----------------------------------------------------------------------------------------------------------


def test_answer_of_a_camera():
    assert pairs(WSD, ANSWER, transport="udp") == READ


@pytest.mark.parametrize(
    "payload",
    [
        ANSWER.replace(SOAP12, SOAP11),
        ANSWER.replace('<?xml version="1.0" encoding="UTF-8"?>\n', ""),
        ANSWER + "\0\0\0",
        "\ufeff" + ANSWER,
        re.sub(r"(</?|xmlns:)([ad])(?=[:=])", r"\1ws\2", ANSWER).replace("SOAP-ENV", "env"),
        ANSWER.replace(' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"', ""),
        ANSWER.replace("</a:MessageID>", "</a:MessageID> & "),
        ANSWER.replace("ProbeMatches>", "ResolveMatches>").replace("ProbeMatch>", "ResolveMatch>"),
        ANSWER.replace("<d:ProbeMatches>", "").replace("</d:ProbeMatches>", "").replace("ProbeMatch>", "Hello>"),
        ANSWER.replace("><", ">\r\n\t<"),
    ],
)
def test_ways_of_writing_that_say_the_same(payload):
    assert pairs(WSD, payload, transport="udp") == READ


def test_own_message_id_sent_back_is_no_reason_to_drop_an_answer():
    """A camera that sends the prober's MessageID as its own was taken for a duplicate elsewhere."""
    own = re.search(rb"uuid:[0-9a-f-]{36}", build_probe())[0].decode()

    assert pairs(WSD, ANSWER.replace("uuid:1", own), transport="udp") == READ


@pytest.mark.parametrize(
    "endpoint",
    [
        "urn:uuid:4d454930-0000-1000-8000-4419b6000001",
        "uuid:4d454930-0000-1000-8000-4419b6000001",
        "URN:UUID:4D454930-0000-1000-8000-4419B6000001",
        "2419d68a-2dd2-21b2-a205-ec",
        "http://192.0.2.7/device",
    ],
)
def test_endpoint_is_kept_as_it_is_spelt(endpoint):
    assert values(WSD, "wsd.endpoint", matches(match(endpoint))) == [endpoint]


def test_several_matches_in_one_datagram():
    payload = matches(
        match("urn:uuid:1"), match("urn:uuid:2", scopes="onvif://www.onvif.org/name/B"), match("urn:uuid:3")
    )

    assert values(WSD, "wsd.endpoint", payload) == ["urn:uuid:1", "urn:uuid:2", "urn:uuid:3"]
    assert values(WSD, "onvif.scope", payload)[4] == "onvif://www.onvif.org/name/B"


def test_matches_scopes_and_addresses_are_counted():
    many = matches(
        *(match(f"urn:uuid:{n}", scopes=" ".join(f"onvif://a.b/{i}" for i in range(100))) for n in range(20))
    )

    assert len(values(WSD, "wsd.endpoint", many)) == MAX_MATCHES
    assert len(values(WSD, "onvif.scope", many)) == MAX_MATCHES * MAX_SCOPES
    assert len(values(WSD, "wsd.xaddr", matches(match(xaddrs="http://192.0.2.1/ " * 50)))) == 8


def test_printer_is_told_by_its_type():
    assert pairs(WSD, PRINTER, transport="udp") == [("wsd.endpoint", "urn:uuid:1"), ("wsd.types", "PrintDeviceType")]


@pytest.mark.parametrize(
    "scope",
    [
        "onvif://www.onvif.org/MAC/44:19:b6:00:00:01",
        "onvif://www.onvif.org/mac/4419b6000001",
        "onvif://www.onvif.org/MacAddress/44-19-B6-00-00-01",
        "onvif://www.onvif.org/macaddr/4419B6000001",
        "onvif://www.onvif.org/maker/mac/44%3A19%3Ab6%3A00%3A00%3A01",
        "onvif://www.onvif.org/MAC/44:19:b6:00:00:01/",
    ],
)
def test_hardware_address_in_a_scope(scope):
    assert values(WSD, "mac.address", matches(match(scopes=scope))) == ["44:19:b6:00:00:01"]


@pytest.mark.parametrize(
    "tail", ["MAC/00:00:00:00:00:00", "MAC/ff:ff:ff:ff:ff:ff", "MAC/44:19:b6", "name/44:19:b6:00:00:01", "MAC/"]
)
def test_scope_without_a_hardware_address(tail):
    assert values(WSD, "mac.address", matches(match(scopes=f"onvif://www.onvif.org/{tail}"))) == []


def test_scopes_are_decoded():
    scope = f"onvif://www.onvif.org/name/{quote('前门 1')}%1b%0a%ff"

    assert values(WSD, "onvif.scope", matches(match(scopes=scope))) == ["onvif://www.onvif.org/name/前门 1  \ufffd"]


def test_scopes_stand_together_in_their_order_as_sent():
    scopes = "onvif://www.onvif.org/name/A%20B onvif://www.onvif.org/Profile/T odm:name:x"

    assert values(WSD, "onvif.scopes", matches(match(scopes=scopes))) == ["name/A%20B Profile/T odm:name:x"]


# --- excerpts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "excerpt",
    [
        SCOPES,
        f"<d:Scopes>{SCOPES}</d:Scopes>",
        f"<d:Scopes>{SCOPES}",
        f'scopes="{SCOPES}"',
        f"{SCOPES} http://192.0.2.64/onvif/device_service",
    ],
)
def test_scopes_alone(excerpt):
    assert pairs(WSD, excerpt, transport="given") == READ[2:7]


def test_broken_answer_keeps_its_endpoint_and_scopes():
    broken = "<!DOCTYPE" + ANSWER.replace("</d:ProbeMatch>", "</d:Oops>").replace('"UTF-8"?>', '"UTF-8"')
    kept = pairs(WSD, broken.removeprefix("<!DOCTYPE"), transport="udp")

    assert set(READ[2:7]) | {READ[0]} <= set(kept)


def test_fault_shows_who_wrote_its_envelope():
    fault = (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:d="urn:d"><e:Body><e:Fault><e:Code>'
        "<e:Value>e:Sender</e:Value></e:Code></e:Fault></e:Body></e:Envelope>"
    )

    assert pairs(WSD, fault, transport="udp") == [("onvif.envelope", "e d")]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"hello",
        b"\x00\x01\x02",
        b"<html><body>hello</body></html>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><e:Envelope><d:ProbeMatch>&a;</d:ProbeMatch></e:Envelope>",
        b"http://192.0.2.64/onvif/device_service",
        b"<a>" * 40_000,
    ],
)
def test_what_is_no_answer(payload):
    with pytest.raises(ValueError):
        pairs(WSD, payload, transport="udp")


@settings(max_examples=300, deadline=None)
@given(mutated(ANSWER.encode(), PRINTER.encode(), SCOPES.encode(), build_probe()), st.sampled_from(["udp", "given"]))
def test_whatever_comes_is_read_or_refused(payload, transport):
    for observation in read_or_refused(WSD, payload, transport=transport):
        assert observation.field in WSD.fields
        assert observation.value.isprintable()
        assert 0 < len(observation.value.encode()) <= 1024
