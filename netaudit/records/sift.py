"""The sieve: which frames of a capture are worth reading, told by a few of their raw bytes.

Most packets of a capture are video and the like: they must cost next to nothing.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from struct import Struct

from netaudit.records.frames import Frame
from netaudit.records.links import ARP, CDP, ETHERNET, IPV4, IPV6, LINKS, LLDP, SADP

IGMP, TCP, UDP, ICMPV6 = 2, 6, 17, 58  # protocol numbers of IP
FRAGMENT, AUTHENTICATION = 44, 51
EXTENSIONS = frozenset({0, 43, AUTHENTICATION, 60, 135, 139, 140})  # IPv6, but for the fragment header

_KINDS = frozenset({ARP, SADP, LLDP, CDP, IPV4, IPV6})
_ENDS = 0x07  # TCP's SYN, FIN and RST: what ignored directions are still read for

# EtherType, version with header length, fragment, protocol, ports
_PEEK = Struct(">12xHB5xHxB10xHH").unpack_from
_PEEK_IPV4 = Struct(">B5xHxB10xHH").unpack_from
_PEEK_IPV6 = Struct(">6xB33xHH").unpack_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What is worth reading; the last two change while packets are read."""

    ports: frozenset[int]  # of UDP
    listening: set[int] = field(default_factory=set)  # these, and those that answers may come to
    ignored: Container[bytes] = ()  # directions of TCP connections that have nothing more to tell


# A frame, the EtherType of what is in it, where that begins, and where the sender's hardware address stands.
Sifted = tuple[Frame, int, int, int]


def sift(frames: Iterable[Frame], interest: Interest, links: set[int], skipped: Counter[str]) -> Iterator[Sifted]:
    """The frames worth reading; notes all link types that were met, and counts the packets of those unknown here."""
    ports, listening, ignored = interest.ports, interest.listening, interest.ignored
    link, locate = -1, None
    for frame in frames:
        buffer, start, _, _, _, interface = frame
        if interface.link != link:
            link = interface.link
            locate = LINKS.get(link)
            links.add(link)
        if link == ETHERNET:  # the same as below, without calls, for what is most common
            kind, first, fragment, protocol, source, target = _PEEK(buffer, start)
            if kind == IPV4 and first == 0x45 and not fragment & 0x3FFF:
                if protocol == UDP:
                    if source not in ports and target not in listening:
                        continue
                elif protocol == TCP and buffer[start + 26 : start + 38] in ignored and not buffer[start + 47] & _ENDS:
                    continue
        if locate is None:
            skipped[f"of link type {link}"] += 1
            continue
        kind, at, mac = locate(buffer, start)
        if kind in _KINDS and not _is_dull(buffer, at, kind, interest):
            yield frame, kind, at, mac


def _is_dull(buffer: bytes, at: int, kind: int, interest: Interest) -> bool:
    if kind == IPV4:
        first, fragment, protocol, source, target = _PEEK_IPV4(buffer, at)
        if first != 0x45 or fragment & 0x3FFF:  # options or fragments: the ports are elsewhere
            return protocol not in {TCP, UDP, IGMP}
        ends, flags = at + 12, at + 33
    elif kind == IPV6:
        protocol, source, target = _PEEK_IPV6(buffer, at)
        if protocol in EXTENSIONS or protocol == FRAGMENT:
            return False
        ends, flags = at + 8, at + 53
    else:
        return False
    if protocol == UDP:
        return source not in interest.ports and target not in interest.listening
    if protocol == TCP:
        key = buffer[ends : flags - 9]
        return key in interest.ignored and not buffer[flags] & _ENDS
    return bool(protocol != (IGMP if kind == IPV4 else ICMPV6))
