"""The raw form of SADP: one inquiry in an Ethernet frame of type 0x8033, for devices on the wrong subnet.

Asked only where the user names this channel: it is a broadcast to parsers that nobody has documented. The frame is
byte for byte what makers' tools send, with our own addresses. Opcode 3 is the only one that is ever built; others
change devices. The answers are read by the channel `sadp`, which hears them in captures too.
"""

import socket
from collections.abc import Iterator

from netaudit.discovery import sadp
from netaudit.discovery.channel import EXAMPLE_INTERFACE, Channel, Question, Request
from netaudit.discovery.framed import Asking, ask
from netaudit.model import Event
from netaudit.wire.bpf import SADP as ETHERTYPE
from netaudit.wire.bpf import Wanted
from netaudit.wire.gate import LIMITED_BROADCAST
from netaudit.wire.interfaces import Interface

_INQUIRY = 3
_TOTAL_BYTES = 66  # 38 of head and 28 of payload: the sender's IPv6 address, left empty, and 12 zeros
_SEQUENCE = 1
_CHECKSUM_AT = 12
_SHOTS_S = (0.0, 1.0)
_LISTEN_S = 2.0


def build_inquiry(interface: Interface) -> bytes:
    """The frame of 80 bytes that asks every device of the link, from this interface's own addresses."""
    own = bytes.fromhex((interface.mac or "").replace(":", ""))
    everybody = b"\xff" * 6
    head = bytes((0x21, 0x02, 0x01, _TOTAL_BYTES)) + _SEQUENCE.to_bytes(4) + bytes((6, 4, _INQUIRY, 0, 0, 0))
    body = head + own + socket.inet_aton(interface.address) + everybody
    body += bytes(_TOTAL_BYTES - len(body))
    body = body[:_CHECKSUM_AT] + _checksum(body).to_bytes(2) + body[_CHECKSUM_AT + 2 :]
    return everybody + own + ETHERTYPE.to_bytes(2) + body


def _checksum(body: bytes) -> int:
    """That of the Internet (RFC 1071), but over words with their low byte first."""
    total = sum(int.from_bytes(body[at : at + 2], "little") for at in range(0, len(body), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def find(question: Question) -> Iterator[Event]:
    """Ask every device of the link, twice; also those whose IPv4 address belongs elsewhere answer."""
    inquiry = build_inquiry(question.link)
    yield from ask(
        question,
        Asking(
            name="sadp_raw",
            shots=tuple((due_s, inquiry) for due_s in _SHOTS_S),
            to=LIMITED_BROADCAST,
            listen_s=_LISTEN_S,
            wanted=Wanted(ethertypes=(ETHERTYPE,)),
            channel="sadp",
            lost="devices that answer frames only are not found",
        ),
    )


SADP_RAW = Channel(
    name="sadp_raw",
    title="SADP in Ethernet frames of type 0x8033: asked only where it is named, for devices on the wrong subnet",
    read=sadp.read,
    fields=sadp.SADP.fields,
    sends="one inquiry of 80 bytes by broadcast, twice, and only if the channel is named",
    requests=(
        Request(
            what="inquiry, a frame of 80 bytes, opcode 3",
            build=lambda: build_inquiry(EXAMPLE_INTERFACE),
            to="broadcast of the link",
            transport="link",
            ports=(),
            most=len(_SHOTS_S),
            when="one second apart, once per interface, and only where the user names the channel",
            source="read from several implementations; makers' tools send the same bytes",
        ),
    ),
    by_name_only=True,
    find=find,
)
