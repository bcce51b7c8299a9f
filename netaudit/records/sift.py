"""The sieve: which frames of a capture are worth reading, told by a few of their raw bytes.

Most packets of a capture are video and the like: they must cost next to nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from struct import Struct

from netaudit.records.frames import Frame
from netaudit.records.interest import ENDS, TCP, UDP, Interest
from netaudit.records.links import ARP, CDP, IPV4, IPV6, LINKS, LLDP, SADP

IGMP, ICMPV6 = 2, 58  # protocol numbers of IP
FRAGMENT, AUTHENTICATION = 44, 51
EXTENSIONS = frozenset({0, 43, AUTHENTICATION, 60, 135, 139, 140})  # IPv6, but for the fragment header

_KINDS = frozenset({ARP, SADP, LLDP, CDP, IPV4, IPV6})

# version with header length, fragment, protocol, ports; and the last two for IPv6
_PEEK_IPV4 = Struct(">B5xHxB10xHH").unpack_from
_PEEK_IPV6 = Struct(">6xB33xHH").unpack_from


# A frame, the EtherType of what is in it, where that begins, and where the sender's hardware address stands.
Sifted = tuple[Frame, int, int, int]


def sift(frames: Iterable[Frame], interest: Interest, links: set[int], skipped: Counter[str]) -> Iterator[Sifted]:
    """The frames worth reading; notes all link types that were met, and counts the packets of those unknown here."""
    link, locate = -1, None
    for frame in frames:
        buffer, start, _, _, _, interface = frame
        if interface.link != link:
            link = interface.link
            locate = LINKS.get(link)
            links.add(link)
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
        return key in interest.ignored and not buffer[flags] & ENDS
    return bool(protocol != (IGMP if kind == IPV4 else ICMPV6))
