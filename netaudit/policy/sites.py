"""Where a device stands: as the register says, else by its address, else where the inventory was made."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from netaudit.inventory import AssetDocument
from netaudit.policy.facts import Facts, Organisation, Site


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites of an organisation, with their networks."""

    by_name: dict[str, Site]
    networks: tuple[tuple[IPv4Network | IPv6Network, Site], ...]  # in the order of the profile
    elsewhere: Site

    def of(self, asset: AssetDocument, facts: Facts) -> Site:
        """The site of a device, of which a register knows these facts."""
        if facts.site:
            return self.by_name.get(facts.site) or Site(name=facts.site)
        if not self.networks:
            return self.elsewhere
        addresses = tuple(_addresses(asset))
        here = (site for network, site in self.networks if any(address in network for address in addresses))
        return next(here, self.elsewhere)


def sites_of(organisation: Organisation | None, made_at: str | None) -> Sites:
    """The sites of an organisation; `made_at` is the name of the one where the inventory was made."""
    sites = organisation.site if organisation else ()
    by_name: dict[str, Site] = {}
    for site in sites:
        by_name.setdefault(site.name, site)
    networks = ((network, site) for site in sites for text in site.networks for network in _network(text))
    elsewhere = by_name.get(made_at) if made_at else None
    return Sites(by_name, tuple(networks), elsewhere or Site(name=made_at or ""))


def _network(text: str) -> Iterator[IPv4Network | IPv6Network]:
    """The network of these words; none where it is none: whoever reads a profile from a file has told so."""
    with suppress(ValueError):
        yield ip_network(text, strict=False)


def _addresses(asset: AssetDocument) -> Iterator[IPv4Address | IPv6Address]:
    """Its addresses, up to one that is none, in an inventory of another program."""
    with suppress(ValueError):
        yield from map(ip_address, asset.addresses)
