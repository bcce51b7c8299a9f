"""SSDP: search answers and announcements of UPnP devices; UPnP Device Architecture 1.1 section 1.

The LOCATION that a device names is reported. Whether it may be fetched is decided by whoever asks.
"""

from collections.abc import Iterator

from netaudit.discovery.channel import Channel, Question, Request, observe
from netaudit.discovery.text import clean
from netaudit.model import Event, Observation, Reply
from netaudit.wire.messages import Message, read_messages
from netaudit.wire.udp import fire

PORT = 1900
GROUP = "239.255.255.250"
_MX_S = 2  # devices answer after a random time up to this (section 1.3.2)
_SHOTS_S = (0.0, 0.3)
_LISTEN_S = _MX_S + 2.0
_TTL = 2  # section 1.3.2
_FIELDS = {
    "SERVER": "ssdp.server",
    "USN": "ssdp.usn",
    "ST": "ssdp.type",
    "NT": "ssdp.type",
    "LOCATION": "ssdp.location",
    "AL": "ssdp.location",  # the name in the oldest drafts
}


def read(reply: Reply) -> Iterator[Observation]:
    """What answers and announcements say; nothing of searches."""
    messages = read_messages(reply.payload)
    if not any(message.headers for message in messages):
        raise ValueError("no SSDP: neither a start line with headers nor headers")
    pairs = (pair for message in messages if message.method in {"", "NOTIFY"} for pair in _pairs(message))
    for field, value in dict.fromkeys(pairs):
        yield from observe(reply, field, value)


def _pairs(message: Message) -> Iterator[tuple[str, str]]:
    for name, field in _FIELDS.items():
        yield from ((field, clean(value)) for value in message.values(name))


def build_search() -> bytes:
    """The search for root devices: one answer from each, where a search for everything gets dozens."""
    lines = (
        "M-SEARCH * HTTP/1.1", f"HOST: {GROUP}:{PORT}", 'MAN: "ssdp:discover"', f"MX: {_MX_S}", "ST: upnp:rootdevice",
    )  # fmt: skip
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


def find(question: Question) -> Iterator[Event]:
    """Search by multicast, twice, and hear meanwhile what is announced to the group."""
    shots = tuple((due_s, build_search()) for due_s in _SHOTS_S)
    yield from fire(question.to_all("ssdp", PORT, GROUP, shots, _LISTEN_S, ttl=_TTL), question.gate)


def _knows(reply: Reply) -> bool:
    return reply.transport == "udp" and reply.payload.startswith((b"NOTIFY * HTTP/1", b"M-SEARCH * HTTP/1", b"HTTP/1."))


SSDP = Channel(
    name="ssdp",
    title="SSDP: UPnP devices that answer or announce themselves (UDP 1900)",
    read=read,
    hears=(("udp", PORT),),
    knows=_knows,
    fields=("ssdp.server", "ssdp.usn", "ssdp.type", "ssdp.location"),
    sends="one search for root devices, twice by multicast",
    requests=(
        Request(
            what="M-SEARCH for upnp:rootdevice",
            build=build_search,
            to=f"group {GROUP}",
            transport="udp",
            ports=(PORT,),
            most=len(_SHOTS_S),
            when="twice per interface, TTL 2",
            source="UPnP Device Architecture 1.1 section 1.3.2",
        ),
    ),
    find=find,
)
