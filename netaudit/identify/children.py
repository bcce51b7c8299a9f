"""Children: the devices behind recorders, from the lists that recorders keep of their channels. Pure.

What a list says of a device is hearsay: it joins no two devices that were heard, and it changes the name of none. An
entry belongs to the device that has its serial number or hardware address; else to the camera that was heard from the
address that it gives, unless the two contradict. Entries that belong to no such device are devices of their own, joined
by their serial numbers only: recorders give the cameras on their own ports the same addresses.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from netaudit.identify.keys import key_order, observation_order, serial_key
from netaudit.inventory import address_order
from netaudit.model import Device, Observation
from netaudit.naming import device_id, is_universal, tells_apart

# How many places of one key, over all lists, are one device: beyond, a serial number is cloned, or a sample; a hardware
# address is the router's that the cameras stand behind.
MOST_PLACES = {"serial": 4, "mac": 1}
CAMERA_WORDS = frozenset({"dhip", "isapi", "magicbox", "onvif", "rtsp", "sadp"})  # what fields of cameras begin with


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the lists of one recorder say of one channel."""

    recorder: int  # the number of its device
    part: str
    name: str  # what a device that only lists tell of is called by
    keys: frozenset[str]
    addresses: frozenset[str]
    observations: tuple[Observation, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """The devices that were heard, by their keys and addresses."""

    devices: Sequence[Device]
    by_key: Mapping[str, set[int]]
    by_address: Mapping[str, set[int]]

    def near(self, entry: Entry) -> set[int]:
        """The devices, but for the recorder, that have the address of an entry."""
        return {n for address in entry.addresses for n in self.by_address.get(address, ())} - {entry.recorder}


def add_children(devices: Sequence[Device], listed: Sequence[Observation]) -> tuple[Device, ...]:
    """The devices that were heard, with what recorders say of them, and those that recorders alone tell of."""
    if not listed:
        return tuple(devices)
    heard = _heard(devices)
    channels: dict[int, list[str]] = defaultdict(list)
    joined: dict[int, list[Entry]] = defaultdict(list)
    alone: dict[str, list[Entry]] = defaultdict(list)
    for entry in _entries(heard, listed):
        channels[entry.recorder].append(entry.part)
        home = _home(entry, heard)
        if home is None:
            alone[entry.name].append(entry)
        else:
            joined[home].append(entry)
    kept = (_told_more(d, joined.get(n, ()), channels.get(n, ()), devices) for n, d in enumerate(devices))
    return (*kept, *(_told(group, heard) for group in alone.values()))


def _heard(devices: Sequence[Device]) -> Heard:
    by_key: dict[str, set[int]] = defaultdict(set)
    by_address: dict[str, set[int]] = defaultdict(set)
    for number, device in enumerate(devices):
        for key in device.keys:
            by_key[key].add(number)
        for address in device.addresses:
            by_address[address].add(number)
    return Heard(devices, by_key, by_address)


def _entries(heard: Heard, listed: Iterable[Observation]) -> list[Entry]:
    """The entries in the order of recorders and channels, but for those of a reply of nobody's, or without content."""
    by_reply = {(o.address, o.reply): n for n, device in enumerate(heard.devices) for o in device.observations}
    found: dict[tuple[int, str], set[Observation]] = defaultdict(set)
    for o in listed:
        recorder = by_reply.get((o.address, o.reply), min(heard.by_address.get(o.address, ()), default=None))
        if recorder is not None:
            found[recorder, o.part].add(o)
    places = _places(found)
    order = sorted(found, key=lambda place: (place[0], natural(place[1])))
    entries = (_entry(recorder, part, found[recorder, part], places, heard) for recorder, part in order)
    return [entry for entry in entries if entry.observations]


def _places(found: Mapping[tuple[int, str], set[Observation]]) -> dict[str, set[str]]:
    """Each key with the addresses at which lists have it; with the channel where no address is told."""
    places: dict[str, set[str]] = defaultdict(set)
    for (recorder, part), observations in found.items():
        for key in _keys(observations):
            places[key] |= _addresses(observations) or {f"{recorder} {part}"}
    return places


def _entry(recorder: int, part: str, told: set[Observation], places: Mapping[str, set[str]], heard: Heard) -> Entry:
    worthless = {key for key in _keys(told) if len(places[key]) > MOST_PLACES[key.partition(":")[0]]}
    keys = _keys(told) - worthless
    kept = (o for o in told if o.field != "mac.address" or f"mac:{o.value}" not in worthless)
    serials = sorted(key for key in worthless if key.startswith("serial:"))
    return Entry(
        recorder=recorder,
        part=part,
        name=min(keys, key=key_order, default=f"child:{heard.devices[recorder].id} {part}"),
        keys=keys,
        addresses=_addresses(told),
        observations=tuple(sorted(kept, key=observation_order)),
        remarks=tuple(
            f"{len(places[k])} places have the serial number {k.partition(':')[2]}: it joins none" for k in serials
        ),
    )


def _keys(told: Iterable[Observation]) -> frozenset[str]:
    observations = tuple(told)
    serials = {f"serial:{serial}" for o in observations if (serial := serial_key(o))}
    macs = {f"mac:{o.value}" for o in observations if o.field == "mac.address" and is_universal(o.value)}
    return frozenset(serials | macs)


def _addresses(told: Iterable[Observation]) -> frozenset[str]:
    return frozenset(o.value for o in told if o.field == "child.address")


def _home(entry: Entry, heard: Heard) -> int | None:
    """The number of the device that was heard and that an entry speaks of, if one is."""
    named = {n for key in entry.keys for n in heard.by_key.get(key, ())} - {entry.recorder}
    found = named or {n for n in heard.near(entry) if _is_camera(heard.devices[n])}
    kinds = ("serial:",) if named else ("serial:", "mac:")
    if len(found) != 1 or any(_contradict(entry, heard.devices[min(found)], kind) for kind in kinds):
        return None
    return min(found)


def _is_camera(device: Device) -> bool:
    return any(o.field.partition(".")[0] in CAMERA_WORDS for o in device.observations)


def _contradict(entry: Entry, device: Device, kind: str) -> bool:
    return tells_apart({key for key in keys if key.startswith(kind)} for keys in (entry.keys, device.keys))


def _told_more(device: Device, told: Sequence[Entry], channels: Sequence[str], devices: Sequence[Device]) -> Device:
    """A device that was heard, with what lists say of it, and with the channels of its own list."""
    if not told and not channels:
        return device
    more = {o for entry in told for o in entry.observations}
    return replace(
        device,
        observations=tuple(sorted({*device.observations, *more}, key=observation_order)),
        behind=min((devices[entry.recorder].id for entry in told), default=None),
        children=tuple(channels),
    )


def _told(group: Sequence[Entry], heard: Heard) -> Device:
    """A device that only lists tell of; its name is its own, whatever the devices that were heard are called."""
    first = group[0]
    name = first.name if first.name not in heard.by_key else f"child:{heard.devices[first.recorder].id} {first.part}"
    keys = {key for entry in group for key in entry.keys}
    return Device(
        id=device_id(name),
        addresses=tuple(sorted({a for entry in group for a in entry.addresses}, key=address_order)),
        macs=tuple(sorted(key.removeprefix("mac:") for key in keys if key.startswith("mac:"))),
        observations=tuple(sorted({o for entry in group for o in entry.observations}, key=observation_order)),
        keys=tuple(sorted(keys | {name}, key=key_order)),
        conflicts=tuple(dict.fromkeys(_conflicts(group, heard))),
        behind=min(heard.devices[entry.recorder].id for entry in group),
    )


def _conflicts(group: Sequence[Entry], heard: Heard) -> Iterator[str]:
    for entry in group:
        yield from entry.remarks
        taken = sorted({a for n in heard.near(entry) for a in heard.devices[n].addresses} & entry.addresses)
        yield from (
            f"a recorder lists it at {address}, where another device answers: the list may be old" for address in taken
        )


def natural(part: str) -> tuple[str, int]:
    """Sorts channels: 2 before 10."""
    number = re.search(r"\d{1,9}$", part)
    return (part[: number.start()], int(number[0])) if number else (part, -1)
