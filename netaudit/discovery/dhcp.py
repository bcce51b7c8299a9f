"""DHCP: what clients say of themselves when they ask for an address (RFC 2131, RFC 2132). It is only heard.

The option layer is scapy's, imported when the first message comes.
"""

import struct
from collections.abc import Iterator
from typing import Any

from netaudit.discovery.channel import Channel, observe
from netaudit.discovery.text import clean, decode, mac_address
from netaudit.model import Observation, Reply

MAX_BYTES = 2048
_FIXED_BYTES = 236
_COOKIE = b"\x63\x82\x53\x63"  # RFC 2131 section 3
_FROM_CLIENT = 1
_CLIENT_MESSAGES = (1, 3, 8)  # DISCOVER, REQUEST, INFORM


def read(reply: Reply) -> Iterator[Observation]:
    """Vendor class, host name, parameter list and hardware address of a client; nothing of servers."""
    payload = reply.payload[:MAX_BYTES]
    if payload[_FIXED_BYTES : _FIXED_BYTES + 4] != _COOKIE:
        raise ValueError(f"no DHCP message: {len(payload)} bytes without the cookie of RFC 2131 at {_FIXED_BYTES}")
    if payload[0] != _FROM_CLIENT:
        return
    options = _options(payload)
    if options.get("message-type") not in _CLIENT_MESSAGES:
        return
    yield from observe(reply, "dhcp.vendor_class", _text(options.get("vendor_class_id")))
    yield from observe(reply, "dhcp.hostname", _text(options.get("hostname")))
    parameters = options.get("param_req_list")
    if isinstance(parameters, list):
        yield from observe(reply, "dhcp.parameters", ",".join(map(str, parameters)))
    if payload[1:3] == b"\x01\x06":  # Ethernet, six bytes
        yield from observe(reply, "mac.address", mac_address(payload[28:34].hex()))


def _options(payload: bytes) -> dict[str, Any]:
    from scapy.layers.dhcp import BOOTP, DHCP  # noqa: PLC0415  it takes a third of a second

    try:
        layer = BOOTP(payload).getlayer(DHCP)
    except struct.error as error:
        raise ValueError(f"DHCP options are cut off: {error}") from None
    options: dict[str, Any] = {}
    for option in layer.options if layer else ():
        if isinstance(option, tuple) and len(option) > 1:
            options.setdefault(option[0], option[1])
    return options


def _text(value: object) -> str:
    return clean(decode(value)) if isinstance(value, bytes) else ""


DHCP = Channel(
    name="dhcp",
    title="DHCP: vendor class and host name of clients (UDP 67 and 68), only heard",
    read=read,
    hears=(("udp", 67), ("udp", 68)),
    fields=("dhcp.vendor_class", "dhcp.hostname", "dhcp.parameters", "mac.address"),
)
