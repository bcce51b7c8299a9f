"""LLDP: what a device, or the switch that it hangs on, says of itself on its cable (IEEE 802.1AB). It is only heard.

With the inventory of LLDP-MED (ANSI/TIA-1057 section 10.2.6), which some cameras send: maker, model, serial number.
"""

from collections.abc import Iterator
from ipaddress import ip_address

from netaudit.discovery.channel import Channel, observe
from netaudit.discovery.text import clean, decode
from netaudit.model import Observation, Reply

ETHERTYPE = 0x88CC
MAX_BYTES = 1600
MAX_TLVS = 64
_END, _CHASSIS, _PORT, _SYSTEM_NAME, _DESCRIPTION, _CAPABILITIES, _MANAGEMENT, _OWN = 0, 1, 2, 5, 6, 7, 8, 127
_HARDWARE_IDS = {_CHASSIS: 4, _PORT: 3}  # the subtype whose value is a hardware address; section 8.5.2 and 8.5.3
_NETWORK_IDS = {_CHASSIS: 5, _PORT: 4}  # the subtype whose value is an address
_TEXTS = {_SYSTEM_NAME: "lldp.system_name", _DESCRIPTION: "lldp.system_description"}
_IDS = {_CHASSIS: "lldp.chassis_id", _PORT: "lldp.port_id"}
_FUNCTIONS = ("other", "repeater", "bridge", "wlan", "router", "telephone", "docsis", "station")  # by bit, from 0 on
_MED = b"\x00\x12\xbb"
_INVENTORY = {6: "lldp.firmware", 8: "lldp.serial", 9: "lldp.manufacturer", 10: "lldp.model"}
_ADDRESS_BYTES = {1: 4, 2: 16}  # by IANA's number of the address family


def read(reply: Reply) -> Iterator[Observation]:
    """Names, description, functions, management address, and the inventory, where there is one."""
    units = list(_units(reply.payload[:MAX_BYTES]))
    if not units or units[0][0] != _CHASSIS:
        raise ValueError(f"no LLDP: {len(reply.payload)} bytes that do not begin with a chassis")
    for kind, value in units:
        if kind in _IDS:
            yield from observe(reply, _IDS[kind], _identifier(kind, value))
        elif kind in _TEXTS:
            yield from observe(reply, _TEXTS[kind], clean(decode(value)))
        elif kind == _CAPABILITIES:
            yield from observe(reply, "lldp.functions", _functions(value))
        elif kind == _MANAGEMENT:
            yield from observe(reply, "lldp.management_address", _address(value[1 : 1 + value[0]] if value else b""))
        elif kind == _OWN and value[:3] == _MED and value[3:4] and value[3] in _INVENTORY:
            yield from observe(reply, _INVENTORY[value[3]], clean(decode(value[4:])))


def _units(frame: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, value) of each unit (section 8.4); one that is cut off ends the list."""
    at = 0
    for _ in range(MAX_TLVS):
        if at + 2 > len(frame):
            return
        head = int.from_bytes(frame[at : at + 2])
        kind, end = head >> 9, at + 2 + (head & 0x1FF)
        if kind == _END or end > len(frame):
            return
        yield kind, frame[at + 2 : end]
        at = end


def _identifier(kind: int, value: bytes) -> str:
    """What names the chassis or the port, in the form that its subtype says."""
    subtype, rest = (value[0], value[1:]) if value else (0, b"")
    if subtype == _HARDWARE_IDS[kind] and len(rest) == 6:
        return rest.hex(":")
    if subtype == _NETWORK_IDS[kind]:
        return _address(rest)
    return clean(decode(rest))


def _address(value: bytes) -> str:
    size = _ADDRESS_BYTES.get(value[0], 0) if value else 0
    return str(ip_address(value[1:])) if size and len(value) == 1 + size else ""


def _functions(value: bytes) -> str:
    """The functions that are switched on, of those that the device has."""
    enabled = int.from_bytes(value[2:4])
    return ",".join(name for bit, name in enumerate(_FUNCTIONS) if enabled >> bit & 1)


LLDP = Channel(
    name="lldp",
    title="LLDP: devices and switches that announce themselves on the cable (frames of type 0x88cc), only heard",
    read=read,
    hears=(("link", ETHERTYPE),),
    fields=(*_IDS.values(), *_TEXTS.values(), "lldp.functions", "lldp.management_address", *_INVENTORY.values()),
)
