"""The assets as rows, in the order of an asset register: what CSV and workbooks have in common."""

from collections.abc import Iterator

from netaudit.inventory import AssetDocument, Surveyed
from netaudit.report.words import named

COLUMNS = (
    "address", "mac", "hostname", "family", "verdict", "certainty", "kind", "manufacturer", "brand", "model", "line",
    "generation", "firmware", "firmware_date", "serial", "produced", "ports", "behind", "children", "first_evidence",
    "conflicts", "site", "seen", "id",
)  # fmt: skip


def rows(document: Surveyed) -> Iterator[tuple[str, ...]]:
    """The cells of each asset, in the order of COLUMNS; untrusted text as the device sent it."""
    names, seen = named(document), document.run.finished_at.partition("T")[0]
    for asset in document.assets:
        yield (*_row(asset, names.get(asset.behind or "", "")), document.run.site or "", seen, asset.id)


def _row(asset: AssetDocument, behind: str) -> tuple[str, ...]:
    return (
        *(_listed(v) for v in (asset.addresses, asset.macs, asset.hostnames)),
        asset.family,
        asset.verdict,
        f"{asset.certainty:g}",
        asset.kind,
        *(v or "" for v in (asset.manufacturer, asset.brand, asset.model, asset.line, asset.generation)),
        *(v or "" for v in (asset.firmware, asset.firmware_date, asset.serial, asset.produced)),
        _listed(tuple(f"{p.transport}/{p.port} {p.service}" for p in asset.ports)),
        behind,
        str(asset.children.declared) if asset.kind == "recorder" else "",
        _told(asset),
        _listed(asset.conflicts),
    )


def _listed(values: tuple[str, ...]) -> str:
    return "; ".join(values)


def _told(asset: AssetDocument) -> str:
    """The strongest evidence; of pieces as strong, the one that speaks for the verdict and says most."""
    if not asset.evidence:
        return ""
    strongest = [e for e in asset.evidence if e.strength == asset.evidence[0].strength]
    best = max(strongest, key=lambda e: (e.supports.get("family") == asset.family, len(e.supports)))
    return f"{best.strength}: {best.field} = {best.value}"
