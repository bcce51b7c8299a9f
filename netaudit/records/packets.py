"""From frames to whole link-layer packets, IGMP and ICMPv6 messages, UDP datagrams and TCP segments.

Follows RFC 826, RFC 791 and RFC 8200. What is of no interest is told by a few raw bytes and never becomes an object:
most packets of a capture are video.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from struct import Struct
from typing import NamedTuple

from netaudit.records.fragments import Fragments
from netaudit.records.frames import Frame
from netaudit.records.interest import TCP, UDP, Interest
from netaudit.records.links import ARP, CDP, IPV4, IPV6, LLDP, MAC_SIZE, NO_MAC, SADP
from netaudit.records.sift import AUTHENTICATION, EXTENSIONS, FRAGMENT, ICMPV6, IGMP, sift

_ARP_SIZE = 28  # bytes, for Ethernet and IPv4
_ARP_OF_IPV4 = bytes.fromhex("0001 0800 06 04")
_MAX_EXTENSIONS = 8
_WHOLE = frozenset({SADP, LLDP, CDP})  # all that follows the header
_WANTED = {IPV4: frozenset({TCP, UDP, IGMP}), IPV6: frozenset({TCP, UDP, ICMPV6})}

_IPV4_HEADER = Struct(">BxHHHxB2x4s4s").unpack_from
_IPV6_HEADER = Struct(">B3xHBx16s16s").unpack_from
_FRAGMENT_HEADER = Struct(">BxHI").unpack_from

CUT = "cut short"


class Packet(NamedTuple):
    """One whole packet of interest, with what the layers below knew."""

    kind: int  # ARP, SADP, LLDP, CDP; or TCP, UDP, IGMP, ICMPV6
    source: bytes  # packed address; empty where there is none
    target: bytes
    body: bytes  # from the header of that protocol on
    missing: int  # bytes behind the body that the capture did not keep
    mac: bytes  # of the sender; empty where it was not seen
    heard_at: float
    interface: str | None


def read_packets(
    frames: Iterable[Frame], interest: Interest, links: set[int], skipped: Counter[str]
) -> Iterator[Packet]:
    """Every packet of interest; notes the link layers that were met, and counts by their reason what was not read."""
    fragments = Fragments(skipped, partial(_has_port, interest.ports))
    try:
        for frame, kind, at, mac in sift(frames, interest, links, skipped):
            try:
                packet = _read(frame, kind, at, mac, fragments)
            except ValueError as error:
                skipped[str(error)] += 1
                continue
            if packet is not None:
                yield packet
    finally:
        fragments.finish()


def _has_port(ports: frozenset[int], head: bytes) -> bool:
    return not ports.isdisjoint((int.from_bytes(head[:2]), int.from_bytes(head[2:4])))


def _read(frame: Frame, kind: int, at: int, mac_at: int, fragments: Fragments) -> Packet | None:
    buffer, _, end, high, low, interface = frame
    if at >= end:
        raise ValueError(CUT)
    heard_at = interface.heard_at(high, low)
    mac = b"" if mac_at == NO_MAC else _sender(buffer[mac_at : mac_at + MAC_SIZE])
    if kind == ARP:
        return Packet(ARP, b"", b"", _arp(buffer[at : min(end, at + _ARP_SIZE)]), 0, mac, heard_at, interface.name)
    if kind in _WHOLE:
        return Packet(kind, b"", b"", buffer[at:end], 0, mac, heard_at, interface.name)
    read = _read_ipv4 if kind == IPV4 else _read_ipv6
    datagram = read(buffer, at, end, heard_at, fragments)
    if datagram is None or datagram[0] not in _WANTED[kind]:
        return None
    return Packet(*datagram, mac, heard_at, interface.name)


def _sender(mac: bytes) -> bytes:
    """Loopback interfaces send from zeros, and a group address sends nothing: neither names a device."""
    return mac if any(mac) and not mac[0] & 1 else b""


def _arp(body: bytes) -> bytes:
    if len(body) < _ARP_SIZE:
        raise ValueError(CUT)
    if not body.startswith(_ARP_OF_IPV4):
        raise ValueError("ARP of something else than IPv4 on Ethernet")
    return body


# protocol, source, target, body, bytes missing
_Datagram = tuple[int, bytes, bytes, bytes, int]


def _read_ipv4(buffer: bytes, at: int, end: int, heard_at: float, fragments: Fragments) -> _Datagram | None:
    first, total, number, fragment, protocol, source, target = _IPV4_HEADER(buffer, at)
    body_at = at + (first & 0x0F) * 4
    stop = at + total if total else end  # 0: the sending host left the cutting to its network card
    if first >> 4 != 4 or not at + 20 <= body_at <= min(stop, end):
        raise ValueError("with a malformed IPv4 header")
    body, missing = buffer[body_at : min(stop, end)], max(0, stop - end)
    if not fragment & 0x3FFF:
        return protocol, source, target, body, missing
    if missing:
        raise ValueError(CUT)
    key = (source, target, number, protocol)
    whole = fragments.add(key, (fragment & 0x1FFF) * 8, bool(fragment & 0x2000), body, heard_at)
    return None if whole is None else (protocol, source, target, whole, 0)


def _read_ipv6(buffer: bytes, at: int, end: int, heard_at: float, fragments: Fragments) -> _Datagram | None:
    first, length, protocol, source, target = _IPV6_HEADER(buffer, at)
    stop = at + 40 + length if length else end
    if first >> 4 != 6 or at + 40 > end:
        raise ValueError("with a malformed IPv6 header")
    protocol, body = _past_extensions(protocol, buffer[at + 40 : min(stop, end)])
    missing = max(0, stop - end)
    if protocol != FRAGMENT:
        return protocol, source, target, body, missing
    if missing or len(body) < 8:
        raise ValueError(CUT)
    protocol, fragment, number = _FRAGMENT_HEADER(body, 0)
    whole = fragments.add((source, target, number), fragment & 0xFFF8, bool(fragment & 1), body[8:], heard_at)
    if whole is None:
        return None
    protocol, body = _past_extensions(protocol, whole)
    return protocol, source, target, body, 0


def _past_extensions(protocol: int, body: bytes) -> tuple[int, bytes]:
    """What follows the extension headers, up to a fragment header."""
    at = 0
    for _ in range(_MAX_EXTENSIONS):
        if protocol not in EXTENSIONS:
            return protocol, body[at:]
        if len(body) < at + 8:
            raise ValueError(CUT)
        size = (body[at + 1] + 2) * 4 if protocol == AUTHENTICATION else (body[at + 1] + 1) * 8
        if len(body) < at + size:
            raise ValueError(CUT)
        protocol, at = body[at], at + size
    raise ValueError("with too many IPv6 extension headers")
