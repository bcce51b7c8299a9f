"""Whether this machine is a container on a bridge of its engine: then no link layer reaches beyond that bridge."""

from collections.abc import Iterable
from ipaddress import IPv4Network
from pathlib import Path

from netaudit.wire.interfaces import Interface

# What container engines leave inside, and what they number their bridges and the interfaces on them from.
MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
_BRIDGES = IPv4Network("172.16.0.0/12")
_BRIDGED_MAC = "02:42:"


def container_bridge(interfaces: Iterable[Interface]) -> Interface | None:
    """An interface on a container engine's bridge, where this is a container and has no others.

    On the host's own network a container sees the engine's bridges too, beside the host's interfaces.
    """
    linked = [i for i in interfaces if not i.loopback]
    bridged = [i for i in linked if i.network.subnet_of(_BRIDGES) or (i.mac or "").startswith(_BRIDGED_MAC)]
    inside = any(mark.exists() for mark in MARKS)
    return bridged[0] if inside and bridged and bridged == linked else None
