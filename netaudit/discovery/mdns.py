"""mDNS and DNS-SD: the services that devices announce on their link (RFC 6762, RFC 6763). Read with zeroconf.

We ask as a one-shot querier would (RFC 6762 section 5.1), from a port of our own, the first time with the bit that asks
for unicast, and also listen to the group, because a responder may answer there. We never announce and never answer.
"""

import re
from collections.abc import Iterator
from functools import partial

from netaudit.discovery.channel import Channel, Question, Request, observe
from netaudit.discovery.text import clean
from netaudit.model import Event, Observation, Reply
from netaudit.wire.udp import fire

PORT = 5353
GROUP, GROUP_IPV6 = "224.0.0.251", "ff02::fb"
MAX_RECORDS = 256
MAX_TEXTS = 64
_IPV4_BYTES = 4
_TYPE = re.compile(r"(_[A-Za-z0-9-]{1,15}\._(?:tcp|udp))\.local\.?\Z", re.IGNORECASE)
_SHOTS_S = (0.1, 1.1)  # RFC 6762 section 5.2: after 20 to 120 ms, then a second later
_LISTEN_S = 2.0
_TTL = 255  # RFC 6762 section 11

# The meta-query (RFC 6763 section 9), then what cameras, recorders and their neighbours are known to announce.
SERVICES = (
    "_services._dns-sd._udp.local.",
    "_CGI._tcp.local.",
    "_psia._tcp.local.",
    "_http._tcp.local.",
    "_rtsp._tcp.local.",
    "_onvif._tcp.local.",
    "_axis-video._tcp.local.",
    "_axis-nvr._tcp.local.",
    "_vapix-http._tcp.local.",
    "_hap._tcp.local.",
)


def read(reply: Reply) -> Iterator[Observation]:
    """Services, instances, host names and texts of a response; nothing of questions."""
    from zeroconf import DNSAddress, DNSIncoming, DNSPointer, DNSService, DNSText  # noqa: PLC0415  slow, and not always needed

    message = DNSIncoming(reply.payload)
    records = message.answers()[:MAX_RECORDS]  # of a message that breaks off: those before the break
    if not message.valid and not records:
        raise ValueError(f"not a DNS message ({len(reply.payload)} bytes)")
    if message.is_query():
        return
    pairs: list[tuple[str, str]] = []
    own = {r.name.lower() for r in records if isinstance(r, DNSAddress) and _is_address(r.address, reply.address)}
    for record in records:
        if isinstance(record, DNSPointer):
            pairs += _of_pointer(record.name, record.alias)
        elif isinstance(record, DNSService):
            pairs.append(("mdns.host", record.server))
            pairs += _of_service(record.name, record.port if record.server.lower() in own else 0)
        elif isinstance(record, DNSText):
            pairs += (("mdns.txt", text) for text in _texts(record.text))
    for field, value in dict.fromkeys(pairs):
        yield from observe(reply, field, clean(value if field == "mdns.txt" else value.rstrip(".")))


def _of_pointer(name: str, alias: str) -> Iterator[tuple[str, str]]:
    """A service type and the instance behind it; the meta-query names types only, reverse look-ups name neither."""
    if name.lower().endswith(".arpa."):
        return
    if name.lower().startswith("_services._dns-sd."):
        yield "mdns.service", alias
        return
    yield "mdns.service", name
    belongs = alias.lower().endswith("." + name.lower())  # in whatever case: RFC 6762 section 16
    yield "mdns.instance", alias[: -len(name) - 1] if belongs else alias


def _is_address(packed: bytes, address: str) -> bool:
    """Whether this is the address that the message came from: a responder may speak for others, and so may a forger."""
    return len(packed) == _IPV4_BYTES and ".".join(str(byte) for byte in packed) == address


def _of_service(instance: str, port: int) -> Iterator[tuple[str, str]]:
    """The port of a service on the device itself, after the type of the service (RFC 6763 section 4.1)."""
    service = _TYPE.search(instance)
    if service and port:
        yield "mdns.port", f"{service[1]} {port}"


def _texts(text: bytes) -> Iterator[str]:
    """The strings of a TXT record (RFC 6763 section 6): a length byte before each."""
    at = 0
    for _ in range(MAX_TEXTS):
        if at >= len(text):
            return
        end = at + 1 + text[at]
        yield text[at + 1 : end].decode("utf-8", "replace")
        at = end


def build_query(*, unicast: bool) -> bytes:
    """One message that asks for all services, with or without the bit that asks for unicast (RFC 6762 section 5.4)."""
    from zeroconf import DNSOutgoing, DNSQuestion  # noqa: PLC0415
    from zeroconf.const import _CLASS_IN, _CLASS_UNIQUE, _FLAGS_QR_QUERY, _TYPE_PTR  # noqa: PLC0415

    message = DNSOutgoing(_FLAGS_QR_QUERY)
    for service in SERVICES:
        message.add_question(DNSQuestion(service, _TYPE_PTR, _CLASS_IN | _CLASS_UNIQUE if unicast else _CLASS_IN))
    (packet,) = message.packets()
    return packet


def find(question: Question) -> Iterator[Event]:
    """Ask the link for all services, twice."""
    shots = tuple((due_s, build_query(unicast=number == 0)) for number, due_s in enumerate(_SHOTS_S))
    group = GROUP_IPV6 if question.ipv6 else GROUP
    yield from fire(question.to_all("mdns", PORT, group, shots, _LISTEN_S, ttl=_TTL), question.gate)


MDNS = Channel(
    name="mdns",
    title="mDNS and DNS-SD: announced services (UDP 5353)",
    read=read,
    hears=(("udp", PORT),),
    fields=("mdns.service", "mdns.instance", "mdns.host", "mdns.port", "mdns.txt"),
    sends="one message with ten questions, twice by multicast",
    requests=tuple(
        Request(
            what=f"one message with {len(SERVICES)} PTR questions" + (", answers by unicast" if unicast else ""),
            build=partial(build_query, unicast=unicast),
            to=f"group {GROUP}, {GROUP_IPV6}",
            transport="udp",
            ports=(PORT,),
            most=1,
            when=when,
            source="RFC 6762 sections 5.2 and 5.4, RFC 6763 section 9",
        )
        for unicast, when in ((True, "once per interface"), (False, "one second later, once"))
    ),
    families=(4, 6),
    find=find,
)
