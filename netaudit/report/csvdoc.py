"""The assets as CSV (RFC 4180), one a row, in the order of an asset register; UTF-8 with a mark so that Excel knows.

What a device says must become neither a formula nor two cells: `plain.cell` sees to that.
"""

import csv
from collections.abc import Mapping
from io import StringIO
from typing import BinaryIO

from netaudit.inventory import AssetDocument, Document, EvidenceDocument
from netaudit.plain import cell
from netaudit.report.words import named

COLUMNS = (
    "address", "mac", "hostname", "family", "verdict", "certainty", "kind", "manufacturer", "brand", "model", "line",
    "generation", "firmware", "firmware_date", "serial", "produced", "ports", "behind", "children", "first_evidence",
    "conflicts",
)  # fmt: skip


def write(document: Document, stream: BinaryIO) -> None:
    """Write the assets of the document as CSV."""
    text = StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    names = named(document)
    rows.writerows([cell(value) for value in _row(asset, names)] for asset in document.assets)
    stream.write(text.getvalue().encode("utf-8-sig"))


def _row(asset: AssetDocument, names: Mapping[str, str]) -> tuple[str, ...]:
    return (
        *(_listed(v) for v in (asset.addresses, asset.macs, asset.hostnames)),
        asset.family,
        asset.verdict,
        f"{asset.certainty:g}",
        asset.kind,
        *(v or "" for v in (asset.manufacturer, asset.brand, asset.model, asset.line, asset.generation)),
        *(v or "" for v in (asset.firmware, asset.firmware_date, asset.serial, asset.produced)),
        _listed(tuple(f"{p.transport}/{p.port} {p.service}" for p in asset.ports)),
        names.get(asset.behind or "", ""),
        str(asset.children.declared) if asset.kind == "recorder" else "",
        _told(asset.evidence[0]) if asset.evidence else "",
        _listed(asset.conflicts),
    )


def _listed(values: tuple[str, ...]) -> str:
    return "; ".join(values)


def _told(evidence: EvidenceDocument) -> str:
    return f"{evidence.strength}: {evidence.field} = {evidence.value}"
