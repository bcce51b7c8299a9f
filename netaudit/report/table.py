"""The table: what somebody should know at the end of a scan, on a terminal or in a mail.

Text of devices goes in as rich `Text`, never as markup, and after `visible`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final, TextIO

from msgspec.structs import replace
from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from netaudit import page
from netaudit.inventory import AssetDocument, Document, GapDocument, Surveyed
from netaudit.plain import counted, shorten, visible
from netaudit.report.networks import network_lines
from netaudit.report.words import (
    FOR_THE_EYE,
    GAP_WORDS,
    STATUS_WORDS,
    address_of,
    doubts,
    incomplete,
    looks_like_camera,
    maker_of,
    named,
    percent,
    registered,
    what_is,
)
from netaudit.vocabulary import VERDICTS

LISTED_PER_KIND = 10  # of gaps of one kind
LISTED_FOR_THE_EYE = 60
PLACE_CHARS = 60  # of an address, a channel, a site
OTHERS_LISTED = 40  # devices that nothing speaks of as cameras: beyond this they are counted only
STYLES: Final = {"confirmed": "bold", "probable": "", "possible": "yellow", "unknown": "dim"}


def write(document: Surveyed, stream: TextIO) -> None:
    """Write the document as a page of tables and sentences."""
    page.write(_parts(_bare(document)), stream)


def _bare(document: Surveyed) -> Document:
    """All that the page tells of: evidence, which is most of an inventory, is not in it."""
    assets = tuple(replace(asset, evidence=()) for asset in document.assets)
    return Document(run=document.run, coverage=document.coverage, assets=assets, problems=document.problems)


def _parts(document: Document) -> Iterator[RenderableType]:
    yield from _headline(document)
    if document.assets:
        yield from _section("Makers", [_makers(document)])
        yield from _section("Devices", _devices(document))
    yield from _section("Needs a human eye", _for_the_eye(document))
    yield from _section("What could not be seen", _unseen(document))
    yield from _section("Networks", [Text(line) for line in network_lines(document)])
    yield from _section("How to look further", _further(document))
    yield from _section("The run", _run(document))


def _section(title: str, parts: Iterable[RenderableType]) -> Iterator[RenderableType]:
    found = list(parts)
    if found:
        yield Text(f"\n{title}", style="bold")
        yield from (Padding(part, (0, 0, 0, 2)) for part in found)


def _headline(document: Document) -> Iterator[Text]:
    scope, answering = document.coverage.addresses_in_scope, document.coverage.addresses_answering
    share = f"; of {counted(scope, 'address', 'addresses')} in scope {answering:,} answered" if scope else ""
    found = counted(len(document.assets), "device") if document.assets else "No device"
    yield Text(f"{found} found{share}.", style="bold")
    cameras = [a for a in document.assets if looks_like_camera(a)]
    nameless = sum(a.family == "unknown" for a in cameras)
    if cameras:
        phrase = counted(
            len(cameras), "is, or looks like, a camera or recorder", "are, or look like, cameras or recorders"
        )
        yield Text(f"{phrase}{f'; the maker of {nameless:,} is not established' if nameless else ''}.")
    else:
        yield Text("No camera was recognised. That is no proof that there is none.")
    if incomplete(document):
        yield Text("The run is incomplete: see what could not be seen.", style="bold yellow")


def _makers(document: Document) -> Table:
    verdicts = [v for v in VERDICTS if v != "unknown"]
    table = _table("Maker", *verdicts, "together")
    known = sorted((a for a in document.assets if a.family != "unknown"), key=lambda a: a.family)
    for _, group in groupby(known, key=lambda a: a.family):
        assets = list(group)
        counts = Counter(a.verdict for a in assets)
        table.add_row(Text(maker_of(assets[0])), *(_number(counts[v]) for v in verdicts), _number(len(assets)))
    unknown = len(document.assets) - len(known)
    if unknown:
        table.add_row(Text("not established"), *(Text() for _ in verdicts), _number(unknown))
    return table


def _devices(document: Document) -> Iterator[RenderableType]:
    others = [a for a in document.assets if not _is_of_interest(a)]
    hidden = len(others) if len(others) > OTHERS_LISTED else 0
    names = named(document)
    table = _table("Address", "MAC", "What it is", "Model", "Firmware", "Verdict")
    for asset in document.assets:
        if not hidden or _is_of_interest(asset):
            table.add_row(*_cells(asset, names))
    if table.rows:
        yield table
    if hidden:
        yield Text(f"and {counted(hidden, 'device')} in which nothing speaks of a camera; -o csv lists them all")


def _is_of_interest(asset: AssetDocument) -> bool:
    return asset.family != "unknown" or looks_like_camera(asset) or bool(asset.conflicts)


def _cells(asset: AssetDocument, names: Mapping[str, str]) -> Iterator[Text]:
    recorder = names.get(asset.behind or "", "")
    behind = f", behind {recorder}" if recorder else ""
    hints = (*(shorten(name, 40) for name in asset.hostnames[:1]), registered(asset))
    name = f" ({', '.join(filter(None, hints))})" if any(hints) and asset.family == "unknown" else ""
    certainty = f" {percent(asset.certainty)}" if asset.verdict != "unknown" else ""
    yield Text(_first_of(asset.addresses))
    yield Text(_first_of(asset.macs))
    yield Text(what_is(asset) + behind + name)
    yield Text(shorten(asset.model or "", 60))
    yield Text(shorten(asset.firmware or "", 60))
    yield Text(asset.verdict + certainty, style=STYLES[asset.verdict])


def _first_of(values: tuple[str, ...]) -> str:
    more = f" +{len(values) - 1}" if len(values) > 1 else ""
    return shorten(values[0], PLACE_CHARS) + more if values else ""


def _for_the_eye(document: Document) -> Iterator[Text]:
    names = named(document)
    reasons = [(address_of(a), doubt) for a in document.assets for doubt in doubts(a)]
    for gap in document.coverage.gaps:
        if gap.kind in FOR_THE_EYE:
            where = names.get(gap.asset or "") or shorten(gap.address or "", PLACE_CHARS)
            reasons.append((where, f"{gap.kind.replace('_', ' ')}: {shorten(gap.detail, 300)}"))
    yield from (Text(f"{where}: {reason}") for where, reason in reasons[:LISTED_FOR_THE_EYE])
    yield from _more(len(reasons) - LISTED_FOR_THE_EYE)


def _unseen(document: Document) -> Iterator[Text]:
    gaps = [g for g in document.coverage.gaps if g.kind not in FOR_THE_EYE]
    for kind, group in groupby(gaps, key=lambda g: g.kind):
        details = list(dict.fromkeys(_located(g) for g in group))
        yield Text(f"{GAP_WORDS.get(kind, shorten(kind, 40))}:")
        yield from (Text(f"  {detail}") for detail in details[:LISTED_PER_KIND])
        yield from _more(len(details) - LISTED_PER_KIND, "  ")
    for channel in document.coverage.channels:
        if channel.status != "done":
            reason = f": {shorten(channel.reason, 300)}" if channel.reason else ""
            yield Text(f"Channel {visible(channel.name)} {visible(channel.status)}{reason}")
    yield from _failures(document)


def _located(gap: GapDocument) -> str:
    where = f"{shorten(gap.address, PLACE_CHARS)}: " if gap.address else ""
    return shorten(f"{where}{gap.detail}", 300)


def _failures(document: Document) -> Iterator[Text]:
    counts = Counter((p.status, p.channel or p.stage) for p in document.problems)
    for (status, channel), number in sorted(counts.items(), key=lambda c: (-c[1], c[0])):
        yield Text(f"{shorten(channel, PLACE_CHARS)}, {counted(number, 'time')}: {STATUS_WORDS[status]}")


def _more(number: int, indent: str = "") -> Iterator[Text]:
    if number > 0:
        yield Text(f"{indent}and {number:,} more")


def _further(document: Document) -> Iterator[RenderableType]:
    grid = Table.grid(padding=(0, 4, 0, 0))
    if document.assets:
        example = next((a for a in document.assets if any(doubts(a))), document.assets[0])
        grid.add_row(Text(f"netaudit explain INVENTORY {address_of(example)}"), "why it is called what it is called")
        grid.add_row("netaudit report INVENTORY -o csv=FILE", "all devices, for a spreadsheet")
    if document.run.feed == "live":
        grid.add_row("netaudit doctor", "what this machine can see from here, and how to see more")
    if grid.rows:
        yield grid


def _run(document: Document) -> Iterator[Text]:
    run = document.run
    facts = {
        "site": run.site,
        "targets": ", ".join(run.scope.targets),
        "excluded": ", ".join(run.scope.excluded),
        "profile": run.scope.profile,
        "time": f"{run.started_at} to {run.finished_at}",
        "with": f"netaudit {run.tool.version}, {counted(run.fingerprints.count, 'fingerprint')}{_age(document)}",
    }
    yield from (Text(f"{name:<9} {shorten(value, 300)}") for name, value in facts.items() if value)


def _age(document: Document) -> str:
    newest = document.run.fingerprints.newest
    return f", the newest source of {newest}" if newest else ""


def _table(*titles: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold", justify="right" if title in {*VERDICTS, "together"} else "left")
    return table


def _number(number: int) -> Text:
    return Text(f"{number:,}" if number else "")
