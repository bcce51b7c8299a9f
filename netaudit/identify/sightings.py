"""Sightings: all that was observed at one address, or of one claimant where two devices claim it. Pure.

A sighting is the least that is surely one device; `correlate` joins sightings by the keys that they hold.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from netaudit.identify.keys import eui64_mac, serial_key, uuid_key
from netaudit.identify.links import Addresses, contested, frame_macs, is_arp, is_own_word
from netaudit.model import Observation
from netaudit.naming import is_universal

MOST_NAMES = 16  # serial numbers, or hardware addresses, that one device gives itself; who gives more gives none
NOWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104  what a device that has no address yet sends from


@dataclass(slots=True)
class Sighting:
    """The observations of one address, or of one claimant of a contested one."""

    address: str  # empty where the protocol has none
    part: str  # which claimant; where there is no address, whose frames
    observations: list[Observation] = field(default_factory=list)
    linked: set[str] = field(default_factory=set)  # hardware addresses that the link layer showed
    said: set[str] = field(default_factory=set)  # those that the device gave itself
    uuids: set[str] = field(default_factory=set)  # its endpoints
    keys: set[str] = field(default_factory=set)  # what may join it with others
    remarks: list[str] = field(default_factory=list)  # sentences: why a key does not join it

    @property
    def macs(self) -> set[str]:
        """Its hardware addresses: what the link layer showed outranks what a device says of itself."""
        return self.linked if self.contradicts_itself else self.linked | self.said

    @property
    def contradicts_itself(self) -> bool:
        """Whether the device says that its hardware address is another than the one that the link layer showed."""
        return bool(self.linked and self.said and not self.linked & self.said)

    @property
    def serials(self) -> set[str]:
        """The keys of its serial numbers."""
        return {key for key in self.keys if key.startswith("serial:")}


def sight(every: list[Observation], shared: Mapping[str, Addresses]) -> list[Sighting]:
    """The sightings in these observations; an ARP answer of a proxy alone sights nobody."""
    claimants = contested(every, shared)
    said = {(o.address, o.reply): o.value for o in every if is_own_word(o)}
    owners = {(o.address, o.value) for o in every if is_own_word(o)}
    found: dict[tuple[str, str], Sighting] = {}
    for o in every:
        if is_arp(o) and o.value in shared and (o.address, o.value) not in owners:
            continue
        address = "" if o.address in NOWHERE else o.address
        word = said.get((o.address, o.reply))
        part = _part(o, claimants.get(address, ()), word) if address in claimants or not address else ""
        found.setdefault((address, part), Sighting(address, part)).observations.append(o)
    frames = frame_macs(every, shared)
    for sighting in found.values():
        _note_macs(sighting, frames.get(sighting.address, set()))
        uuids = {uuid for o in sighting.observations if (uuid := uuid_key(o))}
        sighting.uuids = _few(sighting, "endpoints", uuids)
        sighting.keys = set(_keys(sighting, shared))
    return list(found.values())


def _part(o: Observation, macs: Addresses, word: str | None) -> str:
    """Which of the claimants an observation belongs to, the first where nothing tells; without any, whose frame it is."""
    candidates = (o.value if o.field == "mac.address" else None, word, o.mac)
    if macs:
        return next((mac for mac in candidates if mac in macs), macs[0])
    return next((text for text in candidates if text), o.reply)


def _note_macs(sighting: Sighting, frames: set[str]) -> None:
    """Whose hardware addresses these are; a frame's source becomes an observation, where it tells one."""
    every = sighting.observations
    sighting.said = _few(sighting, "hardware addresses", {o.value for o in every if is_own_word(o)})
    sighting.linked = {o.value for o in every if is_arp(o)}
    if mac := eui64_mac(sighting.address):
        sighting.said.add(mac)
    if not sighting.address:
        sighting.linked |= {o.mac for o in every if o.mac}
    elif not sighting.linked:
        sighting.linked = set(frames)
    for mac in sorted(sighting.linked - {o.value for o in every if o.field == "mac.address"}):
        first = min((o for o in every if o.mac == mac), key=lambda o: (o.seen_at, o.channel, o.field, o.value))
        every.append(replace(first, field="mac.address", value=mac))


def _keys(sighting: Sighting, shared: Mapping[str, Addresses]) -> Iterator[str]:
    """What may join a sighting with others. A MAC that it gives itself joins only where the link layer is silent."""
    linked, said = (sorted(m for m in macs if is_universal(m)) for macs in (sighting.linked, sighting.said))
    if sighting.contradicts_itself:
        yield from (f"mac:{mac}, says {word}" for mac in linked for word in said)
    else:
        yield from (f"mac:{mac}" for mac in linked or said if mac not in shared)
    serials = {serial for o in sighting.observations if (serial := serial_key(o))}
    yield from (f"serial:{serial}" for serial in _few(sighting, "serial numbers", serials))
    certificates = _few(sighting, "certificates", {o.value for o in sighting.observations if o.field == "tls.sha256"})
    yield from (f"uuid:{uuid}, certificate {certificate}" for uuid in sighting.uuids for certificate in certificates)


def _few(sighting: Sighting, what: str, names: set[str]) -> set[str]:
    if len(names) <= MOST_NAMES:
        return names
    sighting.remarks.append(f"it gives {len(names)} {what}: none of them counts")
    return set()
