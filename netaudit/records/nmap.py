"""What a file of `nmap -oX` tells: open ports, hardware addresses, names, and the words of devices that stand in it.

Taken are facts of the network, and bytes that a device sent and nmap wrote down as they came: certificates, banners,
the answers in `servicefp`, and values that scripts cut out. nmap's own conclusions (product, operating system, the
maker of a hardware address) are left: its rules are not ours, and some name a maker where a protocol is all there is.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from netaudit.model import Gap, Observation, Problem, Reply
from netaudit.records.nmapxml import Document, Host, Port, Script, read_hosts

HEAD_MARK: Final = b"<nmaprun"
WHAT_IS_MISSING: Final = (
    "another tool's file tells what it asked, and nothing else: no maker's own discovery, no ONVIF, and no word on what "
    "it did not reach"
)

_MAX_TIME: Final = 253_402_300_800  # the year 10000
_MAX_RECORDED: Final = 16 << 10  # characters of one answer in a servicefp
_HEADER_FIELDS: Final = {
    "server": "http.server", "www-authenticate": "http.www_authenticate", "set-cookie": "http.set_cookie",
    "location": "http.location",
}  # fmt: skip
_UPNP_FIELDS: Final = {
    "Name": "upnp.friendly_name", "Manufacturer": "upnp.manufacturer", "Model Descr": "upnp.model_description",
    "Model Name": "upnp.model_name", "Model Version": "upnp.model_number", "Server": "ssdp.server",
    "Location": "ssdp.location",
}  # fmt: skip
_REQUESTS: Final = {  # the probes whose answers are read, and what they send (nmap-service-probes)
    "NULL": b"",
    "GetRequest": b"GET / HTTP/1.0\r\n\r\n",
    "RTSPRequest": b"OPTIONS / RTSP/1.0\r\n\r\n",
}
_RECORDED = re.compile(r'%r\((\w{1,40}),([0-9A-F]{1,6}),"((?:[^"\\]|\\.){0,16384})"', re.DOTALL)
_ESCAPED = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_NAMED = {"r": "\r", "n": "\n", "t": "\t", "0": "\0"}
_ELLIPSIS = "..."


@dataclass(frozen=True, slots=True)
class Place:
    """Where facts come from: the host, when nmap was done with it, and the digest of the file."""

    address: str
    seen_at: float
    digest: str

    def tell(self, field: str, value: str, transport: str = "tcp", port: int = 0) -> Iterator[Observation]:
        """One fact; none where there is no value. A value still has to be tidied as its channel does."""
        if value.strip():
            yield Observation(
                channel="arp" if field == "mac.address" else field.partition(".")[0], field=field, value=value,
                address=self.address, transport=transport, port=port, seen_at=self.seen_at, reply=self.digest,
            )  # fmt: skip


def is_nmap(head: bytes) -> bool:
    """Whether a file that begins with these bytes is nmap's XML."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") and HEAD_MARK in head


def read_nmap(path: Path) -> Iterator[Observation | Reply | Problem | Gap]:
    """All that a file of `nmap -oX` tells; ValueError where it is none. At its end stands the gap of every import.

    A fact that is no reply of its own is marked with the SHA-256 of the file.
    """
    with path.open("rb") as file:
        digest = f"sha256:{file_digest(file, 'sha256').hexdigest()}"
    document, mute = Document(), 0
    for host in read_hosts(path, document):
        told = False
        for event in _host(host, document, digest):
            told = True
            yield event
        mute += not told and host.state == "up" and host.reason != "user-set"
    if document.cut:
        yield Gap(kind="truncated_input", detail=document.cut)
    if mute:
        yield Gap(
            kind="import", detail=f"{path.name}: {mute} addresses were up and told nothing more: they are not here"
        )
    yield Gap(kind="import", detail=WHAT_IS_MISSING)


def _host(host: Host, document: Document, digest: str) -> Iterator[Observation | Reply]:
    address = next((canonical for kind, text in host.addresses if (canonical := _canonical(kind, text))), "")
    if not address or host.state == "down":
        return
    place = Place(address, _time(host.ended_at) or _time(document.started_at), digest)
    for kind, text in host.addresses:
        if kind == "mac":
            yield from place.tell("mac.address", text, "table")
    for kind, name in host.names:
        if kind == "PTR":  # "user" is what the user wrote
            yield from place.tell("dns.name", name, "table")
    for port in host.ports:
        yield from _port(port, place)


def _canonical(kind: str, text: str) -> str:
    with suppress(ValueError):
        return str(ip_address(text[:64])) if kind in {"ipv4", "ipv6"} else ""
    return ""


