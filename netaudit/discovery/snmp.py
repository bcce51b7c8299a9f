"""SNMP: one GET of sysDescr.0 and sysObjectID.0 with a community that the operator gave, and its answer.

RFC 1157 and RFC 3416 in BER (X.690). One message of one shape is written, and one read: what is longer, nested otherwise
or of another type is refused, so there is no general decoder here that a device could feed.
"""

from collections.abc import Iterator
from dataclasses import replace

from netaudit.discovery.channel import Channel, observe
from netaudit.discovery.text import clean, decode
from netaudit.model import Observation, Reply

PORT = 161
MAX_BYTES = 8 * 1024
MAX_BINDINGS = 8
_INTEGER, _OCTETS, _NULL, _OID, _SEQUENCE, _GET, _RESPONSE = 0x02, 0x04, 0x05, 0x06, 0x30, 0xA0, 0xA2
_VERSIONS = {"1": 0, "2c": 1}
_NAMES = {bytes.fromhex("2b06010201010100"): "snmp.sysdescr", bytes.fromhex("2b06010201010200"): "snmp.sysobjectid"}
MAX_ARCS = 32


def build_get(community: str, version: str, number: int) -> bytes:
    """A GET of both names; `number` tells its answer from others."""
    bindings = b"".join(_part(_SEQUENCE, _part(_OID, name) + _part(_NULL, b"")) for name in _NAMES)
    pdu = _whole(number) + _whole(0) + _whole(0) + _part(_SEQUENCE, bindings)
    return _part(_SEQUENCE, _whole(_VERSIONS[version]) + _part(_OCTETS, community.encode()) + _part(_GET, pdu))


def _part(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 0x80 else b"\x82" + size.to_bytes(2)
    return bytes([tag]) + length + content


def _whole(number: int) -> bytes:
    return _part(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1))


def read(reply: Reply) -> Iterator[Observation]:
    """What a device answers to such a GET; nothing of requests, and of an answer that says that there is an error."""
    if len(reply.payload) > MAX_BYTES:
        raise ValueError(f"SNMP of {len(reply.payload)} bytes is over the limit of {MAX_BYTES}")
    message = _parts(_content(reply.payload, _SEQUENCE), 3)
    if len(message) != 3 or message[0][0] != _INTEGER or message[1][0] != _OCTETS:
        raise ValueError("no SNMP message of version 1 or 2c")
    if message[2][0] != _RESPONSE:
        return
    pdu = _parts(message[2][1], 4)
    if [tag for tag, _ in pdu] != [_INTEGER, _INTEGER, _INTEGER, _SEQUENCE]:
        raise ValueError("an SNMP answer without its four parts")
    for tag, binding in _parts(pdu[3][1], MAX_BINDINGS):
        yield from _read_binding(reply, _parts(binding, 2) if tag == _SEQUENCE else [])


def _read_binding(reply: Reply, binding: list[tuple[int, bytes]]) -> Iterator[Observation]:
    if len(binding) != 2 or binding[0][0] != _OID:
        raise ValueError("a binding that is no name with a value")
    field, (tag, value) = _NAMES.get(binding[0][1]), binding[1]
    if field == "snmp.sysdescr" and tag == _OCTETS:
        yield from observe(reply, field, clean(decode(value)))
    elif field == "snmp.sysobjectid" and tag == _OID:
        yield from observe(reply, field, _dotted(value))


def request_number(payload: bytes) -> bytes:
    """The number of a message, as bytes; ValueError where it is no SNMP."""
    return _parts(_parts(_content(payload[:MAX_BYTES], _SEQUENCE), 3)[-1][1], 1)[0][1]


def without_community(reply: Reply, question: bytes) -> Reply:
    """The answer to a question as both may be recorded: as long as they were, the community overwritten."""
    return replace(reply, payload=_overwritten(reply.payload), request=_overwritten(question))


def _overwritten(payload: bytes) -> bytes:
    message = _parts(_content(payload[:MAX_BYTES], _SEQUENCE), 3)
    community = message[1][1] if len(message) > 1 else b""
    return payload.replace(community, b"*" * len(community)) if community else payload


def _parts(data: bytes, most: int) -> list[tuple[int, bytes]]:
    """(tag, content) of each part, at most so many."""
    parts: list[tuple[int, bytes]] = []
    while data and len(parts) < most:
        content, data, tag = _split(data)
        parts.append((tag, content))
    return parts


def _content(data: bytes, tag: int) -> bytes:
    content, _, found = _split(data)
    if found != tag:
        raise ValueError(f"BER of type {found:#04x} where {tag:#04x} is expected")
    return content


def _split(data: bytes) -> tuple[bytes, bytes, int]:
    """The first part's content, what follows it, and its tag (X.690 section 8.1, definite lengths)."""
    octets = data[1] & 0x7F if len(data) > 1 and data[1] & 0x80 else 0
    start = 2 + octets
    if len(data) < start or octets > 2 or (octets == 0 and data[1] == 0x80):
        raise ValueError("BER that is cut off, or of a length that no such message has")
    size = int.from_bytes(data[2:start]) if octets else data[1]
    if len(data) < start + size:
        raise ValueError("BER that is cut off")
    return data[start : start + size], data[start + size :], data[0]


def _dotted(value: bytes) -> str:
    """An object identifier as people write it (X.690 section 8.19)."""
    arcs, arc = [], 0
    for octet in value[: 4 * MAX_ARCS]:
        arc = (arc << 7) | (octet & 0x7F)
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    if not arcs or len(arcs) > MAX_ARCS or any(number >= 2**32 for number in arcs):
        raise ValueError("no object identifier")
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


SNMP = Channel(
    name="snmp",
    title="SNMP: what a device calls itself, with a community that the operator gave",
    read=read,
    hears=(("udp", PORT),),
    fields=("snmp.sysdescr", "snmp.sysobjectid"),
)
