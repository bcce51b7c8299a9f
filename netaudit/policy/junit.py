"""Findings as JUnit XML, as build servers read it: a test suite for each policy, a test case for each device and rule.

What stands against the organisation is a failure, what is open is an error, what does not apply is skipped.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import BinaryIO, Final
from xml.etree.ElementTree import Element, ElementTree, SubElement

from netaudit.plain import shorten
from netaudit.policy.findings import Finding, Findings
from netaudit.policy.words import AGAINST

WORDS: Final = 2000  # characters of a message
PLACE: Final = 200


def write(findings: Findings, stream: BinaryIO) -> None:
    """Write one document with a suite for each policy."""
    root = Element("testsuites", name="netaudit comply")
    for name, members in groupby(sorted(findings.findings, key=_suite), key=_suite):
        cases = list(members)
        counts = {tag: str(sum(_tag(case) == tag for case in cases)) for tag in ("failure", "error", "skipped")}
        suite = SubElement(
            root,
            "testsuite",
            name=shorten(name, PLACE),
            tests=str(len(cases)),
            failures=counts["failure"],
            errors=counts["error"],
            skipped=counts["skipped"],
        )
        for case in cases:
            suite.append(_case(case))
    ElementTree(root).write(stream, encoding="utf-8", xml_declaration=True)
    stream.write(b"\n")


def _suite(finding: Finding) -> str:
    return finding.policy or finding.kind


def _case(finding: Finding) -> Element:
    where = finding.address or finding.asset or "network"
    case = Element(
        "testcase",
        name=f"{shorten(where, PLACE)} {finding.rule or ''}".strip(),
        classname=shorten(_suite(finding), PLACE),
    )
    words = "; ".join(_words(finding))
    if tag := _tag(finding):
        SubElement(case, tag, message=shorten(words, WORDS), type=finding.outcome)
    return case


def _words(finding: Finding) -> Iterator[str]:
    yield finding.outcome
    yield from finding.because


def _tag(finding: Finding) -> str | None:
    if finding.outcome in AGAINST:
        return "failure"
    if finding.outcome == "not-applicable":
        return "skipped"
    is_open = finding.outcome in {"not-evaluated", "needs-review"} or bool(finding.missing)
    return "error" if is_open else None
