"""What is worth reading in a capture: it grows and shrinks while packets are read."""

from collections import OrderedDict
from dataclasses import dataclass, field
from struct import Struct

TCP, UDP = 6, 17  # protocol numbers of IP
ENDS = 0x07  # TCP's SYN, FIN and RST: what ignored directions are still read for

_PORTS = Struct(">8xHH").unpack_from


class Ignored(OrderedDict[bytes, int | None]):
    """Directions of TCP connections that have nothing more to tell, with their first sequence number, the oldest first.

    A direction is the packed addresses, then the ports, the sender's first.
    """

    relied_on: frozenset[bytes] = frozenset()  # somebody counts on all of these: where one is dropped it is another set

    def remember(self, direction: bytes, begin: int | None, limit: int) -> None:
        """Ignore this one too, and forget the oldest where these are too many."""
        self[direction] = begin
        if len(self) > limit:
            self.drop(next(iter(self)))

    def drop(self, direction: bytes) -> None:
        """It may have something to tell again."""
        self.pop(direction, None)
        if direction in self.relied_on:
            self.relied_on = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What is worth reading; all but the ports change while packets are read."""

    ports: frozenset[int]  # of UDP
    listening: set[int] = field(default_factory=set)  # these, and those that answers may come to
    ignored: Ignored = field(default_factory=Ignored)

    def passes_udp(self, direction: bytes) -> bool:
        """Whether UDP of this direction is not worth reading: packed addresses of IPv4, then the ports."""
        source, target = _PORTS(direction)
        return source not in self.ports and target not in self.listening

    def passes(self, protocol: int, direction: bytes) -> bool:
        """The same of UDP, and of TCP."""
        return self.passes_udp(direction) if protocol == UDP else direction in self.ignored
