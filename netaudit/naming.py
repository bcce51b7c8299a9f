"""Names of devices: which serial numbers and hardware addresses name one device, and which only seem to. Pure.

Correlation within a run and history over many runs follow these rules (IEEE 802-2014 section 8.2 for hardware
addresses): placeholders, sample values and locally administered addresses name nobody.
"""

import re
import socket
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from hashlib import sha256

from netaudit.vocabulary import VIRTUAL_MACS, is_placeholder

SHORTEST_SERIAL = 8
FEWEST_CHARACTERS = 4  # different ones: "11001100" is nobody's serial number

_HIKVISION_SERIAL = re.compile(r"(?:19|20)\d{6}[A-Z]{2,5}\d{7,9}")  # date, region, tail; the model is cut off
_COUNTING = "0123456789" * 2 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def serial_name(text: str) -> str:
    """What a serial number names its device by: without its model; empty where it is nobody's."""
    plain = _plain(text)
    worthless = len(plain) < SHORTEST_SERIAL or len(set(plain)) < FEWEST_CHARACTERS or plain in _COUNTING
    return maker_serial(plain) or ("" if worthless or is_placeholder(plain) else plain)


def maker_serial(text: str) -> str:
    """The serial number in a text, where it has a form that only a serial number has; else empty."""
    found = _HIKVISION_SERIAL.search(_plain(text))
    return found[0] if found else ""


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text[:4096]).upper()


def is_universal(mac: str) -> bool:
    """Whether a hardware address was given out by a registrant: neither a group's nor locally administered."""
    return not int(mac[:2], 16) & 0b11  # IEEE 802-2014 section 8.2


def names_a_device(mac: str) -> bool:
    """Whether a hardware address can name one device: it was given out, and is no virtual router's."""
    return is_universal(mac) and not mac.startswith((*VIRTUAL_MACS, "00:00:00:00:00:00"))


def tells_apart(sets: Iterable[AbstractSet[str]]) -> bool:
    """Whether these sets of names, empty ones left aside, have nothing in common: they name different devices."""
    told = [names for names in sets if names]
    return len(told) > 1 and not frozenset.intersection(*map(frozenset, told))


def device_id(name: str) -> str:
    """The id of the device that has this name."""
    return sha256(name.encode()).hexdigest()[:16]


def ipv4_number(text: str) -> int | None:
    """The number of an IPv4 address in its one usual form: asked of each packet and device, and ipaddress takes long."""
    try:
        packed = socket.inet_aton(text)
    except (OSError, UnicodeError, ValueError):
        return None
    return int.from_bytes(packed) if socket.inet_ntoa(packed) == text else None
