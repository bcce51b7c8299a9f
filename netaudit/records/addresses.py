"""Addresses of packets as text; a link-local one with the interface it was heard on, because every link has its own.

Follows RFC 4007 section 11: the zone stands behind a percent sign.
"""

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

_ZONE = re.compile(r"[0-9A-Za-z_.:-]{1,32}")  # a name of another form, as other systems have, would not be an address


@lru_cache(maxsize=4096)  # a network has few
def address_text(packed: bytes, interface: str | None) -> str:
    """The address of these 4 or 16 bytes; `interface` is where the packet was heard, if that is known."""
    address = ip_address(packed)
    if interface and isinstance(address, IPv6Address) and address.is_link_local and _ZONE.fullmatch(interface):
        return f"{address}%{interface}"
    return str(address)
