"""What this machine can see from here: rights, interfaces, ports, TLS, limits, firewall, age. Sends nothing."""

import socket
import ssl
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from netaudit.discovery import CHANNELS
from netaudit.identify.age import newest_source
from netaudit.identify.fingerprints import load_library
from netaudit.wire import neighbours
from netaudit.wire.arpsocket import open_link
from netaudit.wire.container import container_bridge
from netaudit.wire.firewall import Firewall, read_firewall
from netaudit.wire.groups import RECEIVE_BUFFER_BYTES, widen
from netaudit.wire.interfaces import Interface, list_interfaces

_GROUPS = {5353: "224.0.0.251", 3702: "239.255.255.250", 37020: "239.255.255.250", 37810: "239.255.255.251"}

_BYTES_PER_ANSWER = 2300  # 1.4 KB of payload, and what the kernel counts beside it
_FEW_BYTES = 1024 * 1024  # below this, the answers of a few hundred devices overflow the buffer
_FILES = 512  # connections to unknown addresses, sockets of channels, and what the program itself needs
_NEIGHBOURS = 512  # two batches of addresses that are being resolved
_NEIGHBOUR_LIMIT = Path("/proc/sys/net/ipv4/neigh/default/gc_thresh3")  # arp(7)
_OLD_MONTHS = 12
_REGISTRY_PACKAGE = "aiooui"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    well: bool
    detail: str
    cure: str = ""


def examine() -> Iterator[Finding]:
    """Look at everything that decides what a scan from here can see."""
    interfaces, gaps = list_interfaces()
    linked = [i for i in interfaces if not i.loopback]
    yield _interfaces(linked)
    for gap in gaps:
        yield Finding("interface", well=True, detail=gap.detail)
    yield from _link_layer(linked)
    yield from _ports()
    yield _legacy_tls()
    yield from _limits()
    yield _firewall(read_firewall())
    yield from _container(linked)
    yield _age(newest_source(load_library()), datetime.now(UTC))
    yield _registry()


def _interfaces(linked: list[Interface]) -> Finding:
    if not linked:
        cure = "connect this machine to the cameras' network; in a container, use the host's network"
        return Finding("interfaces", well=False, detail="none is up with an IPv4 address, except loopback", cure=cure)
    return Finding("interfaces", well=True, detail=", ".join(f"{i.name} {i.address} in {i.network}" for i in linked))


def _link_layer(linked: list[Interface]) -> Iterator[Finding]:
    for interface in linked:
        if not interface.has_link_layer:
            detail = f"{interface.name} has no Ethernet: no ARP and no discovery by multicast through it"
            yield Finding("ARP", well=True, detail=detail)
            continue
        try:
            open_link(interface).close()
        except PermissionError:
            cure = "run as root, or: setcap cap_net_raw+ep on the Python that runs netaudit"
            detail = f"{interface.name}: no right to raw sockets; MACs come from the kernel's table only"
            yield Finding("ARP", well=False, detail=detail, cure=cure)
        except OSError as error:
            yield Finding("ARP", well=False, detail=f"{interface.name}: {error}", cure="use another interface (-i)")
        else:
            yield Finding("ARP", well=True, detail=f"{interface.name}: raw sockets can be opened")
        if not interface.multicast:
            cure = f"ip link set {interface.name} multicast on, or scan from another machine"
            yield Finding("multicast", well=False, detail=f"{interface.name}: switched off", cure=cure)


def _ports() -> Iterator[Finding]:
    """Whether the discovery ports can be shared with whatever else listens there."""
    for port, group in _GROUPS.items():
        name = next(c.name for c in CHANNELS if ("udp", port) in c.hears)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "SO_REUSEPORT"):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            try:
                sock.bind(("" if sys.platform == "win32" else group, port))
            except OSError as error:
                cure = "stop the program that holds the port (a maker's own search tool, perhaps) while scanning"
                detail = f"UDP {port} cannot be shared ({error.strerror}): answers to the group are lost"
                yield Finding(name, well=False, detail=detail, cure=cure)
            else:
                yield Finding(name, well=True, detail=f"UDP {port} can be listened on")


