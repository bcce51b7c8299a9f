"""Correlate: which observations speak of one device. Pure, and the same for any order of the observations.

Within a run an address is one device, unless ARP names two for it. Addresses are joined by strong keys only: a
hardware address or a serial number; or by an endpoint UUID and a certificate together. A name never joins: sixteen
cameras may all be called "IP Camera". A key that too many hold, or whose holders name themselves differently, is a
clone, a sample or a router's, and joins nothing. Who names two different devices joins neither.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter

from netaudit.identify.alone import lone_device, set_apart
from netaudit.identify.children import add_children
from netaudit.identify.conflicts import conflicts
from netaudit.identify.keys import (
    SERIAL_FIELDS,
    key_order,
    observation_order,
    serial_key,
)
from netaudit.identify.links import MOST_ADDRESSES_PER_MAC, shared_macs
from netaudit.identify.sightings import Sighting, sight
from netaudit.inventory import address_order
from netaudit.model import Device, Observation
from netaudit.naming import device_id, is_universal, tells_apart

MOST_HOLDERS = {"serial": 4, "mac": MOST_ADDRESSES_PER_MAC, "uuid": 4}  # a recorder has two or three network ports

_WORDS = {"serial": "serial number", "mac": "hardware address"}
_HOST_FIELDS = frozenset({"mdns.host", "dhcp.hostname", "onvif.hostname", "dns.name"})

Group = list[Sighting]

_order = attrgetter("id")


def correlate(
    observations: Iterable[Observation], lone: Callable[[Observation], Device] = lone_device
) -> tuple[Device, ...]:
    """The devices behind these observations, in the order of their ids, which are unique.

    `lone` makes the device of an observation that is all there is of it, or has made it before.
    """
    alone, others = set_apart(tuple(observations))
    known = sorted(set(others), key=observation_order)
    devices = sorted([*map(lone, alone), *_devices([o for o in known if not o.part])], key=_order)
    listed = [o for o in known if o.part]
    return tuple(sorted(add_children(devices, listed), key=_order)) if listed else tuple(devices)


def _devices(every: list[Observation]) -> Iterable[Device]:
    """The devices of observations that may speak of each other's."""
    sightings = sight(every, shared_macs(every))
    owners = {mac: s.address for s in sightings if not s.contradicts_itself for mac in s.linked if s.address}
    _drop_worthless(sightings)
    _part_bridges(sightings)
    _tell_unjoined(sightings)
    groups = _join(sightings)
    holders = Counter(name for group in groups for name in _names(group))
    return (_device(group, holders, owners) for group in groups)


def _drop_worthless(sightings: list[Sighting]) -> None:
    """Take away the keys that too many different devices hold, or that different devices hold."""
    for key, holders in sorted(_by_key(sightings).items()):  # hardware addresses first: they tell clones apart
        kind, _, name = key.partition(":")
        many = len({s.address if kind == "mac" else _who(s) for s in holders}) > MOST_HOLDERS[kind]
        if not many and (kind == "serial" or not _differ(holders)):
            continue
        for sighting in holders:
            sighting.keys.discard(key)
            if kind in _WORDS:
                sighting.remarks.append(f"{len(holders)} addresses give the {_WORDS[kind]} {name}: it joins none")


def _who(sighting: Sighting) -> str:
    """Who this is, as far as the link tells, or a hardware address that no clones share."""
    return min(sighting.linked or {key for key in sighting.keys if key.startswith("mac:")}, default=sighting.address)


def _differ(holders: list[Sighting]) -> bool:
    """Whether sightings cannot be one device: they have different hardware addresses or serial numbers."""
    return tells_apart(s.linked for s in holders) or any(
        tells_apart({serial_key(o) for o in s.observations if o.field == field} - {""} for s in holders)
        for field in SERIAL_FIELDS
    )


