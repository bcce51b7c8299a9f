"""Scope: what may be touched. Targets as nmap users write them, exclusions that win over everything.

IPv4 is kept as sorted, disjoint ranges of integers with the exclusions already taken out, so that "may this address
be touched?" is one look-up, and a /8 costs no more memory than a /32. IPv6 is kept address by address: a /64 is
never swept.
"""

import re
import socket
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from netaudit.naming import ipv4_number

Range = tuple[int, int]  # first and last address, both included

UNCONFIRMED_ADDRESSES = 65_536  # beyond this, and for public addresses, the user has to say yes
MOST_RANGES = 65_536  # of one word: 10.*.*.1 has as many, *.*.*.1 would have millions
_OCTET = re.compile(r"(\d{1,3})?(-)?(\d{1,3})?")
_OCTETS = re.compile(r"^[\d\-,*]+(?:\.[\d\-,*]+){3}$")
_NUMERIC = re.compile(r"^(?:0x)?[\d.]*$", re.IGNORECASE)  # inet_aton(3) makes 0.0.0.10 of 10
_SPAN = re.compile(r"^(\d+\.\d+\.\d+\.\d+)-(\d+\.\d+\.\d+\.\d+)$")

# Not routed on the public Internet (RFC 1918, 6598, 3927, 1122, 5737, 2544): a scan of anything else needs a yes.
_OWN_NETWORKS = (
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
)  # fmt: skip

_LAST_OCTETS = tuple(map(str, range(256)))
_NO_DEVICES = ("0.0.0.0/8", "224.0.0.0/3")  # this network, groups, reserved (RFC 6890): nobody answers from these


@dataclass(frozen=True, slots=True)
class Scope:
    """The addresses that may be touched, and the words by which they were given."""

    ranges: tuple[Range, ...] = ()
    ipv6: tuple[str, ...] = ()
    barred: tuple[Range, ...] = ()
    barred_ipv6: tuple[IPv6Network, ...] = ()
    targets: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges) + len(self.ipv6)

    def __contains__(self, address: object) -> bool:
        """Whether this address, as text, may be touched."""
        text = str(address)
        number = ipv4_number(text)
        if number is not None:
            return _holds(self.ranges, number)
        parsed = _address(text)
        if isinstance(parsed, IPv4Address):
            return _holds(self.ranges, int(parsed))
        return parsed is not None and str(parsed) in self.ipv6

    def holds_all(self, packed: Sequence[bytes]) -> bool:
        """Whether all of these IPv4 addresses lie in one range that may be touched: many at once, as a sweep asks.

        They are in network byte order, as they stand in a packet. False where one lies elsewhere, in scope or not.
        """
        low, high = int.from_bytes(min(packed, default=b"")), int.from_bytes(max(packed, default=b""))
        place = bisect_right(self.ranges, (low, 2**32)) - 1
        return place >= 0 and self.ranges[place][0] <= low and high <= self.ranges[place][1]

    def bars(self, address: str) -> bool:
        """Whether the user excluded this address by name, network or range."""
        number = ipv4_number(address)
        if number is not None:
            return _holds(self.barred, number)
        parsed = _address(address)
        if isinstance(parsed, IPv4Address):
            return _holds(self.barred, int(parsed))
        return parsed is not None and _is_within(parsed, self.barred_ipv6)

    def addresses(self) -> Iterator[str]:
        """Every address in scope, in ascending order, made one at a time."""
        for first, last in self.ranges:
            yield from _texts(first, last)
        yield from self.ipv6

    def within(self, network: IPv4Network) -> Iterator[str]:
        """The addresses in scope that belong to this network, in ascending order."""
        for first, last in self._ranges_within(network):
            yield from _texts(first, last)

    def count_within(self, network: IPv4Network) -> int:
        """How many those are."""
        return sum(last - first + 1 for first, last in self._ranges_within(network))

    def overlaps(self, network: IPv4Network) -> bool:
        """Whether any address of this network is in scope."""
        return next(self._ranges_within(network), None) is not None

    def _ranges_within(self, network: IPv4Network) -> Iterator[Range]:
        low, high = int(network.network_address), int(network.broadcast_address)
        return ((max(first, low), min(last, high)) for first, last in self.ranges if first <= high and last >= low)

    @property
    def is_public(self) -> bool:
        """Whether any address in scope is routed on the public Internet."""
        own = _merge(_network_range(ip_network(n), whole=True) for n in _OWN_NETWORKS)
        return bool(_subtract(self.ranges, own)) or any(IPv6Address(a.split("%")[0]).is_global for a in self.ipv6)

    @property
    def needs_confirmation(self) -> str | None:
        """Why the user has to say yes to this scope, or nothing."""
        if len(self) > UNCONFIRMED_ADDRESSES:
            return f"{len(self):,} addresses are in scope, more than {UNCONFIRMED_ADDRESSES:,}"
        return "public addresses are in scope" if self.is_public else None


