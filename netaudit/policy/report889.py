"""The report of FAR 52.204-25(d)(2) on discovered equipment, as a template: one and ten business days after discovery.

What the inventory knows is filled in; what only the contractor knows stands as a blank. Plain text, for a lawyer's desk.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from textwrap import wrap
from typing import Final, TextIO

from netaudit.inventory import AssetDocument, Document
from netaudit.plain import visible, writable
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


def write(document: Document, findings: Findings, discovered: date, stream: TextIO) -> None:
    """Write the template for the devices that section 889 counts against the organisation, or that need a person."""
    stream.writelines(writable(f"{visible(line)}\n", stream) for line in _lines(document, findings, discovered))


def business_day(start: date, days: int) -> date:
    """The day that is so many business days after another; holidays are not known here."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() <= FRIDAY
    return day


def _lines(document: Document, findings: Findings, discovered: date) -> Iterator[str]:
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


def _equipment(document: Document, findings: Findings) -> Iterator[str]:
    found = [f for f in findings.findings if (f.policy or "").startswith(SECTION)]
    against = {f.asset for f in found if f.outcome in AGAINST}
    open_ = {f.asset for f in found if f.outcome == "needs-review"} - against
    yield ""
    yield f"  equipment found: {len(against)}"
    yield from _listed(asset for asset in document.assets if asset.id in against)
    if open_:
        yield ""
        yield f"  equipment that a person has to look at first: {len(open_)}"
        yield from _listed(asset for asset in document.assets if asset.id in open_)


def _listed(assets: Iterable[AssetDocument]) -> Iterator[str]:
    for number, asset in enumerate(assets, 1):
        yield ""
        yield f"  {number}. brand                  {asset.brand or asset.manufacturer or BLANK}"
        yield f"     made by                {asset.manufacturer or asset.family} ({asset.verdict})"
        yield f"     model number           {asset.model or BLANK}"
        yield f"     manufacturer's part no. {BLANK}"
        yield f"     wholesaler's part no.  {BLANK}"
        yield f"     description            {asset.kind.replace('_', ' ')}, firmware {asset.firmware or 'not known'}"
        yield f"     serial, address        {asset.serial or BLANK}, {', '.join((*asset.addresses, *asset.macs))}"
