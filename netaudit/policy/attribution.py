"""How far an inventory's attribution of a device to a maker carries.

Only what is confirmed or probable, with a certainty of nine in ten or more, from more than a label, and without a
conflict in its evidence, can put somebody in breach. Everything less asks for a person.
"""

from dataclasses import dataclass
from typing import Final

from netaudit.inventory import AssetDocument
from netaudit.policy.words import CAMERA_KINDS

SURE_ENOUGH: Final = 0.9  # calibrated: of ten devices at this certainty, nine are of the family
FIRM: Final = frozenset({"confirmed", "probable"})
CAMERA_SERVICES: Final = frozenset({"rtsp", "onvif", "sadp", "dhip", "isapi", "magicbox"})
LABEL_MARK: Final = "brand:"  # how evidence is named that rests on who builds for a brand, and on nothing of the device


@dataclass(frozen=True, slots=True)
class Attribution:
    """The maker of a device as far as it is established."""

    family: str
    doubts: tuple[str, ...]  # none: it is established

    @property
    def is_known(self) -> bool:
        """Whether there is any maker to speak of."""
        return self.family != "unknown"


def attribution(asset: AssetDocument) -> Attribution:
    """Who made this device, and every reason why that could be wrong."""
    doubts = []
    if asset.verdict not in FIRM:
        doubts.append(f"the attribution to {asset.family} is only {asset.verdict}")
    elif asset.certainty < SURE_ENOUGH:
        doubts.append(f"the certainty of {asset.family} is {asset.certainty:.0%}, under {SURE_ENOUGH:.0%}")
    if is_label_only(asset):
        doubts.append(f"nothing but the label speaks for {asset.family}")
    doubts += [f"conflicting evidence: {conflict}" for conflict in asset.conflicts[:3]]
    return Attribution(asset.family, tuple(doubts))


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
