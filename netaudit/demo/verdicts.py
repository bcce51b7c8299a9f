"""Whether an inventory says of each emulated device what its data file says that it is."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from netaudit.demo.device import EmulatedDevice
from netaudit.vocabulary import VERDICTS

Asset = Mapping[str, Any]  # an asset of the inventory's JSON


def mistakes(device: EmulatedDevice, asset: Asset | None, *, on_link: bool = True) -> Iterator[str]:
    """A sentence for each thing that an asset gets wrong of a device; also where there is no asset at all.

    on_link: the scan was made where multicast reaches the device.
    """
    if asset is None:
        if device.truth.family != "unknown" or device.udp or device.tcp:
            yield f"{device.name}: not found"
        return
    for name, expected in device.truth.said(on_link=on_link).items():
        found = asset["children"]["declared"] if name == "channels" else asset.get(name)
        if name == "verdict":
            if not _reaches(str(found), str(expected)):
                yield f"{device.name}: verdict {found}, should be {expected}"
        elif found != expected:
            yield f"{device.name}: {name} is {found!r}, should be {expected!r}"


def asset_at(assets: Iterable[Asset], address: str) -> Asset | None:
    """The asset that has this address, or None."""
    return next((asset for asset in assets if address in asset["addresses"]), None)


def _reaches(found: str, expected: str) -> bool:
    if expected == "unknown":
        return found == "unknown"
    return VERDICTS.index(found) <= VERDICTS.index(expected)
