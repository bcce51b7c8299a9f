"""Link layers: where in a frame the network layer begins, what it is, and who sent it.

Numbers and layouts as registered at https://www.tcpdump.org/linktypes.html; VLAN tags as in IEEE 802.1Q. The answers
come from a few raw bytes and may be nonsense for a frame that is too short: the caller compares the place with its end.
"""

from collections.abc import Callable

ARP, SADP, LLDP, IPV4, IPV6 = 0x0806, 0x8033, 0x88CC, 0x0800, 0x86DD  # EtherTypes
CDP = 0x2000  # not an EtherType, but as good as one: Cisco's number for it behind an LLC and SNAP header (RFC 1042)
ETHERNET = 1
MAC_SIZE = 6
NO_MAC = -1

_VLAN_TAGS = frozenset({0x8100, 0x88A8, 0x9100})
_MAX_TAGS = 4
_MOST_LENGTH = 1500  # up to this the field of the EtherType is a length (IEEE 802.3 section 3.2.6)
_SNAP_CDP = b"\xaa\xaa\x03\x00\x00\x0c\x20\x00"  # LLC, then SNAP with Cisco's prefix

# EtherType, offset of what follows, offset of the sender's hardware address
Located = tuple[int, int, int]


def _ethernet(buffer: bytes, start: int) -> Located:
    kind = buffer[start + 12] << 8 | buffer[start + 13]
    if kind in _VLAN_TAGS or kind <= _MOST_LENGTH:
        return *_untag(buffer, kind, start + 14), start + 6
    return kind, start + 14, start + 6


def _cooked(buffer: bytes, start: int) -> Located:
    """LINKTYPE_LINUX_SLL: what "any" gives; the sender's address only, and of any length."""
    mac = start + 6 if buffer[start + 5] == MAC_SIZE else NO_MAC
    return *_untag(buffer, buffer[start + 14] << 8 | buffer[start + 15], start + 16), mac


def _cooked_v2(buffer: bytes, start: int) -> Located:
    """LINKTYPE_LINUX_SLL2: the same, with the protocol at the front."""
    mac = start + 12 if buffer[start + 11] == MAC_SIZE else NO_MAC
    return *_untag(buffer, buffer[start] << 8 | buffer[start + 1], start + 20), mac


def _raw(buffer: bytes, start: int) -> Located:
    """LINKTYPE_RAW: IPv4 or IPv6, as its first half byte says."""
    version = buffer[start] >> 4
    return (IPV4 if version == 4 else IPV6 if version == 6 else 0), start, NO_MAC


def _loopback(buffer: bytes, start: int) -> Located:
    """LINKTYPE_NULL and LINKTYPE_LOOP: four bytes of address family, whose numbers differ between systems."""
    return _raw(buffer, start + 4)


def _untag(buffer: bytes, kind: int, at: int) -> tuple[int, int]:
    for _ in range(_MAX_TAGS):
        if kind not in _VLAN_TAGS:
            break
        kind = buffer[at + 2] << 8 | buffer[at + 3]
        at += 4
    if kind <= _MOST_LENGTH and buffer.startswith(_SNAP_CDP, at):
        return CDP, at + len(_SNAP_CDP)
    return kind, at


LINKS: dict[int, Callable[[bytes, int], Located]] = {
    0: _loopback,
    ETHERNET: _ethernet,
    12: _raw,
    14: _raw,
    101: _raw,
    108: _loopback,
    113: _cooked,
    228: _raw,
    229: _raw,
    276: _cooked_v2,
}
