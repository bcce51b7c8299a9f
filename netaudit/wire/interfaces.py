"""The network interfaces of this machine, and what each is good for. Read with psutil."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

import psutil

from netaudit.model import Gap


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
    mac = next((a.address.lower().replace("-", ":") for a in addresses if a.family == psutil.AF_LINK), None)
    for entry in addresses:
        if entry.family != socket.AF_INET or not entry.netmask:
            continue
        network = ip_network(f"{entry.address}/{entry.netmask}", strict=False)
        assert isinstance(network, IPv4Network)  # noqa: S101
        loopback = network.is_loopback
        yield Interface(
            name=name,
            address=entry.address,
            network=network,
            mac=None if mac in {None, "00:00:00:00:00:00"} or "pointopoint" in flags else mac,
            broadcast=entry.broadcast or (None if loopback else str(network.broadcast_address)),
            loopback=loopback,
            # psutil reports the flags on POSIX only; elsewhere every interface that is no loopback is tried.
            multicast=not loopback and ("multicast" in flags or not flags - {""}),
        )


def attached_networks() -> tuple[str, ...]:
    """The networks of all usable interfaces except loopback: what the target word `local` means."""
    usable, _ = list_interfaces()
    return tuple(sorted({str(i.network) for i in usable if not i.loopback}))
