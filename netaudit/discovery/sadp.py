"""SADP: Hikvision's own discovery, XML on UDP 37020, and the answers of its raw Ethernet form 0x8033.

The one read-only verb that is sent is `inquiry`; the same channel carries verbs that change devices, so the request
is one constant with a fresh UUID. Devices answer to the sender or to the group, whichever their firmware likes.
"""

import struct
import uuid
from collections.abc import Iterator

from netaudit.discovery import markup
from netaudit.discovery.channel import Channel, Question, observe, to_all_and_each
from netaudit.discovery.text import clean, decode, mac_address, yes_no
from netaudit.model import Event, Observation, Reply
from netaudit.wire.udp import fire

PORT = 37020
GROUP = "239.255.255.250"
MAX_BYTES = 8 * 1024
_REQUEST = '<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>{uuid}</Uuid><Types>inquiry</Types></Probe>'
_SHOTS_S = (0.0, 0.7, 1.5)
_LISTEN_S = 2.5

# The elements that are read, and the field that each becomes. Salt and everything about password recovery is not here.
_FIELDS = {
    "DeviceDescription": "sadp.device_description",
    "DeviceType": "sadp.device_type",
    "DeviceSN": "sadp.device_sn",
    "SoftwareVersion": "sadp.software_version",
    "DSPVersion": "sadp.dsp_version",
    "HttpPort": "sadp.http_port",
    "HttpsPort": "sadp.https_port",
    "CommandPort": "sadp.command_port",
    "SDKOverTLSPort": "sadp.sdk_tls_port",
    "IPv4Address": "sadp.ipv4_address",
    "IPv4SubnetMask": "sadp.subnet_mask",
    "IPv4Gateway": "sadp.gateway",
    "IPv6Address": "sadp.ipv6_address",
    "AnalogChannelNum": "sadp.analog_channels",
    "DigitalChannelNum": "sadp.digital_channels",
    "BootTime": "sadp.boot_time",
}
_SWITCHES = {"DHCP": "sadp.dhcp", "Activated": "sadp.activated", "DeviceLock": "sadp.locked"}
_OEM = ("OEMInfo", "OEMinfo", "OEMCode", "DetailOEMCode", "EZVIZCode")
_NAMES = frozenset({*_FIELDS, *_SWITCHES, *_OEM, "MAC", "Types"})
_UNSET = frozenset({"::", "0.0.0.0", "N/A"})  # noqa: S104
_QUESTION = "Probe"  # the root of inquiries, and of everything else that is asked by this protocol


def read(reply: Reply) -> Iterator[Observation]:
    """What a ProbeMatch or a Hello says; nothing of questions, also of our own looped back."""
    if reply.transport == "link" or reply.payload[:2] == _MARK:
        yield from _read_frame(reply)
        return
    if not reply.payload.lstrip().startswith((b"<", b"\xef\xbb\xbf<")):
        raise ValueError("a SADP datagram is XML, this one is not")
    fields = _elements(reply.payload)
    if fields is None:
        return
    if not fields.get("DeviceSN") and not fields.get("DeviceDescription"):
        raise ValueError("no DeviceSN and no DeviceDescription: not a SADP answer")
    for name, field in _FIELDS.items():
        value = fields.get(name, "")
        yield from observe(reply, field, None if value in _UNSET else value)
    for name, field in _SWITCHES.items():
        yield from observe(reply, field, yes_no(fields.get(name, "")))
    for name in _OEM:
        if fields.get(name) and fields[name] not in _UNSET:
            yield from observe(reply, "sadp.oem", clean(f"{name}={fields[name]}"))
    yield from observe(reply, "mac.address", mac_address(fields.get("MAC", "")))


def _elements(payload: bytes) -> dict[str, str] | None:
    """The elements of an answer by name, of broken ones as well; None for a question."""
    try:
        root = markup.parse(payload, MAX_BYTES)
    except ValueError:
        return markup.flat_fields(payload, _NAMES, MAX_BYTES)
    return None if markup.local_name(root.tag) == _QUESTION else markup.child_texts(root)


# The raw form (docs/protocols.md): marker 0x21, version 2, opcode at 10, sender MAC at 14, IPv4 at 20, mask at 34, then
# the payload: serial number, device type, port, encoders, disks, versions of software and DSP, time of boot.
_MARK = b"\x21\x02"
_INQUIRY_REPLY = 4
_HEAD_BYTES = 38
_PAYLOAD = struct.Struct(">48s4I48s48s48s")


def _read_frame(reply: Reply) -> Iterator[Observation]:
    frame = reply.payload
    if len(frame) < _HEAD_BYTES or frame[:2] != _MARK:
        raise ValueError(f"not a SADP frame ({len(frame)} bytes)")
    if frame[10] != _INQUIRY_REPLY:
        return
    if len(frame) < _HEAD_BYTES + _PAYLOAD.size:
        raise ValueError(f"an inquiry reply has {_HEAD_BYTES + _PAYLOAD.size} bytes or more, this one {len(frame)}")
    serial, kind, port, _, _, software, dsp, boot = _PAYLOAD.unpack_from(frame, _HEAD_BYTES)
    yield from observe(reply, "sadp.device_sn", _string(serial))
    yield from observe(reply, "sadp.device_type", str(kind or ""))
    yield from observe(reply, "sadp.command_port", str(port or ""))
    yield from observe(reply, "sadp.software_version", _string(software))
    yield from observe(reply, "sadp.dsp_version", _string(dsp))
    yield from observe(reply, "sadp.boot_time", _string(boot))
    yield from observe(reply, "sadp.ipv4_address", _ipv4(frame[20:24]))
    yield from observe(reply, "sadp.subnet_mask", _ipv4(frame[34:38]))
    yield from observe(reply, "mac.address", mac_address(frame[14:20].hex()))


def _ipv4(packed: bytes) -> str:
    return ".".join(str(byte) for byte in packed) if any(packed) else ""


def _string(field: bytes) -> str:
    return clean(decode(field.split(b"\x00")[0]))


def build_request() -> bytes:
    """The inquiry, 124 bytes, with a fresh UUID."""
    return _REQUEST.format(uuid=str(uuid.uuid4()).upper()).encode()


def find(question: Question) -> Iterator[Event]:
    """Ask by multicast, three times in 1.5 s, and listen on our own port and on the group's."""
    request = build_request()
    shots = tuple((due_s, request) for due_s in _SHOTS_S)
    yield from fire(question.to_all("sadp", PORT, GROUP, shots, _LISTEN_S), question.gate)


def reach(question: Question) -> Iterator[Event]:
    """Ask single addresses, once each."""
    yield from fire(question.to_each("sadp", PORT, build_request(), _LISTEN_S), question.gate)


SADP = Channel(
    name="sadp",
    title="SADP: Hikvision's own discovery (UDP 37020; frames of type 0x8033 are heard)",
    read=read,
    hears=(("udp", PORT),),
    knows=lambda reply: reply.transport == "link" and reply.payload[:2] == _MARK,
    fields=(*_FIELDS.values(), *_SWITCHES.values(), "sadp.oem", "mac.address"),
    sends="one 124-byte inquiry, three times by multicast, or once by unicast",
    requests=to_all_and_each("inquiry, 124 bytes", build_request, PORT, f"group {GROUP}", len(_SHOTS_S)),
    find=find,
    reach=reach,
)
