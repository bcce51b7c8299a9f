"""The bytes of an answer: its text with the placeholders filled in, and the framing that its protocol wants.

Dahua's discovery has a header of 32 bytes, little endian: its own length, "DHIP", session, id, length of the JSON
text, 0, the length again, 0. mDNS messages follow RFC 1035 section 4.1, without name compression.
"""

import struct
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address

from netaudit.demo.device import Answer, Datagram, Record
from netaudit.demo.placeholders import Situation, fill

RECORD_TYPES = {"A": 1, "PTR": 12, "TXT": 16, "SRV": 33}
SHARED, UNIQUE = 0x0001, 0x8001  # class IN, without and with the cache-flush bit (RFC 6762 section 10.2)
ANSWER_FLAGS = 0x8400  # a response, authoritative


def build_datagram(datagram: Datagram, situation: Situation) -> bytes:
    """The payload that answers the situation's request."""
    if datagram.records:
        return _dns_message(datagram.records, situation)
    if datagram.dhip:
        return _with_dhip_header(fill(datagram.dhip, situation).encode())
    if datagram.head:
        return _head(datagram.head, situation)
    return fill(datagram.text, situation).encode()


def build_answer(answer: Answer, situation: Situation) -> tuple[bytes, bytes]:
    """Head and body that answer the situation's request."""
    if answer.text:
        return fill(answer.text, situation).encode(), b""
    body = fill(answer.body, situation).encode()
    return _head(answer.head, replace(situation, length=len(body))), body


def _head(text: str, situation: Situation) -> bytes:
    return "".join(f"{line}\r\n" for line in [*fill(text, situation).strip("\n").split("\n"), ""]).encode()


def _with_dhip_header(text: bytes) -> bytes:
    return struct.pack("<I4s6I", 32, b"DHIP", 0, 0, len(text), 0, len(text), 0) + text


def _dns_message(records: Sequence[Record], situation: Situation) -> bytes:
    asked = situation.request[:2]  # a one-shot question has an id, which is echoed (RFC 6762 section 6.7)
    return (
        asked
        + struct.pack("!5H", ANSWER_FLAGS, 0, len(records), 0, 0)
        + b"".join(_record(r, situation) for r in records)
    )


def _record(record: Record, situation: Situation) -> bytes:
    data = _record_data(record, fill(record.data, situation))
    kind = RECORD_TYPES[record.type]
    shared = SHARED if record.type == "PTR" else UNIQUE
    return _name(fill(record.name, situation)) + struct.pack("!HHIH", kind, shared, record.ttl, len(data)) + data


def _record_data(record: Record, text: str) -> bytes:
    if record.type == "A":
        return IPv4Address(text).packed
    if record.type == "PTR":
        return _name(text)
    if record.type == "TXT":
        return b"".join(_label(part) for part in text.split(";"))
    priority, weight, port, target = text.split(" ", 3)
    return struct.pack("!3H", int(priority), int(weight), int(port)) + _name(target)


def _name(text: str) -> bytes:
    r"""A name as on the wire; a full stop inside of a label is written \. (RFC 1035 section 5.1)."""
    labels = text.replace(r"\.", "\0").split(".")
    return b"".join(_label(label.replace("\0", ".")) for label in labels) + b"\0"


def _label(text: str) -> bytes:
    return bytes([len(text.encode())]) + text.encode()
