"""Keys: what in an observation names its device, and what only seems to. Pure.

Serial numbers, hardware addresses and endpoint UUIDs name a device; placeholders, sample values and locally
administered addresses name nobody.
"""

import re
from ipaddress import IPv6Address, ip_address

from netaudit.model import Observation
from netaudit.naming import maker_serial, serial_name
from netaudit.vocabulary import SHARED_UUIDS

KEY_ORDER = ("serial", "mac", "uuid", "certificate", "address", "frame", "child")  # strongest first

SERIAL_FIELDS = frozenset(
    {
        "sadp.device_sn", "dhip.serial_no", "isapi.serial_number", "onvif.serial", "upnp.serial_number",
        "magicbox.serial_number", "child.serial", "rtsp.realm", "http.realm", "mdns.host",
    }
)  # fmt: skip

_DAHUA_REALM = re.compile(r"Login to ([0-9A-Z]{6,9}P[A-Z][0-9A-Z]{5,8})")


def serial_key(o: Observation) -> str:
    """The part of a serial number that all channels of a device agree on; empty where it identifies nothing."""
    if o.field not in SERIAL_FIELDS:
        return ""
    if found := maker_serial(o.value):
        return found
    if o.field in {"rtsp.realm", "http.realm"}:
        realm = _DAHUA_REALM.fullmatch(o.value.strip())
        return realm[1] if realm else ""
    return "" if o.field == "mdns.host" else serial_name(o.value)


def uuid_key(o: Observation) -> str:
    """The endpoint UUID of a device as 32 digits; empty where there is none, or one that many devices share."""
    if o.field not in {"wsd.endpoint", "upnp.udn"}:
        return ""
    digits = re.sub("[^0-9a-f]", "", o.value.lower().rpartition("uuid:")[2])
    return digits if len(digits) == 32 and not digits.startswith(SHARED_UUIDS) else ""


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


def observation_order(o: Observation) -> tuple[str | int | float, ...]:
    """Sorts observations: by what they say, then by where it was heard."""
    return (o.channel, o.field, o.value, o.address, o.mac or "", o.transport, o.port, o.seen_at, o.reply, o.part)
