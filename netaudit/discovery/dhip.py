"""DHIP: Dahua's own discovery, a 32-byte header and JSON on UDP 37810.

The one request is `DHDiscover.search`. Devices answer once per destination and interface, and announce themselves
to the group now and then.
"""

import json
import re
import struct
from collections.abc import Iterator
from typing import Any

from netaudit.discovery.channel import Channel, Question, observe
from netaudit.discovery.text import clean, decode
from netaudit.model import Event, Observation, Reply
from netaudit.wire.gate import LIMITED_BROADCAST
from netaudit.wire.udp import Volley, fire

PORT = 37810
GROUP = "239.255.255.251"
MAX_BYTES = 16 * 1024
_MAGIC = b"DHIP"
_HEADER = struct.Struct("<I4sIIIIII")
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
_SCALAR = re.compile(r'"(\w{1,40})"\s*:\s*(?:"([^"\\]{0,256})"|(-?\d{1,12})\b)')
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")


def read(reply: Reply) -> Iterator[Observation]:
    """What a notifyDevInfo says; nothing of searches. Broken JSON is read key by key."""
    text = _json_text(reply.payload)
    if "DHDiscover.search" in text:
        return
    try:
        document = json.loads(text)
        info = document["params"]["deviceInfo"]
    except (ValueError, KeyError, TypeError, RecursionError):
        info = None
    if not isinstance(info, dict):
        yield from _read_broken(reply, text)
        return
    yield from _fields(reply, info)
    for name, field in (("IPv4Address", "dhip.ipv4_address"), ("IPv6Address", "dhip.ipv6_address")):
        address = info.get(name)
        if isinstance(address, dict):
            yield from observe(reply, field, _text(address.get("IPAddress")).partition("/")[0])
    yield from _mac(reply, _text(document.get("mac")) or _text(info.get("mac")))


def _json_text(payload: bytes) -> str:
    """The JSON of a datagram, with or without its header; the declared length counts where it fits."""
    if len(payload) > MAX_BYTES:
        raise ValueError(f"a DHIP datagram of {len(payload)} bytes is over the limit of {MAX_BYTES}")
    start = payload.find(b"{")
    framed = payload[4:8] == _MAGIC
    if start < 0 or (not framed and payload.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] != b"{"):
        raise ValueError("neither a DHIP header nor JSON")
    body = payload[start:]
    if framed and start == 32:
        declared = int.from_bytes(payload[16:20], "little")
        body = body[:declared] if 2 <= declared <= len(body) else body
    return decode(body).rstrip("\x00 \r\n\t")


def _read_broken(reply: Reply, text: str) -> Iterator[Observation]:
    if "notifyDevInfo" not in text:
        raise ValueError("neither an answer nor a search of DHIP")
    found: dict[str, str] = {}
    for name, string, number in _SCALAR.findall(text[:MAX_BYTES]):
        found.setdefault(name, string or number)
    yield from _fields(reply, found)
    yield from observe(reply, "dhip.ipv4_address", found.get("IPAddress", "").partition("/")[0])
    yield from _mac(reply, found.get("mac", ""))


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


def _mac(reply: Reply, text: str) -> Iterator[Observation]:
    mac = text.strip().lower().replace("-", ":")
    if _MAC.fullmatch(mac) and mac != "00:00:00:00:00:00":
        yield from observe(reply, "mac.address", mac)


def build_request() -> bytes:
    """The search, 91 bytes."""
    return _HEADER.pack(32, _MAGIC, 0, 0, len(_QUERY), 0, len(_QUERY), 0) + _QUERY


def find(question: Question) -> Iterator[Event]:
    """Ask by multicast and broadcast, twice, and listen on our own port and on the group's."""
    interface = question.interface
    assert interface is not None  # noqa: S101
    destinations = tuple(d for d in (GROUP, LIMITED_BROADCAST, interface.broadcast) if d)
    shots = tuple((due_s, build_request()) for due_s in _SHOTS_S)
    yield from fire(
        Volley(
            channel="dhip", port=PORT, shots=shots, destinations=destinations, listen_s=_LISTEN_S,
            source=interface.address, interface=interface.name, group=GROUP,
        ),
        question.gate,
    )  # fmt: skip


def reach(question: Question) -> Iterator[Event]:
    """Ask single addresses, once each."""
    shots = ((0.0, build_request()),)
    yield from fire(
        Volley(channel="dhip", port=PORT, shots=shots, destinations=question.addresses, listen_s=_LISTEN_S),
        question.gate,
    )


DHIP = Channel(
    name="dhip",
    title="DHIP: Dahua's own discovery (UDP 37810)",
    read=read,
    hears=(("udp", PORT),),
    knows=lambda reply: reply.transport == "udp" and reply.payload[4:8] == _MAGIC,
    fields=(*_FIELDS.values(), "dhip.ipv4_address", "dhip.ipv6_address", "mac.address"),
    sends="one 91-byte search, twice by multicast and broadcast, or once by unicast",
    find=find,
    reach=reach,
)
