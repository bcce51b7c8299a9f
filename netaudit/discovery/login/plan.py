"""Who is asked with which login: from what finding has established of each device, to at most one job. Pure.

A maker's login goes to that maker's devices only, and only where the evidence for the family stands; ONVIF's only to
who has answered ONVIF; a device is tried once, whatever addresses it has, with the nearest login that the file gives.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from netaudit.credentials import Community, Credential, Credentials, Protocol
from netaudit.model import Asset, Gap, Observation
from netaudit.wire.line import Site

ONVIF_PATH = "/onvif/device_service"  # ONVIF Core Specification, section "Device service"
_FAMILIES: dict[str, Protocol] = {"hikvision": "isapi", "dahua": "dahua"}
_NAMED_PORTS = frozenset({"sadp.http_port", "dhip.http_port"})
_SILENT = "the credentials name it, and nothing answered there"
_PATH = re.compile(r"/[A-Za-z0-9_/-]{1,64}(?:\.[A-Za-z]{1,8})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one device is asked: with a login, with a community, or with both, one after the other."""

    keys: frozenset[str]  # what names the device from run to run: "mac:…", "address:…", "id:…"
    address: str
    protocol: Protocol | None = None
    site: Site | None = None
    path: str = ""  # ONVIF's device service
    credential: Credential | None = None
    community: Community | None = None
    recorder: bool = False


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in: where, how, and with what."""

    protocol: Protocol
    site: Site
    path: str
    credential: Credential


def plan(
    assets: Sequence[Asset],
    credentials: Credentials,
    barred: Collection[str],
    allows: Callable[[str], bool] = lambda _: True,
) -> Iterator[Job | Gap]:
    """A job for each device that may be asked; a gap for each that has a login and must not be.

    `barred` holds the addresses that said that they are locked, or that were left alone; `allows` is the scope. Where
    two devices claim one address, nobody knows which of them a login would reach.
    """
    heard = [asset for asset in assets if not asset.device.is_hearsay]
    claims = Counter(address for asset in heard for address in asset.device.addresses)
    contested = {address for address, count in claims.items() if count > 1}
    for asset in heard:
        yield from _plan_one(asset, credentials, {*barred, *contested}, allows)
    for address in _named(credentials):
        if address not in claims and allows(address):
            yield Gap(kind="login", detail=_SILENT, address=address)


def _plan_one(
    asset: Asset, credentials: Credentials, barred: Collection[str], allows: Callable[[str], bool]
) -> Iterator[Job | Gap]:
    # A Host in brackets is known to crash firmware.
    addresses = [a for a in asset.device.addresses if ":" not in a and allows(a)]
    ways = [way for address in addresses for way in _ways(asset, address, credentials)]
    way = max(ways, key=lambda way: way.credential.network.prefixlen, default=None)
    community = _community(asset, addresses, credentials)
    if set(addresses) & set(barred):
        if way or community:
            detail = "it is locked, was left alone, or shares its address: no login was sent"
            yield Gap(kind="login", detail=detail, address=addresses[0])
        return
    named = next((a for a in addresses if not way and a in _named(credentials)), None)
    if named:
        detail = "the credentials name it, but it is not established that it is of that kind: no login was sent"
        yield Gap(kind="login", detail=detail, address=named)
    if way or community:
        yield Job(
            keys=_keys(asset),
            address=way.site.address if way else community[0] if community else "",
            protocol=way.protocol if way else None,
            site=way.site if way else None,
            path=way.path if way else "",
            credential=way.credential if way else None,
            community=community[1] if community else None,
            recorder=asset.identity.kind == "recorder" or bool(asset.identity.channels),
        )


def _keys(asset: Asset) -> frozenset[str]:
    device = asset.device
    return frozenset(
        {f"id:{device.id}", *(f"mac:{mac}" for mac in device.macs), *(f"address:{a}" for a in device.addresses)}
    )


def _named(credentials: Credentials) -> tuple[str, ...]:
    """The single addresses that logins are for."""
    networks = (entry.network for entry in credentials.logins if entry.network.prefixlen == 32)
    return tuple(dict.fromkeys(str(network.network_address) for network in networks))


def _ways(asset: Asset, address: str, credentials: Credentials) -> Iterator[_Way]:
    """The way into a device by this address: of the protocols that can be spoken there, the maker's own comes first."""
    told = [o for o in asset.device.observations if o.address == address and not o.part]
    sites: dict[Protocol, tuple[Site | None, str]] = {}
    own = _FAMILIES.get(asset.identity.family)
    if own and asset.identity.verdict == "confirmed":
        sites[own] = (_web(address, told), "")
    sites["onvif"] = _device_service(address, told)
    there = [protocol for protocol, (site, _) in sites.items() if site]
    found = credentials.login(address, there)
    if found:
        site, path = sites[found[0]]
        assert site is not None  # noqa: S101
        yield _Way(found[0], site, path, found[1])


def _web(address: str, told: list[Observation]) -> Site | None:
    """The web server: with TLS where an ordinary client can speak it, else the port that the device itself names."""
    ports = {(o.transport, o.port) for o in told if o.field == "http.status"}
    secured = sorted((port for t, port in ports if t == "tls" and _certificate(told, port)), key=_usual(443))
    if secured:
        return Site(address=address, port=secured[0], certificate=_certificate(told, secured[0]))
    named = {o.value for o in told if o.field in _NAMED_PORTS}
    plain = sorted((port for t, port in ports if t == "tcp"), key=_usual(80))
    ordered = [port for port in plain if str(port) in named] + plain
    return Site(address=address, port=ordered[0]) if ordered else None


def _usual(port: int) -> Callable[[int], tuple[bool, int]]:
    return lambda other: (other != port, other)


def _certificate(told: list[Observation], port: int) -> str:
    """The digest of the one certificate that a port shows to ordinary clients; empty where it has none."""
    here = [o for o in told if o.port == port and o.transport == "tls"]
    shown = {o.value for o in here if o.field == "tls.sha256"}
    legacy = any(o.field == "tls.legacy" and o.value == "yes" for o in here)
    return shown.pop() if len(shown) == 1 and not legacy else ""


def _device_service(address: str, told: list[Observation]) -> tuple[Site | None, str]:
    """ONVIF's device service, as the device names it, if that is on the address that it answers from."""
    for o in told:
        if o.field == "wsd.xaddr" and (found := _named_service(address, o.value, told)):
            return found
    ports = sorted(o.port for o in told if o.channel == "onvif" and o.transport == "tcp" and o.port)
    return (Site(address=address, port=ports[0]), ONVIF_PATH) if ports else (None, "")


def _named_service(address: str, xaddr: str, told: list[Observation]) -> tuple[Site, str] | None:
    try:
        url = urlsplit(xaddr)
        host, port = url.hostname, url.port
    except ValueError:
        return None
    if host != address or not _PATH.fullmatch(url.path) or url.query:
        return None
    if url.scheme == "http":
        return Site(address=address, port=port or 80), url.path
    certificate = _certificate(told, port or 443)
    return (Site(address=address, port=port or 443, certificate=certificate), url.path) if certificate else None


def _community(asset: Asset, addresses: list[str], credentials: Credentials) -> tuple[str, Community] | None:
    """A community goes to devices whose maker is established, and to those that an entry names."""
    for address in addresses:
        found = credentials.community(address)
        if found and (asset.identity.verdict == "confirmed" or found.network.prefixlen == 32):
            return address, found
    return None