def _legacy_tls() -> Finding:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
    except (ValueError, ssl.SSLError) as error:
        detail = f"{ssl.OPENSSL_VERSION} refuses TLS 1.0 ({error}): old cameras' certificates cannot be read"
        return Finding("TLS 1.0", well=False, detail=detail, cure="scan from a machine whose OpenSSL still speaks it")
    return Finding("TLS 1.0", well=True, detail=f"{ssl.OPENSSL_VERSION} can speak with old cameras")


def _limits() -> Iterator[Finding]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        widen(sock)
        granted = sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    well = granted >= _FEW_BYTES
    cure = "" if well else f"sysctl -w net.core.rmem_max={RECEIVE_BUFFER_BYTES} (or run as root)"
    detail = f"a socket gets {granted:,} bytes; about {granted // _BYTES_PER_ANSWER:,} answers at once"
    yield Finding("receive buffer", well, detail, cure)
    yield from _descriptors()
    yield from _neighbours()
    if sys.platform == "linux" and not neighbours.TABLE.exists():
        detail = "there is no /proc/net/arp: without raw sockets no MAC can be learnt"
        yield Finding("neighbours", well=False, detail=detail, cure="run with raw sockets")


def _firewall(found: Firewall) -> Finding:
    if found.closed:
        cure = "let UDP from the cameras' network in while you scan: nft insert rule CHAIN ip saddr NETWORK meta "
        cure += "l4proto udp accept; or ufw allow proto udp from NETWORK"
        detail = f"{found.detail}: answers to multicast questions are thrown away"
        return Finding("firewall", well=False, detail=detail, cure=cure.replace("CHAIN", found.closed))
    return Finding("firewall", well=True, detail=found.detail)


def _descriptors() -> Iterator[Finding]:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  POSIX only

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    well = soft >= _FILES or soft == resource.RLIM_INFINITY
    cure = "" if well else f"ulimit -n {_FILES} before the scan"
    yield Finding("file descriptors", well, f"{soft:,} may be open; a scan opens up to {_FILES:,}", cure)


def _neighbours() -> Iterator[Finding]:
    """The kernel's table of neighbours drops live ones beyond its limit, and then connects fail for no visible reason."""
    try:
        limit = int(_NEIGHBOUR_LIMIT.read_text())
    except (OSError, ValueError):
        return
    well = limit >= _NEIGHBOURS
    cure = "" if well else f"sysctl -w net.ipv4.neigh.default.gc_thresh3={_NEIGHBOURS * 4}"
    yield Finding(
        "neighbour table", well, f"holds {limit:,} addresses; a scan uses up to {_NEIGHBOURS:,} at once", cure
    )


def _age(newest: str, now: datetime) -> Finding:
    months = (now.year - int(newest[:4])) * 12 + now.month - int(newest[5:]) if newest else 0
    well = bool(newest) and months <= _OLD_MONTHS
    detail = f"their newest source is of {newest}" if newest else "they name no date"
    return Finding("fingerprints", well, detail, "" if well else "update netaudit: new models and relabels are missing")


def _registry() -> Finding:
    """Who a hardware address was given to comes from a package whose list has no date but its version's."""
    try:
        version = metadata.version(_REGISTRY_PACKAGE)
    except metadata.PackageNotFoundError:
        cure = f"pip install {_REGISTRY_PACKAGE}"
        return Finding("MAC registry", well=False, detail="not installed: no registrants in reports", cure=cure)
    return Finding("MAC registry", well=True, detail=f"{_REGISTRY_PACKAGE} {version}; reports name registrants from it")


def _container(linked: list[Interface]) -> Iterator[Finding]:
    bridge = container_bridge(linked)
    if bridge:
        cure = "run the container on the host's network (--network host); a bridged one sees no camera by multicast"
        yield Finding("container", well=False, detail=f"{bridge.name} looks like a container's bridge", cure=cure)
