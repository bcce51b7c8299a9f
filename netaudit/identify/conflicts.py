"""Conflicts: what in the observations of one device does not fit together, as sentences. Pure.

Anybody on a network can say anything of himself; so what contradicts is shown, not settled.
"""

from collections.abc import Iterator, Mapping, Sequence

from netaudit.identify.links import is_arp
from netaudit.identify.sightings import NOWHERE, Sighting
from netaudit.model import Observation

MOST_TOLD = 16  # of one device: who contradicts himself more often is understood by then


def conflicts(sightings: Sequence[Sighting], owners: Mapping[str, str]) -> list[str]:
    """Sentences, each once, on the sightings of one device; `owners` tells which address ARP gives a MAC to."""
    found = [*_serials(sightings), *_ports(sightings)]
    addresses = {s.address for s in sightings if s.address}
    for sighting in sightings:
        found += _hardware(sighting, {mac: owners[mac] for mac in sighting.said - sighting.linked if mac in owners})
        found += _contested(sighting)
        found += sighting.remarks
        for o in sighting.observations:
            found += _observed(o, addresses)
    told = list(dict.fromkeys(found))
    more = [f"and {len(told) - MOST_TOLD} more of this kind"] if len(told) > MOST_TOLD else []
    return told[:MOST_TOLD] + more


def _serials(sightings: Sequence[Sighting]) -> Iterator[str]:
    serials = sorted({key.partition(":")[2] for sighting in sightings for key in sighting.serials})
    if len(serials) > 1:
        yield f"it gives {len(serials)} different serial numbers: {', '.join(serials)}"


def _ports(sightings: Sequence[Sighting]) -> Iterator[str]:
    ports = sorted({(mac, s.address) for s in sightings for mac in s.linked if s.address})
    if len({mac for mac, _ in ports}) > 1:
        listed = ", ".join(f"{mac} at {address}" for mac, address in ports)
        yield f"it has several hardware addresses ({listed}): network ports of one device, or one repeats another's name"


def _hardware(sighting: Sighting, owners: Mapping[str, str]) -> Iterator[str]:
    if not sighting.contradicts_itself:
        return
    word, link = ", ".join(sorted(sighting.said)), ", ".join(sorted(sighting.linked))
    owned = "".join(f"; {mac} belongs to {address}" for mac, address in sorted(owners.items()))
    yield f"it says that its hardware address is {word}; the link layer shows {link}{owned}"


def _contested(sighting: Sighting) -> Iterator[str]:
    if sighting.address and sighting.part:
        yield f"another device claims {sighting.address} too: what was heard from there may be the other's"


def _observed(o: Observation, addresses: set[str]) -> Iterator[str]:
    if is_arp(o) and o.mac and o.mac != o.value:
        yield f"ARP names {o.value} for {o.address or 'it'} in a frame from {o.mac}: a bridge, a proxy or a forgery"
    if o.field not in {"sadp.ipv4_address", "dhip.ipv4_address"} or o.value in NOWHERE:
        return
    sources = {o.address} if "." in o.address else {a for a in addresses if "." in a}
    if sources - NOWHERE and o.value not in sources:
        yield f"it says that its address is {o.value}; it answers from {', '.join(sorted(sources))}"
