"""Findings as a page of tables, on a terminal or in a mail.

What stands against the organisation comes first, then what is open; what does not apply is counted only. Text goes in
as rich `Text`, never as markup, and after `visible`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, TextIO

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from netaudit import page
from netaudit.plain import counted, shorten, visible
from netaudit.policy.findings import Finding, Findings
from netaudit.policy.words import AGAINST, OUTCOMES

LISTED: Final = 200  # findings of one section; -o csv has them all
REASON: Final = 300  # characters
PLACE: Final = 60
REASONS: Final = 20  # why rules do not apply: the most frequent
SHOWN: Final = 5  # devices of which one fact is missing
STYLES: Final = {"in-breach": "bold red", "overdue": "bold red", "due": "bold yellow", "needs-review": "yellow"}


def write(findings: Findings, stream: TextIO) -> None:
    """Write the findings as a page of tables and sentences."""
    page.write(_parts(findings), stream)


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
    """Findings rule by rule: what the rule says stands once, above its devices."""
    if not found:
        return
    yield Text(f"\n{title}", style="bold")
    rules: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(found, key=_order)[:LISTED]:
        rules[f"{finding.policy}/{finding.rule}"].append(finding)
    for name, members in rules.items():
        yield Padding(Text(f"{visible(name)}: {shorten(members[0].text or '', REASON)}", style="italic"), (1, 0, 0, 2))
        yield Padding(_table(("Address", "Device", "Outcome", "Why"), map(_cells, members)), (0, 0, 0, 4))
    yield from _more(len(found))


def _table(titles: Iterable[str], rows: Iterable[Iterable[Text]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _order(finding: Finding) -> tuple[int, int]:
    days = finding.days_left
    return (OUTCOMES.index(finding.outcome), days if days is not None else -(10**6))


def _cells(finding: Finding) -> Iterator[Text]:
    yield Text(_place(finding))
    yield Text(shorten(finding.device or "", 60))
    yield Text(finding.outcome, style=STYLES.get(finding.outcome, ""))
    yield Text(shorten("; ".join(finding.because), REASON))


def _place(finding: Finding) -> str:
    return shorten(finding.address or finding.asset or "", PLACE)


def _open(found: list[Finding]) -> Iterator[RenderableType]:
    """What could not be judged, by what is missing: one fact is often missing for many devices and rules."""
    if not found:
        return
    yield Text("\nNot evaluated: a fact is missing", style="bold")
    rows = [(missing, policy, where) for (policy, missing), where in _missing(found).items()]
    table = _table(("Missing", "Policy", "Where"), ([Text(cell) for cell in row] for row in rows[:LISTED]))
    yield Padding(table, (0, 0, 0, 2))
    yield from _more(len(rows))


def _missing(found: Iterable[Finding]) -> dict[tuple[str, str], str]:
    """(policy, the facts that its rules lack) -> the devices of which they lack them."""
    devices: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    others: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for finding in found:
        place = _place(finding)
        if finding.kind == "rule":
            devices[(finding.policy or "", place)].update(dict.fromkeys(finding.missing))
        else:
            others[(finding.kind, shorten("; ".join(finding.because), REASON))].append(place)
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for (policy, place), facts in devices.items():
        groups[(visible(policy), shorten(", ".join(facts), REASON))].append(place)
    return {key: _some(places) for key, places in (groups | others).items()}


def _some(places: list[str]) -> str:
    more = f" and {len(places) - SHOWN:,} more" if len(places) > SHOWN else ""
    return f"{', '.join(places[:SHOWN])}{more}"


def _more(number: int) -> Iterator[Text]:
    if number > LISTED:
        yield Text(f"  and {number - LISTED:,} more; -o csv lists them all")


def _not_applicable(found: Iterable[Finding]) -> Iterator[Text]:
    counts = Counter((f.policy or "", f.because[0] if f.because else "") for f in found)
    if counts:
        yield Text("\nNot applicable", style="bold")
    for (policy, because), number in counts.most_common(REASONS):
        yield Text(f"  {visible(policy)}, {counted(number, 'time')}: {shorten(because, REASON)}")
    if len(counts) > REASONS:
        yield Text(f"  and {counted(len(counts) - REASONS, 'reason')} more; -o csv lists them all")
