"""Findings as a page of tables, on a terminal or in a mail.

What stands against the organisation comes first, then what is open; what does not apply is counted only. Text goes in
as rich `Text`, never as markup, and after `visible`.
"""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, TextIO

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from netaudit.plain import counted, shorten, visible, writable
from netaudit.policy.findings import Finding, Findings
from netaudit.policy.words import AGAINST, OUTCOMES

WIDTH: Final = 120  # where there is no terminal to ask
LISTED: Final = 200  # findings of one section; -o csv has them all
REASON: Final = 300  # characters
STYLES: Final = {"in-breach": "bold red", "overdue": "bold red", "due": "bold yellow", "needs-review": "yellow"}
_FILLING = re.compile(" +$", re.MULTILINE)  # rich fills up each line to the full width


def write(findings: Findings, stream: TextIO) -> None:
    """Write the findings as a page of tables and sentences."""
    console = _console(stream)
    with console.capture() as page:
        for part in _parts(findings):
            console.print(part)
    stream.write(writable(_FILLING.sub("", page.get()), stream))


def _console(stream: TextIO) -> Console:
    terminal = stream.isatty()
    plain = not terminal or bool(os.environ.get("NO_COLOR"))
    return Console(
        file=stream,
        width=None if terminal else WIDTH,
        color_system=None if plain else "auto",
        highlight=False,
        markup=False,
        emoji=False,
    )


def _parts(findings: Findings) -> Iterator[RenderableType]:
    found = findings.findings
    yield from _headline(findings)
    yield from _section("Against the organisation", [f for f in found if f.outcome in AGAINST])
    yield from _section("Needs a person", [f for f in found if f.outcome == "needs-review"])
    yield from _section("Allowed, with conditions", [f for f in found if f.outcome == "allowed-with-conditions"])
    yield from _open([f for f in found if f.outcome == "not-evaluated"])
    yield from _not_applicable([f for f in found if f.outcome == "not-applicable"])
    yield Text(f"\n{visible(findings.notice)}", style="dim")


def _headline(findings: Findings) -> Iterator[Text]:
    counts = Counter(f.outcome for f in findings.findings)
    parts = ", ".join(f"{counts[outcome]:,} {outcome}" for outcome in OUTCOMES if counts[outcome])
    names = ", ".join(policy.id for policy in findings.policies)
    yield Text(f"As of {findings.as_of}, under {names}: {parts or 'nothing to judge'}.", style="bold")
    for words in sorted({words for f in findings.findings for words in f.assumed}):
        yield Text(f"{words[:1].upper()}{words[1:]}.", style="yellow")


def _section(title: str, found: list[Finding]) -> Iterator[RenderableType]:
    if not found:
        return
    yield Text(f"\n{title}", style="bold")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("Address", "Policy", "Outcome", "Why"):
        table.add_column(name, overflow="fold")
    for finding in sorted(found, key=_order)[:LISTED]:
        table.add_row(*_cells(finding))
    yield Padding(table, (0, 0, 0, 2))
    yield from _more(len(found))


def _order(finding: Finding) -> tuple[int, int]:
    days = finding.days_left
    return (OUTCOMES.index(finding.outcome), days if days is not None else -(10**6))


def _cells(finding: Finding) -> Iterator[Text]:
    yield Text(visible(finding.address or finding.asset or ""))
    yield Text(visible(f"{finding.policy or finding.kind}{f'/{finding.rule}' if finding.rule else ''}"))
    yield Text(finding.outcome, style=STYLES.get(finding.outcome, ""))
    yield Text(shorten("; ".join(finding.because), REASON))


def _open(found: list[Finding]) -> Iterator[RenderableType]:
    """What could not be judged, by what is missing: one fact is often missing for many devices."""
    if not found:
        return
    groups: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in found:
        groups[(finding.policy or finding.kind, ", ".join(finding.missing))].append(finding)
    yield Text("\nNot evaluated: a fact is missing", style="bold")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("Missing", "Policy", "Where"):
        table.add_column(name, overflow="fold")
    for (policy, missing), members in list(groups.items())[:LISTED]:
        table.add_row(Text(shorten(missing, REASON)), Text(visible(policy)), Text(_where(members)))
    yield Padding(table, (0, 0, 0, 2))
    yield from _more(len(groups))


def _where(members: list[Finding]) -> str:
    if members[0].kind != "rule":
        return shorten("; ".join(dict.fromkeys(because for f in members for because in f.because)), REASON)
    names = list(dict.fromkeys(visible(f.address or f.asset or "") for f in members))
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return f"{', '.join(names[:5])}{more}"


def _more(number: int) -> Iterator[Text]:
    if number > LISTED:
        yield Text(f"  and {number - LISTED:,} more; -o csv lists them all")


def _not_applicable(found: Iterable[Finding]) -> Iterator[Text]:
    counts = Counter((f.policy or "", f.because[0] if f.because else "") for f in found)
    if counts:
        yield Text("\nNot applicable", style="bold")
    for (policy, because), number in counts.most_common(LISTED):
        yield Text(f"  {visible(policy)}, {counted(number, 'time')}: {shorten(because, REASON)}")
