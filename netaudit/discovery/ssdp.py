"""SSDP: search answers and announcements of UPnP devices; UPnP Device Architecture 1.1 section 1.

The LOCATION that a device names is reported. Whether it may be fetched is decided by whoever asks.
"""

from collections.abc import Iterator

from netaudit.discovery.channel import Channel, observe
from netaudit.discovery.text import clean
from netaudit.model import Observation, Reply
from netaudit.wire.messages import Message, read_messages

PORT = 1900
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


def _knows(reply: Reply) -> bool:
    return reply.transport == "udp" and reply.payload.startswith((b"NOTIFY * HTTP/1", b"M-SEARCH * HTTP/1", b"HTTP/1."))


SSDP = Channel(
    name="ssdp",
    title="SSDP: UPnP devices that answer or announce themselves (UDP 1900)",
    read=read,
    hears=(("udp", PORT),),
    knows=_knows,
    fields=("ssdp.server", "ssdp.usn", "ssdp.type", "ssdp.location"),
)
