"""How far an inventory's attribution of a device to a maker carries.

Only what is confirmed or probable, with a certainty of nine in ten or more, from more than a label, and without a
conflict in its evidence, can put somebody in breach. Everything less asks for a person.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from netaudit.inventory import AssetDocument
from netaudit.policy.words import CAMERA_KINDS

SURE_ENOUGH: Final = 0.9  # calibrated: of ten devices at this certainty, nine are of the family
FIRM: Final = frozenset({"confirmed", "probable"})
CAMERA_SERVICES: Final = frozenset({"rtsp", "onvif", "sadp", "dhip", "isapi", "magicbox"})
LABEL_MARK: Final = "brand:"  # how evidence is named that rests on who builds for a brand, and on nothing of the device


class Traits(NamedTuple):
    """All of a device that a rule can see. Devices of the same traits come to the same, and are judged once."""

    family: str
    doubts: tuple[str, ...]  # why the family could be wrong; none: it is established
    rivals: frozenset[str]  # families that evidence of some weight speaks for, beside the one that won
    kind: str
    manufacturer: str
    brand: str
    model: str
    is_like_camera: bool

    @property
    def is_known(self) -> bool:
        """Whether there is any maker to speak of."""
        return self.family != "unknown"


def traits(asset: AssetDocument) -> Traits:
    """What rules look at in this device; empty where the inventory says nothing."""
    return Traits(
        asset.family,
        doubts(asset),
        rivals(asset),
        asset.kind,
        asset.manufacturer or "",
        asset.brand or "",
        asset.model or "",
        looks_like_camera(asset),
    )


def doubts(asset: AssetDocument) -> tuple[str, ...]:
    """Every reason why the device could be of another maker than its family."""
    return tuple(_doubts(asset))


def _doubts(asset: AssetDocument) -> Iterator[str]:
    if asset.verdict not in FIRM:
        yield f"the attribution to {asset.family} is only {asset.verdict}"
    elif asset.certainty < SURE_ENOUGH:
        yield f"the certainty of {asset.family} is {asset.certainty:.0%}, under {SURE_ENOUGH:.0%}"
    if is_label_only(asset):
        yield f"nothing but the label speaks for {asset.family}"
    for conflict in asset.conflicts[:3]:
        yield f"conflicting evidence: {conflict}"


def is_label_only(asset: AssetDocument) -> bool:
    """Whether all that speaks for the family is whose brand the device names."""
    speaking = [e.fingerprint for e in asset.evidence if e.supports.get("family") == asset.family]
    return bool(speaking) and all(name.startswith(LABEL_MARK) for name in speaking)


def rivals(asset: AssetDocument) -> frozenset[str]:
    """Families that evidence of some weight speaks for, beside the one that won."""
    spoken = {e.supports["family"] for e in asset.evidence if "family" in e.supports and e.strength != "weak"}
    return frozenset(spoken - {asset.family})


def looks_like_camera(asset: AssetDocument) -> bool:
    """Whether the device is a camera or its like, or speaks as one."""
    if asset.kind != "unknown":
        return asset.kind in CAMERA_KINDS
    return asset.family != "unknown" or any(port.service in CAMERA_SERVICES for port in asset.ports)
