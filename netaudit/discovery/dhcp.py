"""DHCP: what clients say of themselves when they ask for an address (RFC 2131, RFC 2132). It is only heard.

The options are walked here and not by scapy's layer: scapy 2.5 never comes to an end with some static routes (option
121) that anybody on the network can send, and it warns about others on standard error.
"""

from collections.abc import Iterator
from dataclasses import replace

from netaudit.discovery.channel import Channel, observe
from netaudit.discovery.text import clean, decode, mac_address
from netaudit.model import Observation, Reply

MAX_BYTES = 2048
_FIXED_BYTES = 236
_COOKIE = b"\x63\x82\x53\x63"  # RFC 2131 section 3
_FROM_CLIENT = 1
_RELAY = slice(24, 28)  # giaddr: who has sent the message on, and whose address and frame it came with
_CLIENT_MESSAGES = {b"\x01", b"\x03", b"\x08"}  # DISCOVER, REQUEST, INFORM
_PAD, _HOST_NAME, _MESSAGE_TYPE, _PARAMETERS, _VENDOR_CLASS, _END = 0, 12, 53, 55, 60, 255  # RFC 2132


def read(reply: Reply) -> Iterator[Observation]:
    """Vendor class, host name, parameter list and hardware address of a client; nothing of servers."""
    payload = reply.payload[:MAX_BYTES]
    if payload[_FIXED_BYTES : _FIXED_BYTES + 4] != _COOKIE:
        raise ValueError(f"no DHCP message: {len(payload)} bytes without the cookie of RFC 2131 at {_FIXED_BYTES}")
    options = _options(payload[_FIXED_BYTES + 4 :])
    if payload[0] != _FROM_CLIENT or options.get(_MESSAGE_TYPE) not in _CLIENT_MESSAGES:
        return
    if any(payload[_RELAY]):
        reply = replace(reply, address="", mac=None)
    yield from observe(reply, "dhcp.vendor_class", clean(decode(options.get(_VENDOR_CLASS, b""))))
    yield from observe(reply, "dhcp.hostname", clean(decode(options.get(_HOST_NAME, b""))))
    yield from observe(reply, "dhcp.parameters", ",".join(map(str, options.get(_PARAMETERS, b""))))
    if payload[1:3] == b"\x01\x06":  # Ethernet, six bytes
        yield from observe(reply, "mac.address", mac_address(payload[28:34].hex()))


def _options(area: bytes) -> dict[int, bytes]:
    """The options by code, the first of each; one that is cut off ends the list."""
    options: dict[int, bytes] = {}
    position = 0
    while position + 1 < len(area) and area[position] != _END:
        if area[position] == _PAD:
            position += 1
            continue
        end = position + 2 + area[position + 1]
        if end > len(area):
            break
        options.setdefault(area[position], area[position + 2 : end])
        position = end
    return options


DHCP = Channel(
    name="dhcp",
    title="DHCP: vendor class and host name of clients (UDP 67 and 68), only heard",
    read=read,
    hears=(("udp", 67), ("udp", 68)),
    fields=("dhcp.vendor_class", "dhcp.hostname", "dhcp.parameters", "mac.address"),
)
