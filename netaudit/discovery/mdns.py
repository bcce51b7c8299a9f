"""mDNS and DNS-SD: the services that devices announce on their link (RFC 6762, RFC 6763). Read with zeroconf.

We ask as a one-shot querier would (RFC 6762 section 5.1), from a port of our own, with the unicast-response bit set,
and also listen to the group, because a responder may answer there. We never announce and never answer.
"""

from collections.abc import Iterator

from netaudit.discovery.channel import Channel, Question, observe
from netaudit.discovery.text import clean
from netaudit.model import Event, Observation, Reply
from netaudit.wire.udp import Volley, fire

PORT = 5353
GROUP = "224.0.0.251"
MAX_RECORDS = 256
MAX_TEXTS = 64
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
    from zeroconf import DNSIncoming, DNSPointer, DNSService, DNSText  # noqa: PLC0415  slow, and not always needed

    message = DNSIncoming(reply.payload)
    if not message.valid:
        raise ValueError(f"not a DNS message ({len(reply.payload)} bytes)")
    if message.is_query():
        return
    for record in message.answers()[:MAX_RECORDS]:
        if isinstance(record, DNSPointer):
            yield from _read_pointer(reply, record.name, record.alias)
        elif isinstance(record, DNSService):
            yield from observe(reply, "mdns.host", clean(record.server.rstrip(".")))
        elif isinstance(record, DNSText):
            yield from _read_texts(reply, record.text)


def _read_pointer(reply: Reply, name: str, alias: str) -> Iterator[Observation]:
    """A service type and the instance behind it; the meta-query names types only, reverse look-ups name neither."""
    if name.endswith(".arpa."):
        return
    if name.lower().startswith("_services._dns-sd."):
        yield from observe(reply, "mdns.service", clean(alias.rstrip(".")))
        return
    yield from observe(reply, "mdns.service", clean(name.rstrip(".")))
    yield from observe(reply, "mdns.instance", clean(alias.removesuffix("." + name).rstrip(".")))


def _read_texts(reply: Reply, text: bytes) -> Iterator[Observation]:
    """The strings of a TXT record (RFC 6763 section 6): a length byte before each."""
    at = found = 0
    while at < len(text) and found < MAX_TEXTS:
        end = at + 1 + text[at]
        yield from observe(reply, "mdns.txt", clean(text[at + 1 : end].decode("utf-8", "replace")))
        at, found = end, found + 1


def build_query() -> bytes:
    """One message that asks for all services, with the unicast-response bit (RFC 6762 section 5.4)."""
    from zeroconf import DNSOutgoing, DNSQuestion  # noqa: PLC0415
    from zeroconf.const import _CLASS_IN, _CLASS_UNIQUE, _FLAGS_QR_QUERY, _TYPE_PTR  # noqa: PLC0415

    message = DNSOutgoing(_FLAGS_QR_QUERY, multicast=False)
    for service in SERVICES:
        message.add_question(DNSQuestion(service, _TYPE_PTR, _CLASS_IN | _CLASS_UNIQUE))
    (packet,) = message.packets()
    return packet


def find(question: Question) -> Iterator[Event]:
    """Ask the link for all services, twice."""
    interface = question.interface
    assert interface is not None  # noqa: S101
    query = build_query()
    yield from fire(
        Volley(
            channel="mdns", port=PORT, shots=tuple((due_s, query) for due_s in _SHOTS_S), destinations=(GROUP,),
            listen_s=_LISTEN_S, source=interface.address, interface=interface.name, group=GROUP, ttl=_TTL,
        ),
        question.gate,
    )  # fmt: skip


MDNS = Channel(
    name="mdns",
    title="mDNS and DNS-SD: announced services (UDP 5353)",
    read=read,
    hears=(("udp", PORT),),
    fields=("mdns.service", "mdns.instance", "mdns.host", "mdns.txt"),
    sends="one message with ten questions, twice by multicast",
    find=find,
)
