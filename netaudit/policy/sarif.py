"""Findings as SARIF 2.1.0 (OASIS), for pipelines and security dashboards that take nothing else.

A device is a logical location: SARIF speaks of files, and a network has none. What does not apply is left out.
"""

from collections.abc import Iterable
from typing import Any, BinaryIO, Final

import msgspec

from netaudit.inventory import escape
from netaudit.plain import shorten
from netaudit.policy.findings import Finding, Findings
from netaudit.policy.words import Outcome

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
WORDS: Final = 2000  # characters of a message
PLACE: Final = 200
LEVELS: Final[dict[Outcome, str]] = {  # section 3.27.10
    "in-breach": "error",
    "overdue": "error",
    "due": "warning",
    "needs-review": "warning",
    "not-evaluated": "note",
    "allowed-with-conditions": "note",
}
KINDS: Final[dict[Outcome, str]] = {"needs-review": "review", "not-evaluated": "open"}  # section 3.27.9; else "fail"


def write(findings: Findings, stream: BinaryIO) -> None:
    """Write one SARIF log with one run."""
    told = [finding for finding in findings.findings if finding.outcome in LEVELS]
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "netaudit", "rules": _rules(told)}},
                "properties": {"as_of": findings.as_of, "inventory": findings.inventory, "notice": findings.notice},
                "results": [_result(finding) for finding in told],
            }
        ],
    }
    stream.write(escape(msgspec.json.format(msgspec.json.encode(log), indent=2)) + b"\n")


def _rules(found: Iterable[Finding]) -> list[dict[str, Any]]:
    texts = {_rule(finding): finding.text or finding.missing[0] for finding in found}
    return [{"id": name, "shortDescription": {"text": shorten(text, WORDS)}} for name, text in sorted(texts.items())]


def _rule(finding: Finding) -> str:
    return f"{finding.policy}/{finding.rule}" if finding.rule else finding.missing[0]


def _result(finding: Finding) -> dict[str, Any]:
    kind = KINDS.get(finding.outcome, "fail")
    words = f"{finding.outcome}: {'; '.join(finding.because)}"
    where = shorten(finding.address or finding.asset or "the network", PLACE)
    return {
        "ruleId": _rule(finding),
        "kind": kind,
        "level": LEVELS[finding.outcome] if kind == "fail" else "none",  # section 3.27.10: only a failure has a level
        "message": {"text": shorten(words, WORDS)},
        "locations": [
            {"logicalLocations": [{"name": where, "fullyQualifiedName": shorten(finding.device or where, PLACE)}]}
        ],
        "partialFingerprints": {"deviceAndRule/v1": shorten(f"{finding.asset or where}:{_rule(finding)}", WORDS)},
    }
