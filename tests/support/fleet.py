"""A fleet: any number of devices made from the demo's, each with a set of open channels, a serial number and a
hardware address of its own.
"""

import re
import uuid
from dataclasses import dataclass

import msgspec
from support.wiring import Resident

from netaudit.demo import EmulatedDevice, load_devices

LITERAL_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
DIGITS = re.compile(r"\d{8,}")
EVERYTHING = None

# (what it is, the demo's device, the ports that it keeps, how many of a hundred)
KINDS: tuple[tuple[str, str, frozenset[int] | None, int], ...] = (
    ("arp only", "arp-only", EVERYTHING, 4),
    ("http only", "dahua-camera", frozenset({80}), 8),
    ("rtsp only", "dahua-camera", frozenset({554}), 8),
    ("rtsp only, firewalled", "dahua-amcrest", frozenset({554}), 2),
    ("sadp only", "hikvision-lts", frozenset({37020}), 8),
    ("sadp only, answers to the group", "hikvision-laview", EVERYTHING, 4),
    ("dhip only", "dahua-intelbras", frozenset({37810}), 8),
    ("wsd only", "uniview-dome", frozenset({3702}), 8),
    ("mdns only", "axis-dome", frozenset({5353}), 6),
    ("https only", "hikvision-annke", frozenset({443}), 4),
    ("sdk only, Hikvision", "hikvision-intercom", frozenset({8000}), 3),
    ("sdk only, Dahua", "dahua-doorbell", frozenset({37777}), 3),
    ("all of Hikvision", "hikvision-lts", EVERYTHING, 10),
    ("all of Dahua", "dahua-amcrest", EVERYTHING, 8),
    ("wsd and rtsp", "reolink-bullet", frozenset({3702, 554}), 4),
    ("recorder of Hikvision", "hikvision-recorder", EVERYTHING, 3),
    ("recorder of Dahua", "dahua-recorder", frozenset({37810, 3702, 80, 554, 37777}), 3),
    ("printer", "printer", EVERYTHING, 3),
    ("router", "lighttpd", EVERYTHING, 3),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """One device of a fleet."""

    kind: str
    device: EmulatedDevice

    @property
    def resident(self) -> Resident:
        """How it takes part in its segment."""
        ports = frozenset(service.port for service in self.device.tcp)
        return Resident(
            mac=bytes.fromhex(self.device.mac.replace(":", "")),
            silent=self.kind == "arp only",
            firewalled=ports if "firewalled" in self.kind else None,
        )

    @property
    def tells_serial(self) -> bool:
        """Whether its open channels tell the serial number by which it is known."""
        ports = {s.port for s in (*self.device.udp, *self.device.tcp)}
        return bool(self.device.truth.serial) and bool(ports & {37020, 37810})


def build_fleet(count: int, first: int = 1) -> list[Member]:
    """As many devices, numbered from the first: every kind in its share, at least one of each from nineteen on."""
    templates = {device.name: device for device in load_devices()}
    shares = [kind for kind in KINDS for _ in range(kind[3])]
    order = [*KINDS, *(shares[number * 37 % len(shares)] for number in range(max(0, count - len(KINDS))))]
    return [_member(kind, templates[kind[1]], first + number) for number, kind in enumerate(order[:count])]


def build_kind(name: str, count: int) -> list[Member]:
    """As many devices of one kind."""
    (kind,) = [kind for kind in KINDS if kind[0] == name]
    template = next(device for device in load_devices() if device.name == kind[1])
    return [_member(kind, template, number) for number in range(1, count + 1)]


def _member(kind: tuple[str, str, frozenset[int] | None, int], template: EmulatedDevice, number: int) -> Member:
    name, _, ports, _ = kind
    text = msgspec.json.encode(template).decode()
    serial = template.truth.serial
    mac = f"{template.mac[:8]}:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
    if serial:
        own = mac if serial.lower() == template.mac.replace(":", "") else _numbered(serial, number)
        text = text.replace(serial, own.replace(":", "").upper())
    text = LITERAL_UUID.sub(lambda found: str(uuid.uuid5(uuid.UUID(found[0]), str(number))), text)
    device = msgspec.json.decode(text, type=EmulatedDevice)
    alone = [msgspec.structs.replace(s, like=None, answer=device.answers(s)) for s in device.tcp]
    kept = {
        what: tuple(s for s in services if ports is EVERYTHING or s.port in ports)
        for what, services in (("udp", device.udp), ("tcp", alone))
    }
    return Member(name, msgspec.structs.replace(device, name=f"{template.name}-{number}", mac=mac, **kept))


def _numbered(serial: str, number: int) -> str:
    """The serial number with five of its digits, or its end, made from the number."""
    found = DIGITS.findall(serial)
    if not found:
        return f"{serial[:-5]}{number:05}"
    return serial.replace(found[-1], f"{found[-1][:-5]}{number:05}")


def build_whole(count: int) -> list[Member]:
    """As many devices, the demo's in turn, each with all its channels."""
    templates = load_devices()
    turns = ((number, templates[number % len(templates)]) for number in range(count))
    return [_member((device.name, device.name, EVERYTHING, 0), device, number + 1) for number, device in turns]


def build_answering(count: int) -> list[Member]:
    """The same devices, but with ports that answer everything at once, if only by hanging up: none is mute or slow."""
    return [Member(member.kind, _answering(member.device)) for member in build_whole(count)]


def _answering(device: EmulatedDevice) -> EmulatedDevice:
    tcp = tuple(
        msgspec.structs.replace(
            service,
            strict=True,
            speaks="http" if service.speaks == "nothing" else service.speaks,  # to what it does not know it says so
            answer=tuple(msgspec.structs.replace(a, drip_ms=0, delay_ms=0, endless=False) for a in service.answer),
        )
        for service in device.tcp
    )
    return msgspec.structs.replace(device, tcp=tcp)
