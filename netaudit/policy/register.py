"""The register of an organisation against an inventory: which entry is about which device. Pure.

Serial number first, then hardware address, then network address. What two entries claim, or two devices answer to, is
not settled: it is told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netaudit.inventory import AssetDocument, Document
from netaudit.policy.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The register beside the inventory."""

    by_asset: Mapping[str, Facts]
    unseen: tuple[Facts, ...]  # entries of which no device was seen
    unlisted: tuple[str, ...]  # ids of devices that are in no entry
    remarks: tuple[str, ...]  # duplicates and contradictions, a sentence each


def matched(document: Document, register: Sequence[Facts]) -> Matched:
    """Each device with its entry; entries and devices that have no counterpart."""
    devices = _by_key(document.assets)
    found: dict[str, Facts] = {}
    unseen, remarks = [], []
    for entry in register:
        ids = _devices(entry, devices)
        if not ids:
            unseen.append(entry)
        elif len(ids) > 1:
            remarks.append(f"{name_of(entry)}: {len(ids)} devices answer to it: {', '.join(ids)}")
        elif ids[0] in found:
            remarks.append(f"{name_of(entry)} and {name_of(found[ids[0]])} are about one device: {ids[0]}")
        else:
            found[ids[0]] = entry
    contested = {id_ for remark in remarks for id_ in found if remark.endswith(f": {id_}")}
    kept = {id_: entry for id_, entry in found.items() if id_ not in contested}
    unlisted = tuple(asset.id for asset in document.assets if asset.id not in found)
    return Matched(by_asset=kept, unseen=tuple(unseen), unlisted=unlisted, remarks=tuple(remarks))


def name_of(entry: Facts) -> str:
    """What an entry of the register is called."""
    return next((name for name in (entry.asset, entry.serial, entry.mac, entry.address) if name), "an entry")


def keys_of(asset: AssetDocument) -> Iterator[tuple[str, str]]:
    """All by which a register can name a device, surest first."""
    if asset.serial:
        yield "serial", asset.serial.strip().casefold()
    yield from (("mac", mac) for mac in asset.macs)
    yield from (("address", address) for address in asset.addresses)


def _by_key(assets: Iterable[AssetDocument]) -> dict[tuple[str, str], list[str]]:
    devices: dict[tuple[str, str], list[str]] = {}
    for asset in assets:
        for key in dict.fromkeys(keys_of(asset)):
            devices.setdefault(key, []).append(asset.id)
    return devices


def _devices(entry: Facts, devices: Mapping[tuple[str, str], list[str]]) -> list[str]:
    keys = (
        ("serial", (entry.serial or "").strip().casefold()),
        ("mac", (entry.mac or "").lower().replace("-", ":")),
        ("address", entry.address or ""),
    )
    return next((ids for key in keys if key[1] and (ids := devices.get(key))), [])
