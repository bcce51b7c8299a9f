"""The register of an organisation against an inventory: which entry is about which device. Pure.

Serial number first, then hardware address, then network address. What two entries claim, or two devices answer to, is
not settled: it is told.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from netaudit.inventory import AssetDocument
from netaudit.policy.facts import Facts

Key: TypeAlias = tuple[str, str]  # what it is: serial, mac or address; and the value


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The register beside the inventory."""

    by_asset: Mapping[str, Facts]
    unseen: tuple[Facts, ...]  # entries of which no device was seen
    listed: frozenset[str]  # ids of devices that an entry is about
    remarks: tuple[str, ...]  # duplicates and contradictions, a sentence each


def matched(assets: Iterable[AssetDocument], register: Sequence[Facts]) -> Matched:
    """Each device with its entry; entries that have no device."""
    devices = _by_key(assets, {key for entry in register for key in _keys(entry)}) if register else {}
    found: dict[str, Facts] = {}
    contested: set[str] = set()
    unseen, remarks = [], []
    for entry in register:
        ids = _devices(entry, devices)
        if not ids:
            unseen.append(entry)
        elif len(ids) > 1:
            remarks.append(f"{name_of(entry)}: {len(ids)} devices answer to it: {', '.join(ids)}")
        elif ids[0] in found:
            remarks.append(f"{name_of(entry)} and {name_of(found[ids[0]])} are about one device: {ids[0]}")
            contested.add(ids[0])
        else:
            found[ids[0]] = entry
    kept = {id_: entry for id_, entry in found.items() if id_ not in contested}
    return Matched(by_asset=kept, unseen=tuple(unseen), listed=frozenset(found), remarks=tuple(remarks))


def name_of(entry: Facts) -> str:
    """What an entry of the register is called."""
    return next((name for name in (entry.asset, entry.serial, entry.mac, entry.address) if name), "an entry")


def keys_of(asset: AssetDocument) -> Iterator[Key]:
    """All by which a register can name a device, surest first."""
    if asset.serial:
        yield "serial", asset.serial.strip().casefold()
    yield from (("mac", mac) for mac in asset.macs)
    yield from (("address", address) for address in asset.addresses)


def _by_key(assets: Iterable[AssetDocument], wanted: Collection[Key]) -> dict[Key, list[str]]:
    """The ids of the devices that have one of the keys that the register names."""
    devices: dict[Key, list[str]] = {}
    for asset in assets:
        for key in dict.fromkeys(keys_of(asset)):
            if key in wanted:
                devices.setdefault(key, []).append(asset.id)
    return devices


def _devices(entry: Facts, devices: Mapping[Key, list[str]]) -> list[str]:
    return next((ids for key in _keys(entry) if (ids := devices.get(key))), [])


def _keys(entry: Facts) -> Iterator[Key]:
    """By what an entry names its device, surest first."""
    keys = (
        ("serial", (entry.serial or "").strip().casefold()),
        ("mac", (entry.mac or "").lower().replace("-", ":")),
        ("address", entry.address or ""),
    )
    return (key for key in keys if key[1])
