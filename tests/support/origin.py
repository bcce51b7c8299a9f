"""The shape of `origin.toml`: what a capture was recorded from, and what a replay of it must find.

The recording tool builds its network from it, the capture tests hold the inventory against it.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

import msgspec

from netaudit.demo import EmulatedDevice, load_devices
from netaudit.demo.device import Truth

NAME = "origin.toml"
RECORDINGS = ("capture.pcap", "capture.pcap.gz", "capture.pcapng", "capture.pcapng.gz", "run.bundle")
OWN_DEVICES = "devices"  # a folder of device files beside origin.toml


class Recorded(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device of the network, or several in a row."""

    name: str  # of an emulated device, unless a program plays it
    address: str  # with a prefix length where it does not belong to the LAN
    copies: int = 1  # each with the next address and the next MAC
    setup: tuple[str, ...] = ()  # commands of ip(8), run in its namespace
    mac: str | None = None  # only where a program plays it
    program: str | None = None  # shell; {python}, {folder} and {address} are filled in
    truth: Truth | None = None  # what a replay must find; if left out, what the device's own file says


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a capture came to be."""

    file: str = "capture.pcap.gz"
    lan: str = "10.77.0.0/24"
    hub: bool = False  # every port of the switch sees every frame, as on a mirror port
    scan: tuple[str, ...] | None = None  # targets; all devices if left out; nothing is scanned if empty
    options: tuple[str, ...] = ()  # more of them for `netaudit scan`
    seconds: float = 0.0  # how long to listen before the scan, or without one
    recorder: str | None = None  # a program that writes {file}; our own sniffer if left out
    device: tuple[Recorded, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """One device at one address, as an emulated device so that `netaudit.demo.verdicts` can judge it."""

    device: EmulatedDevice
    address: str


def read_origin(folder: Path) -> Origin:
    """What a folder's origin.toml says; ValueError on anything odd."""
    return msgspec.toml.decode((folder / NAME).read_bytes(), type=Origin)


def find_folders(root: Path) -> list[Path]:
    """Every folder that holds a recording."""
    return sorted({path.parent for name in RECORDINGS for path in root.rglob(name)})


def known_devices(folder: Path) -> dict[str, EmulatedDevice]:
    """The devices that netaudit ships, and the folder's own."""
    own = folder / OWN_DEVICES
    return {d.name: d for d in (*load_devices(), *(load_devices(own) if own.is_dir() else ()))}


def emulated(recorded: Recorded, known: dict[str, EmulatedDevice]) -> list[tuple[EmulatedDevice, str]]:
    """Each copy of an emulated device with its address, as written."""
    first = known[recorded.name]
    return [(_copy(first, number), address) for number, address in enumerate(addresses(recorded))]


def addresses(recorded: Recorded) -> list[str]:
    """The address of each copy, as written."""
    return [_next(recorded.address, number) for number in range(recorded.copies)]


def expected(folder: Path) -> list[Expected]:
    """What a replay of the folder's recording must find."""
    known, found = known_devices(folder), []
    for recorded in read_origin(folder).device:
        if recorded.program is None:
            found += [Expected(_judged(d, recorded.truth), bare(a)) for d, a in emulated(recorded, known)]
        elif recorded.truth:
            found.append(Expected(_stand_in(recorded, recorded.truth), bare(recorded.address)))
    return found


def _judged(device: EmulatedDevice, truth: Truth | None) -> EmulatedDevice:
    return msgspec.structs.replace(device, truth=truth) if truth else device


def _stand_in(recorded: Recorded, truth: Truth) -> EmulatedDevice:
    mac = recorded.mac or "02:00:00:00:00:00"
    return EmulatedDevice(name=recorded.name, summary="", host=1, mac=mac, truth=truth)


def _copy(device: EmulatedDevice, number: int) -> EmulatedDevice:
    mac = (int(device.mac.replace(":", ""), 16) + number).to_bytes(6).hex(":")
    return msgspec.structs.replace(device, host=device.host + number, mac=mac)


def _next(address: str, number: int) -> str:
    first, slash, length = address.partition("/")
    return f"{IPv4Address(first) + number}{slash}{length}"


def bare(address: str) -> str:
    """An address without its prefix length."""
    return address.partition("/")[0]
