"""Placeholders of device files, such as @address@ or @port:80@: what depends on the place, the request or the moment."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from ipaddress import IPv6Address

from netaudit.demo.logins import make_nonce

PLACEHOLDER = re.compile(r"@([A-Za-z][A-Za-z-]*)(?::(\d+))?@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Who answers from where, and what was asked."""

    mac: str
    address: str
    ports: Mapping[int, int]  # TCP port of the data file: port that is really open
    request: bytes = b""
    length: int = 0  # of the body that follows


def fill(text: str, situation: Situation) -> str:
    """The text with its placeholders filled in."""
    return PLACEHOLDER.sub(lambda found: _value(found[1], found[2], situation), text)


def check_placeholders(*texts: str) -> None:
    """Raise ValueError where a text has a placeholder that nothing fills."""
    for found in (found for text in texts for found in PLACEHOLDER.finditer(text)):
        known = PORTS if found[2] else VALUES
        if found[1] not in known:
            raise ValueError(f"unknown placeholder: {found[0]}")


def _value(name: str, port: str | None, situation: Situation) -> str:
    return PORTS[name](situation, int(port)) if port else VALUES[name](situation)


def _host(situation: Situation, declared: int) -> str:
    """Address and port as in a URL whose scheme has the declared port as its default."""
    port = situation.ports.get(declared, declared)
    return situation.address if port == declared else f"{situation.address}:{port}"


def _link_local(situation: Situation) -> str:
    """The link-local address made from the MAC (RFC 4291, appendix A)."""
    mac = bytes.fromhex(situation.mac.replace(":", ""))
    interface = bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:]
    return str(IPv6Address(b"\xfe\x80" + bytes(6) + interface))


def _cut(pattern: bytes) -> Callable[[Situation], str]:
    """A function that cuts a part out of the request; nothing where it is not there."""
    compiled = re.compile(pattern)

    def cut(situation: Situation) -> str:
        found = compiled.search(situation.request)
        return found[1].decode("latin-1") if found else ""

    return cut


def _utc(pattern: str) -> Callable[[Situation], str]:
    return lambda _: str(int(datetime.now(UTC).strftime(pattern)))


PORTS: Mapping[str, Callable[[Situation, int], str]] = {
    "port": lambda s, declared: str(s.ports.get(declared, declared)),
    "host": _host,
}

VALUES: Mapping[str, Callable[[Situation], str]] = {
    "address": lambda s: s.address,
    "mac": lambda s: s.mac,
    "MAC": lambda s: s.mac.upper(),
    "mac-dashes": lambda s: s.mac.replace(":", "-"),
    "MAC-DASHES": lambda s: s.mac.replace(":", "-").upper(),
    "mac-plain": lambda s: s.mac.replace(":", ""),
    "MAC-PLAIN": lambda s: s.mac.replace(":", "").upper(),
    "link-local": _link_local,
    "uuid": _cut(rb"<Uuid>([^<]{1,64})<"),  # SADP: the probe's
    "relates-to": _cut(rb"MessageID[^>]{0,200}>\s*([^<\s]{1,200})\s*<"),  # WS-Addressing: the probe's
    "cseq": _cut(rb"(?i)\r\nCSeq:\s*(\d{1,9})"),  # RTSP: the request's
    "message-id": lambda _: str(uuid.uuid4()),
    "nonce": lambda _: make_nonce(),
    "length": lambda s: str(s.length),
    "date": lambda _: format_datetime(datetime.now(UTC), usegmt=True),
    "utc-year": _utc("%Y"),
    "utc-month": _utc("%m"),
    "utc-day": _utc("%d"),
    "utc-hour": _utc("%H"),
    "utc-minute": _utc("%M"),
    "utc-second": _utc("%S"),
}