def parse_scope(
    targets: Iterable[str],
    excluded: Iterable[str] = (),
    local: Callable[[], Iterable[str]] = tuple,
) -> Scope:
    """A Scope from targets and exclusions, both as text; `local` names the attached networks.

    ValueError names the word that cannot be read. A scope without any address is an error too.
    """
    targets, excluded = tuple(targets), tuple(excluded)
    wanted, wanted6 = _collect(targets, local, whole=False)
    barred, barred6 = _collect(excluded, local, whole=True)
    _check_targets(wanted, wanted6)
    ranges = _subtract(wanted, barred)
    ipv6 = tuple(str(n.network_address) for n in sorted(wanted6) if not _is_within(n.network_address, barred6))
    if not ranges and not ipv6:
        why = "every target is excluded" if wanted or wanted6 else "no target given"
        raise ValueError(f"scope: {why}: name at least one address, network, range or host, or 'local'")
    return Scope(ranges, ipv6, barred, tuple(sorted(barred6)), targets, excluded)


def _collect(
    words: Iterable[str], local: Callable[[], Iterable[str]], *, whole: bool
) -> tuple[tuple[Range, ...], set[IPv6Network]]:
    ranges: list[Range] = []
    ipv6: set[IPv6Network] = set()
    for word in words:
        for part in local() if word == "local" else (word,):
            for item in _read_word(part, whole=whole):
                ipv6.add(item) if isinstance(item, IPv6Network) else ranges.append(item)
    return _merge(ranges), ipv6


def _check_targets(ranges: tuple[Range, ...], ipv6: set[IPv6Network]) -> None:
    for network in ipv6:
        if network.prefixlen < 128:
            raise ValueError(f"scope: {network}: IPv6 networks are too large to sweep: name single IPv6 addresses")
        if network.is_multicast or network.is_unspecified:
            raise ValueError(f"scope: {network.network_address} is the address of no device: leave it out")
    nobody = _merge(_network_range(ip_network(n), whole=True) for n in _NO_DEVICES)
    for first, last in ranges:
        if _subtract(((first, last),), nobody) != ((first, last),):
            span = f"{IPv4Address(first)}-{IPv4Address(last)}"
            raise ValueError(
                f"scope: {span} holds addresses of no device (0.x.x.x, or from 224.0.0.0 on): leave them out"
            )


def _read_word(word: str, *, whole: bool) -> Iterator[Range | IPv6Network]:
    """The ranges, or the IPv6 network, that one word stands for."""
    if _SPAN.match(word):
        yield _span(word)
    elif "/" in word:
        network = _network(word)
        yield network if isinstance(network, IPv6Network) else _network_range(network, whole=whole)
    elif _OCTETS.match(word):
        yield from _octet_ranges(word)
    else:
        yield from _host(word)


def _span(word: str) -> Range:
    ends = [_address(text) for text in word.split("-")]
    if None in ends:
        raise ValueError(f"scope: {word!r}: octets go from 0 to 255")
    first, last = (int(end) for end in ends if end)
    if first > last:
        raise ValueError(f"scope: {word!r}: the range ends before it begins")
    return (first, last)