def _part_bridges(sightings: list[Sighting]) -> None:
    """Let a sighting stand alone whose keys belong to different devices: it would make one device of two."""
    by_key = _by_key(sightings)
    bridges = [s for s in sightings if _bridges(s, {key: by_key[key] for key in s.keys & by_key.keys()})]
    for sighting in bridges:
        sighting.keys.clear()
        sighting.remarks.append("it names itself as different devices do: it is joined with none of them")


def _bridges(sighting: Sighting, circles: Mapping[str, Group]) -> bool:
    """Whether the others in the circles that a sighting's keys draw it into are known to be different devices."""
    others = {key: [s for s in circle if s is not sighting] for key, circle in circles.items()}
    return tells_apart(_all(s.serials for s in circle) for circle in others.values()) or tells_apart(
        _all(s.linked for s in circle) for key, circle in others.items() if key.startswith("mac:")
    )


def _tell_unjoined(sightings: list[Sighting]) -> None:
    """Say where ARP gives one locally administered hardware address to several addresses.

    A router asks by ARP from any address that it has, those of its far sides too (Linux: arp_announce). But a repeater
    puts such a hardware address before the devices behind it (IEEE 802.11 has three addresses in a frame), and to join
    those would make one device of several.
    """
    holders: dict[str, Group] = defaultdict(list)
    for sighting in sightings:
        for mac in sighting.linked if sighting.address else ():
            if not is_universal(mac):
                holders[mac].append(sighting)
    for mac, group in sorted(holders.items()):
        for sighting in group if len(group) > 1 else ():
            sighting.remarks.append(
                f"{len(group)} addresses have the hardware address {mac}, which no maker gave out: it joins none; they "
                "are one device, a router and its other side, or several behind a repeater"
            )


def _all(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)


def _by_key(sightings: list[Sighting]) -> dict[str, list[Sighting]]:
    """The holders of each key that more than one sighting holds."""
    found: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        for key in sighting.keys:
            found[key].append(sighting)
    return {key: holders for key, holders in found.items() if len(holders) > 1}


def _join(sightings: list[Sighting]) -> list[Group]:
    """Groups of sightings that share a key: union-find with the lower index as root."""
    parent = list(range(len(sightings)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first: dict[str, int] = {}
    for number, sighting in enumerate(sightings):
        for key in sighting.keys:
            a, b = root(first.setdefault(key, number)), root(number)
            parent[max(a, b)] = min(a, b)
    groups: dict[int, Group] = defaultdict(list)
    for number, sighting in enumerate(sightings):
        groups[root(number)].append(sighting)
    return list(groups.values())


def _names(group: Group) -> list[str]:
    """What a device may be called by, strongest first. A certificate is no name: makers ship one to many devices."""
    found = {key for s in group for key in s.keys if key.startswith(("serial:", "mac:"))}
    found |= {f"uuid:{uuid}" for s in group for uuid in s.uuids}
    found |= {f"address:{s.address}" if s.address else f"frame:{s.part}" for s in group}
    return sorted(found, key=key_order)


def _device(group: Group, holders: Mapping[str, int], owners: Mapping[str, str]) -> Device:
    observations = sorted({o for sighting in group for o in sighting.observations}, key=observation_order)
    names = _names(group)
    macs = {mac for sighting in group for mac in sighting.macs}
    return Device(
        id=device_id(_unique(group, names, holders)),
        addresses=tuple(sorted({s.address for s in group if s.address}, key=address_order)),
        macs=tuple(sorted(macs, key=lambda mac: (not is_universal(mac), mac))),
        hostnames=tuple(sorted({o.value for o in observations if o.field in _HOST_FIELDS})),
        observations=tuple(observations),
        keys=tuple(names),
        conflicts=tuple(conflicts(group, owners)),
    )


def _unique(group: Group, names: list[str], holders: Mapping[str, int]) -> str:
    """The strongest name that no other device of the run has; of two at one address, the hardware address tells."""
    own = next((name for name in names if holders[name] == 1), None)
    return own or min(f"address:{s.address}|{s.part}" for s in group)
