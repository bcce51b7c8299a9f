"""WS-Discovery as ONVIF uses it: SOAP 1.2, WS-Addressing 2004/08, WS-Discovery 2005/04, on UDP 3702.

The probes are one line each, without a newline anywhere: some cameras ignore anything else. Three types are asked
for in three probes, because a device must have all types of one probe to answer it.
"""

import re
import uuid
from collections.abc import Iterator
from functools import partial
from urllib.parse import unquote

from netaudit.discovery import markup
from netaudit.discovery.channel import Channel, Question, Request, observe
from netaudit.discovery.text import clean, decode, mac_address
from netaudit.model import Event, Observation, Reply
from netaudit.wire.udp import fire

PORT = 3702
GROUP, GROUP_IPV6 = "239.255.255.250", "ff02::c"
MAX_BYTES = 64 * 1024
MAX_SCOPES = 64
_LISTEN_S = 2.5  # a device may wait 500 ms (APP_MAX_DELAY) before it answers, and slow ones wait longer
_REPEAT_S = 0.15  # SOAP-over-UDP: one repeat, 50 to 250 ms later
_SPACING_S = 0.6

_PROBE = (
    '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" {declaration}>'
    "<e:Header><w:MessageID>uuid:{uuid}</w:MessageID>"
    '<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>'
    '<w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>'
    "<e:Body><d:Probe>{types}</d:Probe></e:Body></e:Envelope>"
)
# (declaration, Types): the classic type, the type that ONVIF Core demands of every device, and anybody.
_KINDS = (
    ('xmlns:dn="http://www.onvif.org/ver10/network/wsdl"', "<d:Types>dn:NetworkVideoTransmitter</d:Types>"),
    ('xmlns:tds="http://www.onvif.org/ver10/device/wsdl"', "<d:Types>tds:Device</d:Types>"),
    ('xmlns:dn="http://www.onvif.org/ver10/network/wsdl"', ""),
)

MAX_MATCHES = 16
MAX_ADDRESSES = 8
_WORD_CHARACTERS = 1024
_SCOPE = re.compile(r"[a-z][a-z0-9.+-]{1,15}://\S{1,512}")
_OWN_SCOPES = "onvif://www.onvif.org/"
_MAC_SCOPE = re.compile(r"/(?:mac|macaddr|macaddress)/([0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5})/?$", re.IGNORECASE)
_BREAKS = str.maketrans(dict.fromkeys("<>\"'", " "))
_SPOKEN = ("ProbeMatch", "Hello", "ResolveMatch")


def read(reply: Reply) -> Iterator[Observation]:
    """Endpoint, types, scopes and addresses of ProbeMatches, ResolveMatches and Hello; nothing of Probes and Bye.

    A fault names nobody, but whoever wrote its envelope shows in the prefixes.
    """
    try:
        root = markup.parse(reply.payload, MAX_BYTES)
    except ValueError:
        yield from _read_excerpt(reply)
        return
    spoken = [e for e in root.iter() if markup.local_name(e.tag) in _SPOKEN]
    if not spoken and markup.local_name(root.tag) == "Envelope":
        if any(markup.local_name(element.tag) == "Fault" for element in root.iter()):
            prefixes = " ".join(markup.declared_prefixes(reply.payload, MAX_BYTES))
            yield from observe(reply, "onvif.envelope", prefixes)
        return
    if not spoken:
        yield from _read_excerpt(reply)
    for element in spoken[:MAX_MATCHES]:
        yield from _read_match(reply, element)


def _read_match(reply: Reply, element: markup.Element) -> Iterator[Observation]:
    for address in markup.texts(element, "Address")[:1]:
        yield from observe(reply, "wsd.endpoint", address)
    for types in markup.texts(element, "Types")[:1]:
        yield from observe(reply, "wsd.types", " ".join(word.rpartition(":")[2] for word in types.split()))
    scopes = next((e.text or "" for e in element.iter() if markup.local_name(e.tag) == "Scopes"), "")
    yield from read_scopes(reply, scopes.split())
    for addresses in markup.texts(element, "XAddrs")[:1]:
        for address in addresses.split()[:MAX_ADDRESSES]:
            yield from observe(reply, "wsd.xaddr", address)


