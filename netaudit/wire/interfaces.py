"""The network interfaces of this machine, and what each is good for. Read with psutil.

Questions over IPv6 are asked from the link-local address only: no network of it is swept (RFC 4291 section 2.5.6).
"""

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, ip_network

import psutil

from netaudit.model import Gap

_ETHERNET = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")


@dataclass(frozen=True, slots=True)
class Interface:
    """One IPv4 address of one interface; an interface with two addresses is here twice."""

    name: str
    address: str
    network: IPv4Network
    mac: str | None
    broadcast: str | None
    loopback: bool
    multicast: bool
    link_local: str | None = None  # its own link-local IPv6 address, with its zone: fe80::1%eth0
    ipv6: tuple[str, ...] = ()  # all its IPv6 addresses

    @property
    def has_link_layer(self) -> bool:
        """Whether ARP works here: an Ethernet-like interface with a hardware address."""
        return self.mac is not None and not self.loopback and self.network.prefixlen < 31


def list_interfaces(names: tuple[str, ...] = ()) -> tuple[tuple[Interface, ...], tuple[Gap, ...]]:
    """The usable interfaces (all, or those named), and a Gap for each that cannot be used, with its reason.

    ValueError where a named interface does not exist.
    """
    addresses, stats = psutil.net_if_addrs(), psutil.net_if_stats()
    for name in names:
        if name not in addresses and name not in stats:
            raise ValueError(f"interface {name!r} does not exist here: one of {', '.join(sorted(stats))}")
    chosen = names or tuple(sorted(stats))
    usable: list[Interface] = []
    gaps: list[Gap] = []
    for name in chosen:
        found = list(_read(name, addresses.get(name, []), stats.get(name)))
        usable.extend(found)
        if not found:
            state = stats.get(name)
            why = "it has no IPv4 address" if state and state.isup else "it is down"
            gaps.append(Gap(kind="interface", detail=f"interface {name} was not used: {why}"))
    return tuple(usable), tuple(gaps)


def _read(name: str, addresses: list[psutil._ntuples.snicaddr], state: object) -> Iterator[Interface]:
    if not getattr(state, "isup", False):
        return
    flags = set(str(getattr(state, "flags", "")).split(","))
    mac = None if flags & {"pointopoint", "noarp"} else _mac(addresses)
    ipv6 = tuple(_ipv6(name, addresses))
    for entry in addresses:
        if entry.family != socket.AF_INET or not entry.netmask:
            continue
        network = ip_network(f"{entry.address}/{entry.netmask}", strict=False)
        assert isinstance(network, IPv4Network)  # noqa: S101
        loopback = network.is_loopback or "loopback" in flags
        yield Interface(
            name=name,
            address=entry.address,
            network=network,
            mac=mac,
            broadcast=_broadcast(entry.broadcast, network, shared=not loopback and "pointopoint" not in flags),
            loopback=loopback,
            # psutil reports the flags on POSIX only; elsewhere every interface that is no loopback is tried.
            multicast=not loopback and ("multicast" in flags or not flags - {""}),
            link_local=next((a for a in ipv6 if "%" in a), None),
            ipv6=ipv6,
        )


def _mac(addresses: list[psutil._ntuples.snicaddr]) -> str | None:
    """The Ethernet address; other link layers have addresses of other lengths, or none."""
    found = (a.address.lower().replace("-", ":") for a in addresses if a.family == psutil.AF_LINK)
    return next((mac for mac in found if _ETHERNET.fullmatch(mac) and mac != "00:00:00:00:00:00"), None)


def _ipv6(name: str, addresses: list[psutil._ntuples.snicaddr]) -> Iterator[str]:
    """The IPv6 addresses, link-local ones with the interface as their zone (RFC 4007 section 11)."""
    for entry in addresses:
        if entry.family == socket.AF_INET6:
            address = IPv6Address(entry.address.partition("%")[0])
            yield f"{address}%{name}" if address.is_link_local else str(address)


def _broadcast(told: str | None, network: IPv4Network, *, shared: bool) -> str | None:
    """The directed broadcast of a network that is shared by many; a tunnel and a single address have none (RFC 3021)."""
    if not shared or network.prefixlen >= 31:
        return None
    return told or str(network.broadcast_address)


def attached_networks() -> tuple[str, ...]:
    """The networks of all usable interfaces except loopback: what the target word `local` means."""
    usable, _ = list_interfaces()
    return tuple(sorted({str(i.network) for i in usable if not i.loopback}))
