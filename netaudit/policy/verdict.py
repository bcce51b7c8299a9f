"""What all findings together come to: whether something stands against the organisation, and whether all was judged."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from netaudit.policy.findings import Finding
from netaudit.policy.words import AGAINST, SEVERITIES, Severity

Verdict: TypeAlias = Literal["findings", "open", "clear"]


def verdict(findings: Iterable[Finding], fail_on: Severity) -> Verdict:
    """Findings of this severity or graver; else what is open, of any; else clear."""
    found = list(findings)
    if any(f.outcome in AGAINST and counts(f, fail_on) for f in found):
        return "findings"
    return "open" if any(is_open(f, fail_on) for f in found) else "clear"


def counts(finding: Finding, fail_on: Severity) -> bool:
    """Whether a finding is as grave as this severity."""
    return finding.severity is None or SEVERITIES.index(finding.severity) <= SEVERITIES.index(fail_on)


def is_open(finding: Finding, fail_on: Severity) -> bool:
    """Whether something is still to be found out: a fact, a condition's proof, or a person's judgement."""
    if finding.outcome == "not-evaluated" or (finding.outcome == "allowed-with-conditions" and finding.missing):
        return True
    return finding.outcome == "needs-review" and counts(finding, fail_on)
