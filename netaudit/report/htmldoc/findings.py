"""The findings of `netaudit comply -o json`, as far as the page shows them (schema "netaudit.findings/1").

The policy room writes them, and a report knows its neighbours by their documents only: keys that are not shown are not
read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

import msgspec

from netaudit.report.htmldoc.labels import AGAINST, OUTCOMES

SCHEMA: Final = "netaudit.findings/1"


class SourceRead(msgspec.Struct, frozen=True):
    """Where a policy is written."""

    title: str
    url: str = ""
    date: str | None = None


class PolicyRead(msgspec.Struct, frozen=True):
    """A policy as it was applied."""

    id: str
    title: str
    checked_on: str
    sha256: str = ""
    citation: str = ""
    effective: str | None = None
    sources: tuple[SourceRead, ...] = ()


class FindingRead(msgspec.Struct, frozen=True):
    """What one rule comes to for one device."""

    kind: str
    outcome: str
    because: tuple[str, ...] = ()
    policy: str | None = None
    rule: str | None = None
    text: str | None = None
    asset: str | None = None
    address: str | None = None
    site: str | None = None
    severity: str | None = None
    missing: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    deadline: str | None = None
    days_left: int | None = None
    waiver: str | None = None


class FindingsRead(msgspec.Struct, frozen=True):
    """All findings of one evaluation."""

    as_of: str
    inventory: str
    notice: str = ""
    organisation: str | None = None
    policies: tuple[PolicyRead, ...] = ()
    findings: tuple[FindingRead, ...] = ()
    schema: str = ""

    def by_asset(self) -> dict[str, list[FindingRead]]:
        """The findings of each asset that say something of it, worst first."""
        found: defaultdict[str, list[FindingRead]] = defaultdict(list)
        for finding in sorted(self.findings, key=order):
            if finding.asset and finding.outcome != OUTCOMES[-1]:
                found[finding.asset].append(finding)
        return dict(found)

    def sites(self) -> dict[str, str]:
        """The site of each asset of which one is known."""
        return {f.asset: f.site for f in self.findings if f.asset and f.site}


class RuleRead(msgspec.Struct, frozen=True):
    """One rule of a policy with what it came to."""

    id: str
    text: str
    severity: str
    deadline: str
    counts: dict[str, int]  # devices by outcome
    places: tuple[FindingRead, ...]  # against the organisation, soonest first


def read_findings(data: bytes) -> FindingsRead:
    """The findings in these bytes. ValueError on anything else."""
    try:
        found = msgspec.json.decode(data, type=FindingsRead)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no findings of `netaudit comply -o json`: {error}") from None
    if found.schema != SCHEMA:
        raise ValueError(f"no findings of schema {SCHEMA}: schema is {found.schema[:80]!r}")
    strange = sorted({f.outcome for f in found.findings} - set(OUTCOMES))
    if strange:
        raise ValueError(f"no findings that this version knows: outcome {strange[0][:80]!r}")
    return found


def order(finding: FindingRead) -> tuple[int, int]:
    """Sorts findings: the worst outcome first, then the soonest."""
    days = finding.days_left
    return (OUTCOMES.index(finding.outcome), days if days is not None else 10**6)


def rules_of(findings: Iterable[FindingRead], policy: str) -> list[RuleRead]:
    """The rules of a policy with what they came to, worst first."""
    rules: defaultdict[str, list[FindingRead]] = defaultdict(list)
    for finding in findings:
        if finding.policy == policy and finding.rule:
            rules[finding.rule].append(finding)
    read = [_rule(name, sorted(members, key=order)) for name, members in rules.items()]
    return sorted(read, key=lambda rule: (*(-rule.counts.get(o, 0) for o in OUTCOMES), rule.id))


def _rule(name: str, members: list[FindingRead]) -> RuleRead:
    first = members[0]
    return RuleRead(
        id=name,
        text=first.text or "",
        severity=first.severity or "",
        deadline=next((f.deadline for f in members if f.deadline), ""),
        counts=dict(Counter(f.outcome for f in members)),
        places=tuple(f for f in members if f.outcome in AGAINST),
    )
