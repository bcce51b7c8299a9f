"""Past the packets that are of no interest: the quick first look at Ethernet frames that carry IPv4, record by record.

Most packets of a capture are video. They are passed here without becoming anything: one look at the record's header
and at those bytes of the frame that tell. Whatever is not plainly dull is left to `sift`, which looks at all of it. The same look stands in the loop
of each format, because a call for each packet would cost as much again.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from struct import Struct
from typing import NamedTuple, Self

from netaudit.records.links import IPV4

TCP, UDP = 6, 17  # protocol numbers of IP
ENDS = 0x07  # TCP's SYN, FIN and RST: what ignored directions are still read for

_PACKET = 6  # pcapng's enhanced packet block
_ROOM = 32  # bytes of such a block beside the frame

# EtherType, version with header length, length, fragment, protocol, direction (addresses and ports), TCP's header length
# and flags
_FRAME = "12xHBxH2xHxB2x12s8xBB"
_PORTS = Struct(">8xHH").unpack_from
_FRAGMENT = 0x3FFF
_HEADERS = 14 + 20  # bytes of Ethernet and IPv4
_MOST_PASSED = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What is worth reading; all but the ports change while packets are read."""

    ports: frozenset[int]  # of UDP
    listening: set[int] = field(default_factory=set)  # these, and those that answers may come to
    ignored: Container[bytes] = ()  # directions of TCP connections that have nothing more to tell
    passed: set[bytes] = field(default_factory=set)  # some directions of UDP that are not worth it

    def listen(self, port: int) -> None:
        """From here on what comes to this port of UDP is worth reading too."""
        if port not in self.listening:
            self.listening.add(port)
            self.passed.clear()

    def passes(self, direction: bytes) -> bool:
        """Whether UDP of this direction is not worth reading: packed addresses of IPv4, then the ports."""
        source, target = _PORTS(direction)
        return source not in self.ports and target not in self.listening


class _Terms(NamedTuple):
    """What tells packets apart, as numbers of the file's byte order, where networks have another."""

    ipv4: int  # EtherType
    fragmented: int  # bits of a fragment's offset, or more of them
    bare: dict[int, int]  # length of a TCP packet without data, with its header's in words of four bytes

    @classmethod
    def in_order(cls, order: str) -> Self:
        """Those of a byte order as Struct knows it."""
        turned = Struct(f"{order}H").unpack
        bare = {turned((20 + 4 * words).to_bytes(2))[0]: words for words in range(5, 16)}
        return cls(turned(IPV4.to_bytes(2))[0], turned(_FRAGMENT.to_bytes(2))[0], bare)


class Records:
    """The records of a pcap file, whose headers have this size and byte order."""

    def __init__(self, order: str, size: int, most: int, interest: Interest) -> None:
        self._peek = Struct(f"{order}8xI{size - 12}x{_FRAME}").unpack_from
        self._terms = _Terms.in_order(order)
        self._size, self._most, self._interest = size, most, interest

    def past_dull(self, buffer: bytes, at: int, limit: int) -> int:
        """The place of the first record from here on that is not dull, or not whole, or not of this size at most."""
        peek, size, most = self._peek, self._size, self._most
        ipv4, fragmented, bare = self._terms
        interest, ignored, passed = self._interest, self._interest.ignored, self._interest.passed
        if len(passed) > _MOST_PASSED:
            passed.clear()
        last = limit - size
        while at <= last:
            kept, kind, first, length, fragment, protocol, direction, words, flags = peek(buffer, at)
            end = at + size + kept
            if end > limit or kept > most or kind != ipv4 or first != 0x45 or fragment & fragmented:
                break
            if protocol == UDP:
                if direction not in passed:
                    if not interest.passes(direction):
                        break
                    passed.add(direction)
            elif (
                protocol != TCP
                or flags & ENDS
                or (direction not in ignored and (bare.get(length) != words >> 4 or kept < _HEADERS + (words >> 4) * 4))
            ):
                break
            at = end
        return at


class Blocks:
    """The enhanced packet blocks of a pcapng section with this byte order."""

    def __init__(self, order: str, interest: Interest) -> None:
        self._peek = Struct(f"{order}III8xI4x{_FRAME}").unpack_from
        self._terms = _Terms.in_order(order)
        self._interest = interest

    def past_dull(self, buffer: bytes, at: int, limit: int, interfaces: int) -> int:
        """The place of the first block that is not dull, or not whole, or of none of so many Ethernet interfaces."""
        peek = self._peek
        ipv4, fragmented, bare = self._terms
        interest, ignored, passed = self._interest, self._interest.ignored, self._interest.passed
        if len(passed) > _MOST_PASSED:
            passed.clear()
        last = limit - _ROOM
        while at <= last:
            block, size, number, kept, kind, first, length, fragment, protocol, direction, words, flags = peek(
                buffer, at
            )
            if block != _PACKET or kept + _ROOM > size or number >= interfaces or at + size > limit:
                break
            if kind != ipv4 or first != 0x45 or fragment & fragmented:
                break
            if protocol == UDP:
                if direction not in passed:
                    if not interest.passes(direction):
                        break
                    passed.add(direction)
            elif (
                protocol != TCP
                or flags & ENDS
                or (direction not in ignored and (bare.get(length) != words >> 4 or kept < _HEADERS + (words >> 4) * 4))
            ):
                break
            at += size
        return at
