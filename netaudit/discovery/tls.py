"""TLS: the certificate and the protocol version of a server (RFC 5246, RFC 8446, X.509 as in RFC 5280).

A certificate comes alone, as DER or PEM, or inside the server's half of a handshake. TLS 1.3 encrypts it: from a
capture only the version is known then.
"""

from collections.abc import Iterator
from hashlib import sha256

from netaudit.discovery.channel import Channel, Request, observe
from netaudit.discovery.text import clean
from netaudit.model import Observation, Reply

MAX_BYTES = 64 * 1024
_ALERT, _HANDSHAKE = 21, 22  # record types, RFC 8446 section 5.1
_CLIENT_HELLO, _SERVER_HELLO, _CERTIFICATE = 1, 2, 11  # handshake types, RFC 5246 section 7.4
_SUPPORTED_VERSIONS = 43  # extension, RFC 8446 section 4.2.1
_VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}


def read(reply: Reply) -> Iterator[Observation]:
    """What the certificate, the handshake and the transport say; nothing of a client's half."""
    for field, value in reply.facts:
        if field in TLS.fields:
            yield from observe(reply, field, clean(value))
    payload = reply.payload[:MAX_BYTES]
    if payload[:1] in {bytes([_HANDSHAKE]), bytes([_ALERT])} and payload[1:2] == b"\x03":
        yield from _read_stream(reply, payload)
    elif payload:
        yield from _read_certificate(reply, payload, alone=True)
    elif not reply.facts:
        raise ValueError("no certificate and no handshake")


def _read_stream(reply: Reply, stream: bytes) -> Iterator[Observation]:
    messages: dict[int, bytes] = {}
    for kind, body in _messages(_handshake(stream)):
        messages.setdefault(kind, body)
    if _CLIENT_HELLO in messages:
        return
    if _SERVER_HELLO in messages:
        yield from observe(reply, "tls.version", _VERSIONS.get(_agreed_version(messages[_SERVER_HELLO])))
    if _CERTIFICATE in messages:
        listed = messages[_CERTIFICATE]
        certificate = listed[6 : 6 + int.from_bytes(listed[3:6])]  # the first of the list is the server's own
        yield from _read_certificate(reply, certificate, alone=False)


def _handshake(stream: bytes) -> bytes:
    """The handshake bytes of a stream, up to the first record that is encrypted or something else."""
    handshake, position = b"", 0
    while stream[position : position + 1] == bytes([_HANDSHAKE]) and stream[position + 1 : position + 2] == b"\x03":
        length = int.from_bytes(stream[position + 3 : position + 5])
        handshake += stream[position + 5 : position + 5 + length]
        position += 5 + length
    return handshake


def _messages(handshake: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, body) of every message that is whole."""
    position = 0
    while position + 4 <= len(handshake):
        end = position + 4 + int.from_bytes(handshake[position + 1 : position + 4])
        if end > len(handshake):
            return
        yield handshake[position], handshake[position + 4 : end]
        position = end


def _agreed_version(hello: bytes) -> int:
    """The version that a ServerHello selects; TLS 1.3 says it in an extension and keeps the old place at 1.2."""
    position = 35 + (hello[34] if len(hello) > 34 else 0) + 3  # version, random, session id; suite, compression
    end = min(len(hello), position + 2 + int.from_bytes(hello[position : position + 2]))
    position += 2
    while position + 4 <= end:
        kind, length = (
            int.from_bytes(hello[position : position + 2]),
            int.from_bytes(hello[position + 2 : position + 4]),
        )
        if kind == _SUPPORTED_VERSIONS and length == 2:
            return int.from_bytes(hello[position + 4 : position + 6])
        position += 4 + length
    return int.from_bytes(hello[:2])


def _read_certificate(reply: Reply, encoded: bytes, *, alone: bool) -> Iterator[Observation]:
    from netaudit.discovery.certificates import read_certificate  # noqa: PLC0415  slow, and many runs meet none

    try:
        values = read_certificate(encoded)
    except ValueError:
        if alone:
            raise
        values = {"tls.sha256": sha256(encoded).hexdigest()}  # what a handshake calls a certificate is one
    for field, value in values.items():
        yield from observe(reply, field, clean(value))


def _knows(reply: Reply) -> bool:
    return reply.transport == "tcp" and reply.payload[:2] == b"\x16\x03" and reply.payload[5:6] in {b"\x01", b"\x02"}


TLS = Channel(
    name="tls",
    title="TLS: certificate and protocol version of secured ports",
    read=read,
    hears=(("tcp", 443), ("tcp", 8443)),
    knows=_knows,
    fields=(
        "tls.subject", "tls.issuer", "tls.sha256", "tls.key", "tls.not_before", "tls.not_after", "tls.version",
        "tls.legacy",
    ),
    requests=(
        Request(
            what="TLS handshake",
            build=None,
            to="each device",
            transport="tls",
            ports=(443, 8443),
            most=4,
            when="two per port: one as clients of today do it, and one as the oldest do, or one more for a request",
            source="RFC 8446, RFC 5246",
        ),
    ),
    sends="one handshake as clients of today do it, and where that fails one as the oldest do",
)  # fmt: skip
