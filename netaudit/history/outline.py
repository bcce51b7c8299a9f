"""What history looks at of a device: all but what its evidence says. Many thousands of them are held at once. Pure."""

from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from netaudit.inventory import AssetDocument, EvidenceDocument, stamp

ALIKE: Final = 65_536  # values that are kept once, however many devices have them
NEVER: Final = stamp(0)
SHARED: Final = ("family", "manufacturer", "brand", "model", "line", "generation", "firmware", "ports", "children")

Told = tuple[tuple[str, tuple[str, ...]], ...]  # (channel, attributes)


def outline(asset: AssetDocument) -> AssetDocument:
    """The asset, with evidence that only says by which channels each of its attributes was told."""
    told: dict[str, set[str]] = {}
    for one in asset.evidence:
        told.setdefault(one.channel, set()).update(one.supports)
    shared = {name: _once(getattr(asset, name)) for name in SHARED}
    evidence = _evidence(tuple((channel, tuple(sorted(told[channel]))) for channel in sorted(told)))
    return replace(asset, **shared, evidence=evidence)


@lru_cache(maxsize=ALIKE)
def _once(value: object) -> object:
    return value


@lru_cache(maxsize=ALIKE)
def _evidence(told: Told) -> tuple[EvidenceDocument, ...]:
    return tuple(
        EvidenceDocument(
            channel=channel, field="", value="", fingerprint="", supports=dict.fromkeys(attributes, ""),
            strength="weak", reply=None, seen_at=NEVER,
        )
        for channel, attributes in told
    )  # fmt: skip
