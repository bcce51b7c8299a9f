"""DHIP: Dahua's own discovery, a 32-byte header and JSON on UDP 37810.

The one request is `DHDiscover.search`. Devices answer once per destination and interface, and announce themselves
to the group now and then.
"""

import json
import re
import struct
from collections.abc import Iterator
from typing import Any

from netaudit.discovery.channel import Channel, Question, observe, to_all_and_each
from netaudit.discovery.text import clean, decode, mac_address
from netaudit.model import Event, Observation, Reply
from netaudit.wire.gate import LIMITED_BROADCAST
from netaudit.wire.udp import fire

PORT = 37810
GROUP = "239.255.255.251"
MAX_BYTES = 16 * 1024
_MAGIC = b"DHIP"
_MAGICS = frozenset({_MAGIC, b"PIHD"})  # some tools, and some devices, have the bytes of the magic the wrong way round
_HEADER = struct.Struct("<I4sIIIIII")
_SEARCH = "DHDiscover.search"
_QUERY = b'{"method":"DHDiscover.search","params":{"mac":"","uni":1}}\n'
_SHOTS_S = (0.0, 1.0)
_LISTEN_S = 2.5

_FIELDS = {
    "DeviceType": "dhip.device_type",
    "DeviceClass": "dhip.device_class",
    "SerialNo": "dhip.serial_no",
    "MachineName": "dhip.machine_name",
    "Vendor": "dhip.vendor",
    "Manufacturer": "dhip.manufacturer",
    "Version": "dhip.version",
    "HttpPort": "dhip.http_port",
    "Port": "dhip.port",
    "Init": "dhip.init",
    "VideoInputChannels": "dhip.input_channels",
    "RemoteVideoInputChannels": "dhip.remote_channels",
}
_BROKEN_CHARACTERS = 4096  # of broken JSON that are looked at
# A key and its scalar. A text ends at its quote, or where a forgotten one should be: before the next key.
_SCALAR = re.compile(r'"(\w{1,40})"\s{0,8}:\s{0,8}(?:"([^"\\]{0,256}?)(?:"|(?=,\s{0,8}"))|(-?\d{1,12})\b)')
_ADDRESS = re.compile(r'"IPAddress"\s{0,8}:\s{0,8}"(\d{1,3}(?:\.\d{1,3}){3})"')
_UNSET = frozenset({"", "0.0.0.0", "::"})  # noqa: S104


def read(reply: Reply) -> Iterator[Observation]:
    """What a notifyDevInfo or a challenge says; nothing of searches. Broken JSON is read key by key."""
    text = _json_text(reply.payload)
    try:
        document, _ = json.JSONDecoder().raw_decode(text)  # NULs, line ends and other rubbish may follow
    except (ValueError, RecursionError):
        yield from _read_broken(reply, text)
        return
    if isinstance(document, dict) and document.get("method") == _SEARCH:
        return
    realm = _realm(document)
    if realm:
        yield from observe(reply, "dhip.realm", realm)
        return
    info = _device_info(document)
    yield from _fields(reply, info)
    for name, field in (("IPv4Address", "dhip.ipv4_address"), ("IPv6Address", "dhip.ipv6_address")):
        address = info.get(name)
        if isinstance(address, dict):
            yield from observe(reply, field, _address(_text(address.get("IPAddress"))))
    yield from observe(reply, "mac.address", mac_address(_text(document.get("mac")) or _text(info.get("mac"))))


def _json_text(payload: bytes) -> str:
    """The text from the first brace on. Headers are of several lengths, and what they say of the text's may be wrong."""
    if len(payload) > MAX_BYTES:
        raise ValueError(f"a DHIP datagram of {len(payload)} bytes is over the limit of {MAX_BYTES}")
    start = payload.find(b"{")
    framed = payload[4:8] in _MAGICS
    if start < 0 or (not framed and payload.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] != b"{"):
        raise ValueError("neither a DHIP header nor JSON")
    return decode(payload[start:])


def _device_info(document: Any) -> dict[str, Any]:
    try:
        info = document["params"]["deviceInfo"]
    except (KeyError, TypeError, IndexError):
        info = None
    if not isinstance(info, dict):
        raise ValueError("JSON without params.deviceInfo: neither an answer nor a search of DHIP")  # noqa: TRY004
    return info


def _realm(document: Any) -> str:
    """The realm of a challenge, which is how the same protocol over TCP answers the first step of a login."""
    params = document.get("params") if isinstance(document, dict) else None
    return _text(params.get("realm")) if isinstance(params, dict) and "random" in params else ""


def _read_broken(reply: Reply, text: str) -> Iterator[Observation]:
    text = text[:_BROKEN_CHARACTERS]
    if _SEARCH in text:
        return
    if "notifyDevInfo" not in text:
        raise ValueError("broken JSON, neither an answer nor a search of DHIP")
    found: dict[str, str] = {}
    for name, string, number in _SCALAR.findall(text):
        found.setdefault(name, string or number)
    yield from _fields(reply, found)
    addresses = (m[1] for m in _ADDRESS.finditer(text))
    yield from observe(reply, "dhip.ipv4_address", next(filter(_address, addresses), None))
    yield from observe(reply, "mac.address", mac_address(found.get("mac", "")))


def _address(text: str) -> str:
    """An address without its prefix length, where it is set."""
    address = text.partition("/")[0].strip()
    return "" if address in _UNSET else address


def _fields(reply: Reply, info: dict[str, Any]) -> Iterator[Observation]:
    for name, field in _FIELDS.items():
        yield from observe(reply, field, _text(info.get(name)))


def _text(value: object) -> str:
    """A scalar of JSON as text: numbers may be strings, and the other way round."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    try:
        return clean(str(value))
    except ValueError:  # a number of thousands of digits
        return ""


def build_request() -> bytes:
    """The search, 91 bytes."""
    return _HEADER.pack(32, _MAGIC, 0, 0, len(_QUERY), 0, len(_QUERY), 0) + _QUERY


def find(question: Question) -> Iterator[Event]:
    """Ask by multicast and broadcast, twice, and listen on our own port and on the group's."""
    broadcasts = tuple(b for b in (LIMITED_BROADCAST, question.link.broadcast) if b)
    shots = tuple((due_s, build_request()) for due_s in _SHOTS_S)
    yield from fire(question.to_all("dhip", PORT, GROUP, shots, _LISTEN_S, more=broadcasts), question.gate)


def reach(question: Question) -> Iterator[Event]:
    """Ask single addresses, once each."""
    yield from fire(question.to_each("dhip", PORT, build_request(), _LISTEN_S), question.gate)


DHIP = Channel(
    name="dhip",
    title="DHIP: Dahua's own discovery (UDP 37810)",
    read=read,
    hears=(("udp", PORT),),
    knows=lambda reply: reply.transport == "udp" and reply.payload[4:8] in _MAGICS,
    fields=(*_FIELDS.values(), "dhip.ipv4_address", "dhip.ipv6_address", "dhip.realm", "mac.address"),
    sends="one 91-byte search, twice by multicast and broadcast, or once by unicast",
    requests=to_all_and_each(
        "DHDiscover.search, 91 bytes", build_request, PORT, f"group {GROUP}, the broadcast addresses", len(_SHOTS_S)
    ),
    find=find,
    reach=reach,
)
