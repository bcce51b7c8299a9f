"""Keys: what in an observation names its device, and what only seems to. Pure.

Serial numbers, hardware addresses and endpoint UUIDs name a device; placeholders, sample values and locally
administered addresses name nobody.
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from netaudit.model import Observation
from netaudit.vocabulary import SHARED_UUIDS, is_placeholder

KEY_ORDER = ("serial", "mac", "uuid", "certificate", "address", "frame", "child")  # strongest first

SERIAL_FIELDS = frozenset(
    {
        "sadp.device_sn", "dhip.serial_no", "isapi.serial_number", "onvif.serial", "upnp.serial_number",
        "magicbox.serial_number", "child.serial", "rtsp.realm", "http.realm", "mdns.host",
    }
)  # fmt: skip
SHORTEST_SERIAL = 8
FEWEST_CHARACTERS = 4  # different ones: "11001100" is nobody's serial number

_HIKVISION_SERIAL = re.compile(r"(?:19|20)\d{6}[A-Z]{2,5}\d{8,9}")  # date, region, tail; the model is cut off
_DAHUA_REALM = re.compile(r"Login to ([0-9A-Z]{6,9}P[A-Z][0-9A-Z]{5,8})")
_COUNTING = "0123456789" * 2 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def serial_key(o: Observation) -> str:
    """The part of a serial number that all channels of a device agree on; empty where it identifies nothing."""
    if o.field not in SERIAL_FIELDS:
        return ""
    text = re.sub(r"\s", "", o.value).upper()
    if found := _HIKVISION_SERIAL.search(text):
        return found[0]
    if o.field in {"rtsp.realm", "http.realm"}:
        realm = _DAHUA_REALM.fullmatch(o.value.strip())
        return realm[1] if realm else ""
    worthless = len(text) < SHORTEST_SERIAL or len(set(text)) < FEWEST_CHARACTERS or text in _COUNTING
    return "" if o.field == "mdns.host" or worthless or is_placeholder(text) else text


def uuid_key(o: Observation) -> str:
    """The endpoint UUID of a device as 32 digits; empty where there is none, or one that many devices share."""
    if o.field not in {"wsd.endpoint", "upnp.udn"}:
        return ""
    digits = re.sub("[^0-9a-f]", "", o.value.lower().rpartition("uuid:")[2])
    return digits if len(digits) == 32 and not digits.startswith(SHARED_UUIDS) else ""


def is_universal(mac: str) -> bool:
    """Whether a hardware address was given out by a registrant: neither a group's nor locally administered."""
    return not int(mac[:2], 16) & 0b11  # IEEE 802-2014 section 8.2


def eui64_mac(address: str) -> str | None:
    """The hardware address that an IPv6 address was made from (RFC 4291 appendix A), or None."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    identifier = parsed.packed[8:] if isinstance(parsed, IPv6Address) else b""
    if identifier[3:5] != b"\xff\xfe":
        return None
    return bytes((identifier[0] ^ 0x02, *identifier[1:3], *identifier[5:])).hex(":")


def key_order(key: str) -> tuple[int, str]:
    """Sorts keys, strongest first."""
    return (KEY_ORDER.index(key.partition(":")[0]), key)


def tells_apart(sets: Iterable[set[str]]) -> bool:
    """Whether these sets of names, empty ones left aside, have nothing in common: they name different devices."""
    told = [names for names in sets if names]
    return len(told) > 1 and not set.intersection(*told)


def device_id(name: str) -> str:
    """The id of the device that has this name."""
    return sha256(name.encode()).hexdigest()[:16]


def observation_order(o: Observation) -> tuple[str | int | float, ...]:
    """Sorts observations: by what they say, then by where it was heard."""
    return (o.channel, o.field, o.value, o.address, o.mac or "", o.transport, o.port, o.seen_at, o.reply, o.part)
