"""Which addresses of the scope are on which side: on a link that we are attached to, or beyond. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, ip_address
from itertools import filterfalse

from netaudit.scope import Range, Scope
from netaudit.wire.interfaces import Interface


@dataclass(frozen=True, slots=True)
class Attached:
    """The scope, seen from these interfaces."""

    scope: Scope
    interfaces: tuple[Interface, ...]
    links: tuple[Interface, ...] = field(init=False)  # whose network is in scope; loopback has no link
    own: frozenset[str] = field(init=False)  # our own addresses: nobody to discover

    def __post_init__(self) -> None:
        real = [i for i in self.interfaces if not i.loopback]
        object.__setattr__(self, "links", tuple(i for i in _once(real) if self.scope.overlaps(i.network)))
        object.__setattr__(self, "own", frozenset(a for i in real for a in (i.address, *i.ipv6)))

    def leads(self, link: Interface) -> bool:
        """Whether this link is the first of its interface: what belongs to the wire and to no network is done there."""
        return next(i for i in self.links if i.name == link.name) == link

    def is_near(self, address: str) -> bool:
        """Whether this address belongs to the network of a link."""
        return any(holds(link.network, address) for link in self.links)

    def network_of(self, address: str) -> str:
        """The network of the link that an address belongs to, as 10.0.0.0/24; empty for all others."""
        return next((str(link.network) for link in self.links if holds(link.network, address)), "")

    def is_loopback(self, address: str) -> bool:
        return any(holds(i.network, address) for i in self.interfaces if i.loopback)

    def neighbours(self, link: Interface) -> Iterator[str]:
        """The addresses in scope on this link, without our own."""
        return filterfalse(self.own.__contains__, self.scope.within(link.network))

    def count_neighbours(self, link: Interface) -> int:
        """How many those are."""
        ours = sum(holds(link.network, a) and a in self.scope for a in self.own if ":" not in a)
        return self.scope.count_within(link.network) - ours

    def beyond(self, networks: Iterable[IPv4Network]) -> Iterator[str]:
        """The addresses in scope that are in none of these networks, without our own, made one at a time."""
        for first, last in self._gaps(networks):
            for number in range(first, last + 1):
                address = str(IPv4Address(number))
                if address not in self.own:
                    yield address
        yield from self.scope.ipv6

    def count_beyond(self, networks: Iterable[IPv4Network]) -> int:
        """How many those are, our own counted with them."""
        return sum(last - first + 1 for first, last in self._gaps(networks)) + len(self.scope.ipv6)

    def _gaps(self, networks: Iterable[IPv4Network]) -> Iterator[Range]:
        spans = sorted((int(n.network_address), int(n.broadcast_address)) for n in networks)
        for first, last in self.scope.ranges:
            start = first
            for low, high in spans:
                if start < low <= last:
                    yield start, low - 1
                start = max(start, high + 1) if low <= last else start
            if start <= last:
                yield start, last


def holds(network: IPv4Network, address: str) -> bool:
    """Whether this address, as text, is in the network."""
    return ip_address(address) in network


def place_of(address: str) -> str:
    """The /24 of an address, as text: what is behind a router is seldom a larger network, and shares its way."""
    return address.rpartition(":" if ":" in address else ".")[0]


def _once(interfaces: list[Interface]) -> Iterator[Interface]:
    """Each network of an interface once: a second address there hears and reaches nobody else."""
    seen = set()
    for interface in interfaces:
        key = (interface.name, interface.network)
        if key not in seen:
            seen.add(key)
            yield interface
