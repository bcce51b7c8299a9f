"""What a run covered: whether a device that did not answer could have been seen. Pure.

Silence proves something only where the place was asked, by a way by which the device answered before, and where others
of its network answered. In any other case the reason why nothing follows is told.
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

import msgspec

from netaudit.inventory import AssetDocument, Surveyed
from netaudit.scope import Scope, parse_scope

# Gaps after which silence proves nothing anywhere.
BLINDING: Final = frozenset({"interrupted", "truncated_input", "dropped_packets", "interface", "passive"})
ALIVE: Final = frozenset({"refused", "closed", "tls", "auth", "malformed", "too_large"})  # somebody answered there
UNREACHED: Final = frozenset({"unreachable", "permission", "out_of_scope"})  # the question never arrived
MOST_ALIVE: Final = 65_536
NOBODY: Final = "::1"  # in every scope, so that exclusions alone can be read too

# Services whose names are not those of the channels that find them.
_CHANNELS: Final = {"https": "http"}
_ANY_TCP: Final = frozenset({"", "tcp", "tls"})
_NUMERIC: Final = re.compile(r"^[0-9a-fA-F:.,/*-]+$")  # no host name: those are not looked up again years later


class Cover(msgspec.Struct, frozen=True, array_like=True):
    """What of an inventory decides whether it covered a place; the same for run after run, so that it is stored once."""

    feed: str
    targets: tuple[str, ...]
    excluded: tuple[str, ...]
    channels: tuple[tuple[str, str], ...]  # (name, status)
    blinding: tuple[str, ...]  # kinds of gaps
    alive: tuple[str, ...]  # addresses that answered with something that could not be read, or refused
    unreached: tuple[str, ...]

    @property
    def done(self) -> frozenset[str]:
        """The channels that did their work."""
        return frozenset(name for name, status in self.channels if status == "done")


def cover_of(document: Surveyed) -> Cover:
    """The cover of an inventory."""
    problems = document.problems
    return Cover(
        document.run.feed,
        document.run.scope.targets,
        document.run.scope.excluded,
        tuple(sorted((c.name, c.status) for c in document.coverage.channels)),
        tuple(sorted({gap.kind for gap in document.coverage.gaps} & BLINDING)),
        tuple(sorted({p.address for p in problems if p.address and p.status in ALIVE})[:MOST_ALIVE]),
        tuple(sorted({p.address for p in problems if p.address and p.status in UNREACHED})[:MOST_ALIVE]),
    )


def network_of(address: str) -> str:
    """The neighbourhood in which somebody must answer: the /24 of an IPv4 address, the /64 of an IPv6 address."""
    if ":" not in address:
        return address.rpartition(".")[0]
    try:
        return str(IPv6Address(int(ip_address(address.partition("%")[0])) >> 64 << 64))
    except ValueError:
        return address


def network_words(network: str) -> str:
    """A neighbourhood as people write it."""
    return f"{network}/64" if ":" in network else f"{network}.0/24"


def blind_spot(asset: AssetDocument, cover: Cover, answering: Collection[str], recorders: Mapping[str, bool]) -> str:
    """Why a run could not have seen this device; empty where it could.

    `answering` are the neighbourhoods where anybody answered; `recorders` are those that answered, by asset id, with
    whether the cameras behind them were all inspected.
    """
    if cover.feed != "live":
        return f"the run was no scan but a {cover.feed}: silence proves nothing there"
    if cover.blinding:
        return f"the run was incomplete: {', '.join(cover.blinding)}"
    if asset.behind:
        return _UNLISTED[recorders.get(asset.behind)]
    reasons = [_unasked(address, cover, answering) for address in asset.addresses]
    if reasons and all(reasons):
        return reasons[0]
    return _unheard(asset, cover)


_UNLISTED: Final = {
    None: "the recorder that it is behind did not answer",
    False: "the cameras behind its recorder were not all inspected",
    True: "",
}


def _unasked(address: str, cover: Cover, answering: Collection[str]) -> str:
    scope = scope_of(cover.targets, cover.excluded)
    network = network_of(address)
    if scope.bars(address):
        return "its address was excluded"
    if address not in scope and not (_is_vague(cover.targets) and network in answering):
        return "its address was not in scope"
    if address in cover.unreached:
        return "its address could not be reached from there"
    if address in cover.alive:
        return "something answered at its address that could not be recognised"
    if network not in answering:
        return f"nobody in its network answered, {network_words(network)}"
    return ""


def _unheard(asset: AssetDocument, cover: Cover) -> str:
    known = channels_of(asset) or cover.done
    if known & cover.done or not cover.channels:
        return ""
    states = dict(cover.channels)
    told = ", ".join(f"{name} {states.get(name, 'not asked')}" for name in sorted(known))
    return f"the channels that it answered on did not do their work: {told}"


def channels_of(asset: AssetDocument) -> frozenset[str]:
    """The channels on which a device answered."""
    services = {_CHANNELS.get(port.service, port.service) for port in asset.ports}
    plain = {"tcp"} if services & _ANY_TCP else set()
    return frozenset({e.channel for e in asset.evidence} | (services - _ANY_TCP) | plain)


@lru_cache(maxsize=256)
def scope_of(targets: tuple[str, ...], excluded: tuple[str, ...]) -> Scope:
    """The scope of a run, from the words that can be read without asking anybody; empty where none can."""
    wanted = [word for word in targets if _NUMERIC.match(word)]
    barred = [word for word in excluded if _NUMERIC.match(word)]
    try:
        return parse_scope((*wanted, NOBODY), barred)
    except ValueError:
        return Scope()


def _is_vague(targets: tuple[str, ...]) -> bool:
    """Whether some targets are known by name only: "local", or a host; or none is told."""
    return not targets or any(not _NUMERIC.match(word) for word in targets)


@lru_cache(maxsize=65_536)
def is_ipv4(address: str) -> bool:
    """Whether this is an IPv4 address."""
    try:
        return isinstance(ip_address(address), IPv4Address)
    except ValueError:
        return False
