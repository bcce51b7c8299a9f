"""TCP: which ports accept a connection, and what they say unasked."""

from collections.abc import Iterator

from netaudit.discovery.channel import Channel, Request, observe
from netaudit.model import Observation, Reply

GREETING_BYTES = 64


def read(reply: Reply) -> Iterator[Observation]:
    """The port, open unless the transport knew that it refused, and its greeting."""
    refused = [value for field, value in reply.facts if field == "tcp.refused"]
    for port in refused:
        yield from observe(reply, "tcp.refused", port)
    if refused:
        return
    yield from observe(reply, "tcp.port", str(reply.port))
    yield from observe(reply, "tcp.greeting", _printable(reply.payload[:GREETING_BYTES]))


def _printable(data: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\x{byte:02x}" for byte in data)


TCP = Channel(
    name="tcp",
    title="TCP: open ports, and what they say unasked",
    read=read,
    fields=("tcp.port", "tcp.refused", "tcp.greeting"),
    requests=(
        Request(
            what="a connection in which nothing is sent",
            build=lambda: b"",
            to="each device",
            transport="tcp",
            ports=(8000, 37777, 34567, 35000),
            most=12,
            when="once per port; closed after 300 ms",
            source="RFC 9293",
        ),
    ),
    sends="one connection per port, nothing in it; closed after 300 ms",
)