def _time(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 13 and int(text) < _MAX_TIME else 0.0


def _port(port: Port, place: Place) -> Iterator[Observation | Reply]:
    if not 0 < port.number < 65_536 or port.transport not in {"tcp", "udp"}:
        return
    if port.transport == "tcp" and port.state == "closed":
        yield from place.tell("tcp.refused", str(port.number), port=port.number)
    if port.state != "open":
        return
    transport = "tls" if port.tunnel == "ssl" else port.transport
    if port.transport == "tcp":
        yield from place.tell("tcp.port", str(port.number), port=port.number)
        yield from _recorded(port, transport, place)
    for script in port.scripts:
        yield from _script(script, port, transport, place)


def _recorded(port: Port, transport: str, place: Place) -> Iterator[Reply]:
    """The answers to nmap's probes that it writes down of a service that it does not know, as bytes."""
    for probe, size, text in _RECORDED.findall(port.fingerprint.replace("\nSF:", "")):
        payload = _bytes(text)[: min(int(size, 16), _MAX_RECORDED)]
        if probe in _REQUESTS and payload:
            yield Reply(
                transport=transport, address=place.address, port=port.number, payload=payload, heard_at=place.seen_at,
                request=_REQUESTS[probe],
            )  # fmt: skip


def _bytes(text: str) -> bytes:
    return _ESCAPED.sub(_unescape, text).encode("latin-1", "replace")


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if len(code) == 3 else _NAMED.get(code, code)


def _script(script: Script, port: Port, transport: str, place: Place) -> Iterator[Observation | Reply]:
    """What a script found that a device said. Its report is nmap's; of that only what stands there word for word."""
    if script.name == "ssl-cert":
        yield from _certificate(script, port, place)
    elif script.name == "banner":
        yield from _banner(script, port, transport, place)
    else:
        for field, value in _facts(script, place):
            yield from place.tell(field, value, transport, port.number)


def _certificate(script: Script, port: Port, place: Place) -> Iterator[Reply]:
    for keys, value in script.values:
        if keys == ("pem",):
            yield Reply(
                channel="tls", transport="tls", address=place.address, port=port.number, payload=value.encode(),
                heard_at=place.seen_at,
            )  # fmt: skip


def _banner(script: Script, port: Port, transport: str, place: Place) -> Iterator[Reply]:
    """What the port said first. A long banner is folded at the width of a terminal, and ends in dots where it was cut."""
    text = script.output.replace("\n", "").removesuffix(_ELLIPSIS)
    payload = re.sub(r"\\x([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), text).encode("latin-1", "replace")
    if payload.strip():
        yield Reply(
            transport=transport, address=place.address, port=port.number, payload=payload, heard_at=place.seen_at
        )


def _facts(script: Script, place: Place) -> Iterator[tuple[str, str]]:
    if script.name == "http-title":
        yield from _title(script, place)
    elif script.name == "http-server-header":
        yield from (("http.server", value) for keys, value in script.values if keys == ("",))
    elif script.name == "http-auth":
        yield from (("http.realm", value) for keys, value in script.values if keys[-2:] == ("params", "realm"))
    elif script.name == "http-headers":
        yield from _headers(script.output)
    elif script.name == "rtsp-methods":
        yield "rtsp.public", script.output.strip()
    elif script.name == "snmp-sysdescr":
        yield "snmp.sysdescr", script.output.partition("\n  System uptime:")[0]
    elif script.name == "upnp-info":
        yield from _labelled(script.output, _UPNP_FIELDS)
    elif script.name == "wsdd-discover":
        yield from _labelled(script.output, {"Address": "wsd.xaddr"})


def _title(script: Script, place: Place) -> Iterator[tuple[str, str]]:
    """The title of the start page; not of another host's page that nmap was led to."""
    values = {keys[-1]: value for keys, value in script.values}
    led_to = ""
    with suppress(ValueError):
        led_to = urlsplit(values.get("redirect_url", "")).hostname or ""
    if led_to in {"", place.address}:
        yield "http.title", values.get("title", "")


def _headers(output: str) -> Iterator[tuple[str, str]]:
    """Headers as they were sent; the order of their names only where a page was asked for as we ask for it."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    pairs = [(name, value.strip()) for line in lines for name, colon, value in [line.partition(":")] if colon]
    if "(Request type: GET)" in lines:
        yield "http.headers", ",".join(name for name, _ in pairs if "(" not in name)
    for name, value in pairs:
        if name.lower() in _HEADER_FIELDS:
            yield _HEADER_FIELDS[name.lower()], value


def _labelled(output: str, fields: dict[str, str]) -> Iterator[tuple[str, str]]:
    for line in output.splitlines():
        label, _, value = line.strip().partition(": ")
        if label in fields:
            yield fields[label], value