def _network(word: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(word, strict=False)
    except ValueError as error:
        raise ValueError(f"scope: {word!r} is not a network: write it as 10.0.0.0/24 ({error})") from None


def _network_range(network: object, *, whole: bool) -> Range:
    assert isinstance(network, IPv4Network)  # noqa: S101
    first, last = int(network.network_address), int(network.broadcast_address)
    if whole or network.prefixlen >= 31:
        return (first, last)
    return (first + 1, last - 1)  # the network and broadcast addresses are no hosts (RFC 919)


def _octet_ranges(word: str) -> tuple[Range, ...]:
    """Ranges of nmap's octet notation: 10.0-3.1.7, 10.0.0.1-50, 10.0.0.1,5,9, 10.0.*.1."""
    ranges: tuple[Range, ...] = ((0, 0),)
    for place, octet in enumerate(reversed(word.split("."))):
        size = 256**place
        values = _octet_values(octet, word)
        if ranges == ((0, size - 1),):  # all that stands behind this octet: consecutive values are one range
            ranges = tuple((first * size, (last + 1) * size - 1) for first, last in _merge((v, v) for v in values))
        elif len(values) * len(ranges) > MOST_RANGES:
            raise ValueError(f"scope: {word!r} stands for more than {MOST_RANGES:,} separate ranges: name fewer")
        else:
            ranges = tuple((v * size + first, v * size + last) for v in values for first, last in ranges)
    return ranges


def _octet_values(octet: str, word: str) -> list[int]:
    values: list[int] = []
    for part in octet.split(","):
        found = _OCTET.fullmatch("-" if part == "*" else part)
        if not found or not part:
            raise ValueError(f"scope: {word!r}: {octet!r} is not an octet, a range of octets or *")
        low, dash, high = found.groups()
        first = int(low or 0)
        last = int(high) if high else (255 if dash else first)
        if not 0 <= first <= last <= 255:
            raise ValueError(f"scope: {word!r}: octets go from 0 to 255, lowest first")
        values.extend(range(first, last + 1))
    return sorted(set(values))


def _host(word: str) -> Iterator[Range | IPv6Network]:
    parsed = _address(word)
    if parsed is not None:
        yield _single(parsed)
        return
    try:
        found = socket.getaddrinfo(word, None, type=socket.SOCK_DGRAM) if not _NUMERIC.match(word) else []
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise ValueError(f"scope: {word!r} is neither an address nor a host name that can be resolved here")
    for address in sorted({str(info[4][0]) for info in found}):
        yield _single(_address(address))


def _single(address: IPv4Address | IPv6Address | None) -> Range | IPv6Network:
    assert address is not None  # noqa: S101
    return IPv6Network(address) if isinstance(address, IPv6Address) else (int(address), int(address))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address that is meant: an IPv4 address written as IPv6 (RFC 4291 section 2.5.5.2) is an IPv4 address."""
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed


def _is_within(address: IPv4Address | IPv6Address, networks: Iterable[IPv6Network]) -> bool:
    return any(address in network for network in networks)


def _texts(first: int, last: int) -> Iterator[str]:
    """The addresses of a range as text: 256 at a time, as most scopes have many."""
    while first <= last:
        end = min(last, first | 0xFF)
        head = socket.inet_ntoa((first & ~0xFF).to_bytes(4))[:-1]
        yield from map(head.__add__, _LAST_OCTETS[first & 0xFF : (end & 0xFF) + 1])
        first = end + 1


def _merge(ranges: Iterable[Range]) -> tuple[Range, ...]:
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _subtract(ranges: tuple[Range, ...], barred: tuple[Range, ...]) -> tuple[Range, ...]:
    """What is left of sorted, disjoint ranges without other sorted, disjoint ranges."""
    lasts = [last for _, last in barred]
    left: list[Range] = []
    for first, last in ranges:
        start = first
        for low, high in (barred[place] for place in range(bisect_left(lasts, first), len(barred))):
            if low > last:
                break
            if low > start:
                left.append((start, low - 1))
            start = high + 1
        if start <= last:
            left.append((start, last))
    return tuple(left)


def _holds(ranges: tuple[Range, ...], number: int) -> bool:
    place = bisect_right(ranges, (number, 2**32)) - 1
    return place >= 0 and ranges[place][0] <= number <= ranges[place][1]
