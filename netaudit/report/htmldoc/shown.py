"""One asset as the page shows it: every text harmless, short enough and in the page's language, its places found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Final

from msgspec import UnsetType
from msgspec.structs import replace

from netaudit.inventory import AssetDocument, Surveyed
from netaudit.plain import shorten, visible
from netaudit.report import Past
from netaudit.report.advice import Around, around
from netaudit.report.htmldoc.findings import FindingRead, FindingsRead
from netaudit.report.htmldoc.labels import NEEDS, OUTCOMES
from netaudit.report.htmldoc.languages import Language
from netaudit.report.words import looks_like_camera, maker_of, what_is

NAME_CHARS: Final = 200
LIST_CHARS: Final = 600
LISTED: Final = 40  # addresses, ports, names of one device
TARGETS: Final = frozenset({"hikvision", "dahua"})  # the families that netaudit exists to find
SUBNET_BITS: Final = {4: 24, 6: 64}  # what is taken for one network where nobody has told
ADDRESS_GAPS: Final = frozenset({"wrong_subnet", "address_conflict"})


@dataclass(frozen=True, slots=True)
class Shown:
    """An asset with the texts of its row."""

    asset: AssetDocument  # without its evidence, which is most of it
    address: str
    what: str
    maker: str
    brand: str
    site: str
    subnet: str
    services: str
    needs: frozenset[str]
    findings: tuple[FindingRead, ...]

    @property
    def standing(self) -> str:
        """The worst that any policy comes to for it; empty where none says anything."""
        return self.findings[0].outcome if self.findings else ""

    @property
    def deadline(self) -> str:
        """The first deadline among the findings that are as bad as its standing."""
        return min((f.deadline for f in self.findings if f.deadline and f.outcome == self.standing), default="")

    def text(self, value: str | UnsetType | None) -> str:
        """A value of the asset, harmless and short."""
        return shorten(value, NAME_CHARS) if value else ""


@dataclass(frozen=True)
class Scene:
    """A document with what the page needs around it."""

    document: Surveyed
    language: Language
    findings: FindingsRead | None
    titles: Mapping[str, str]
    past: Mapping[str, Past] = field(default_factory=dict)

    @cached_property
    def place(self) -> Around:
        """What stands around each asset."""
        return around(self.document)

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """The assets as they are shown, in the document's order."""
        found = self.findings.by_asset() if self.findings else {}
        sites, usual = self.findings.sites() if self.findings else {}, self.document.run.site or ""
        return tuple(
            _shown(self, asset, tuple(found.get(asset.id, ())), sites.get(asset.id, usual))
            for asset in self.document.assets
        )

    def rows(self) -> Iterator[tuple[Shown, AssetDocument]]:
        """What is shown of each asset, beside the asset with its evidence."""
        return zip(self.shown, self.document.assets, strict=True)


def _shown(scene: Scene, asset: AssetDocument, findings: tuple[FindingRead, ...], site: str) -> Shown:
    return Shown(
        asset=replace(asset, evidence=()),
        address=listed(asset.addresses),
        what=what_is(asset, scene.language.say),
        maker=maker_of(asset) if asset.family != "unknown" else "",
        brand=shorten(asset.brand or "", NAME_CHARS),
        site=shorten(site, NAME_CHARS),
        subnet=subnet_of(asset),
        services=listed(tuple(f"{p.service or p.transport} {p.port}" for p in asset.ports)),
        needs=frozenset(_needs(scene, asset)),
        findings=findings,
    )


def listed(values: tuple[str, ...]) -> str:
    """The values as one harmless text; those beyond LISTED are counted."""
    more = f" +{len(values) - LISTED}" if len(values) > LISTED else ""
    return shorten(", ".join(visible(v[:LIST_CHARS]) for v in values[:LISTED]), LIST_CHARS) + more


def subnet_of(asset: AssetDocument) -> str:
    """The network that an asset's first address is taken to belong to; empty where it has none."""
    for address in asset.addresses:
        try:
            parsed = ip_address(address)
        except ValueError:
            continue
        return str(ip_network(f"{address.partition('%')[0]}/{SUBNET_BITS[parsed.version]}", strict=False))
    return ""


def _needs(scene: Scene, asset: AssetDocument) -> Iterator[str]:
    kinds = {gap.kind for gap in scene.place.gaps_of(asset)}
    label = (asset.brand or "").casefold()
    holds = {
        "target": asset.family in TARGETS,
        "relabel": asset.family != "unknown" and label not in {"", maker_of(asset).casefold()},
        "nameless": asset.family == "unknown" and looks_like_camera(asset),
        "possible": asset.verdict == "possible",
        "conflict": bool(asset.conflicts),
        "locked": "locked" in kinds,
        "children": "recorder_children" in kinds,
        "address": bool(kinds & ADDRESS_GAPS),
    }
    yield from (need for need in NEEDS if holds[need])


def worst(outcome: str) -> int:
    """The place of an outcome in OUTCOMES; -1 for none."""
    return OUTCOMES.index(outcome) if outcome in OUTCOMES else -1
