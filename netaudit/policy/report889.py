"""The report of FAR 52.204-25(d)(2) on discovered equipment, as a template: one and ten business days after discovery.

What the inventory knows is filled in; what only the contractor knows stands as a blank. Plain text, for a lawyer's desk.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from textwrap import wrap
from typing import Final, TextIO

from msgspec import UnsetType

from netaudit.inventory import AssetDocument, Surveyed
from netaudit.plain import counted, shorten, visible, writable
from netaudit.policy.findings import NOTICE, Findings
from netaudit.policy.words import AGAINST

SECTION: Final = "US-889-"
BLANK: Final = "______________________"
ONE_DAY: Final = ("contract number", "order numbers", "supplier name", "supplier unique entity identifier (UEI)",
                  "supplier CAGE code", "mitigation undertaken or recommended")  # fmt: skip
TEN_DAYS: Final = (
    "further mitigation undertaken or recommended",
    "efforts undertaken to prevent use or submission of covered equipment",
    "additional efforts to prevent future use or submission",
)
FRIDAY: Final = 4
WIDTH: Final = 100
SAID_CHARS: Final = 200  # of what a device says


def write(document: Surveyed, findings: Findings, discovered: date, stream: TextIO) -> None:
    """Write the template for the devices that section 889 counts against the organisation, or that need a person."""
    stream.writelines(writable(f"{visible(line)}\n", stream) for line in _lines(document, findings, discovered))


def business_day(start: date, days: int) -> date:
    """The day that is so many business days after another; holidays are not known here."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() <= FRIDAY
    return day


def _lines(document: Surveyed, findings: Findings, discovered: date) -> Iterator[str]:
    yield "SECTION 889: REPORT OF COVERED EQUIPMENT (template; FAR 52.204-25(d), or 52.240-91 in newer contracts)"
    yield ""
    yield from wrap(NOTICE, WIDTH)
    yield ""
    yield f"discovered on                {discovered}"
    yield f"first report by              {business_day(discovered, 1)} (1 business day; holidays not counted)"
    yield f"second report by             {business_day(discovered, 10)} (10 business days; holidays not counted)"
    yield f"inventory                    {findings.inventory}, as of {findings.as_of}, {findings.tool}"
    yield ""
    yield "FIRST REPORT"
    yield from (f"  {name}: {BLANK}" for name in ONE_DAY)
    yield from _equipment(document, findings)
    yield ""
    yield "SECOND REPORT"
    yield from (f"  {name}: {BLANK}" for name in TEN_DAYS)


def _equipment(document: Surveyed, findings: Findings) -> Iterator[str]:
    found = [f for f in findings.findings if (f.policy or "").startswith(SECTION)]
    against = {f.asset for f in found if f.outcome in AGAINST}
    review = {f.asset for f in found if f.outcome == "needs-review"} - against
    missing = {f.asset for f in found if f.outcome == "not-evaluated"} - against - review
    facts = sorted({fact for f in found if f.asset in missing for fact in f.missing})
    yield ""
    if not found:
        yield "  NO DEVICE WAS HELD AGAINST A POLICY OF SECTION 889: name US-889-A or US-889-B with --policy"
    yield from _group(document, against, "equipment found")
    yield from _group(document, review, "equipment that a person has to look at first")
    yield from _group(document, missing, "equipment that could not be evaluated")
    if missing:
        yield ""
        yield from wrap(f"facts that are missing for it: {', '.join(facts)}", WIDTH, initial_indent="  ")
    gaps = sum(f.kind == "coverage" for f in findings.findings)
    yield ""
    yield f"  what the inventory could not see: {counted(gaps, 'gap')}; see its coverage"


def _group(document: Surveyed, ids: Collection[str | None], title: str) -> Iterator[str]:
    yield ""
    yield from wrap(f"{title}: {len(ids)}", WIDTH, initial_indent="  ", subsequent_indent="  ")
    if ids:  # each time that they are gone through, the devices may be read anew
        yield from _listed(asset for asset in document.assets if asset.id in ids)


def _listed(assets: Iterable[AssetDocument]) -> Iterator[str]:
    for number, asset in enumerate(assets, 1):
        yield ""
        yield f"  {number}. brand                  {_said(asset.brand or asset.manufacturer)}"
        yield f"     made by                {_maker(asset)}"
        yield f"     model number           {_said(asset.model)}"
        yield f"     manufacturer's part no. {BLANK}"
        yield f"     wholesaler's part no.  {BLANK}"
        yield f"     description            {asset.kind.replace('_', ' ')}, firmware {_said(asset.firmware, 'not known')}"
        yield f"     serial, address        {_said(asset.serial)}, {_said(', '.join((*asset.addresses, *asset.macs)))}"


def _maker(asset: AssetDocument) -> str:
    return (
        "not established"
        if asset.family == "unknown"
        else f"{_said(asset.manufacturer, asset.family)} ({asset.verdict})"
    )


def _said(text: str | UnsetType | None, otherwise: str = BLANK) -> str:
    return shorten(text, SAID_CHARS) if text else otherwise