def read_scopes(reply: Reply, scopes: list[str]) -> Iterator[Observation]:
    """Scope URIs as they are meant, all of them in their order, and the hardware addresses that some makers put in."""
    for scope in scopes[:MAX_SCOPES]:
        value = clean(unquote(scope))
        yield from observe(reply, "onvif.scope", value)
        found = _MAC_SCOPE.search(value)
        if found:
            yield from observe(reply, "mac.address", mac_address(found[1]))
    if len(scopes) > 1:
        together = " ".join(scope.removeprefix(_OWN_SCOPES) for scope in scopes[:MAX_SCOPES])
        yield from observe(reply, "onvif.scopes", clean(together))


def _read_excerpt(reply: Reply) -> Iterator[Observation]:
    """Scopes and addresses out of text that is no whole message."""
    pairs = markup.flat_pairs(reply.payload, {"Address"}, MAX_BYTES)
    endpoints = dict.fromkeys(value for _, value in pairs if "uuid" in value.lower())
    words = decode(reply.payload).translate(_BREAKS).split()
    found = (_SCOPE.search(word[:_WORD_CHARACTERS]) for word in words if "://" in word)
    scopes = [match[0] for match in found if match and not match[0].startswith(("http://", "https://"))]
    if not endpoints and not scopes:
        raise ValueError("neither a WS-Discovery message nor scopes")
    for endpoint in list(endpoints)[:MAX_MATCHES]:
        yield from observe(reply, "wsd.endpoint", endpoint)
    yield from read_scopes(reply, scopes)


def build_probe(kind: int = 0) -> bytes:
    """The probe of this kind (0: network video transmitters, 1: ONVIF devices, 2: anybody), with a fresh MessageID."""
    declaration, types = _KINDS[kind]
    return _PROBE.format(uuid=uuid.uuid4(), declaration=declaration, types=types).encode()


def find(question: Question) -> Iterator[Event]:
    """Three probes by multicast, each with one repeat."""
    probes = [build_probe(kind) for kind in range(len(_KINDS))]
    shots = tuple(
        (number * _SPACING_S + repeat, probe) for number, probe in enumerate(probes) for repeat in (0.0, _REPEAT_S)
    )
    group = GROUP_IPV6 if question.ipv6 else GROUP
    yield from fire(question.to_all("wsd", PORT, group, shots, _LISTEN_S), question.gate)


def reach(question: Question) -> Iterator[Event]:
    """One probe for network video transmitters to each address, without repeat."""
    yield from fire(question.to_each("wsd", PORT, build_probe(), _LISTEN_S), question.gate)


def _knows(reply: Reply) -> bool:
    return reply.transport == "udp" and b"ws/2005/04/discovery" in reply.payload


WSD = Channel(
    name="wsd",
    title="WS-Discovery as ONVIF uses it (UDP 3702)",
    read=read,
    hears=(("udp", PORT),),
    knows=_knows,
    fields=("wsd.endpoint", "wsd.types", "wsd.xaddr", "onvif.scope", "onvif.scopes", "onvif.envelope", "mac.address"),
    sends="three probes with one repeat each by multicast, or one by unicast",
    requests=(
        *(
            Request(
                what=f"Probe for {what}",
                build=partial(build_probe, kind),
                to=f"group {GROUP}, {GROUP_IPV6}",
                transport="udp",
                ports=(PORT,),
                most=2,
                when="once per interface, with one repeat",
                source="WS-Discovery 2005/04 section 5.2, SOAP-over-UDP, ONVIF Core Specification",
            )
            for kind, what in enumerate(("dn:NetworkVideoTransmitter", "tds:Device", "any type"))
        ),
        Request(
            what="Probe for dn:NetworkVideoTransmitter",
            build=build_probe,
            to="each address",
            transport="udp",
            ports=(PORT,),
            most=1,
            when="behind a router, or silent to every multicast",
            source="WS-Discovery 2005/04 section 5.2",
        ),
    ),
    families=(4, 6),
    find=find,
    reach=reach,
)
