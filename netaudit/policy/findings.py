"""Findings: what holds for each device under each rule, and what could not be judged, as a document of its own."""

from typing import Any, Literal

import msgspec

from netaudit.inventory import escape
from netaudit.policy.rules import Policy
from netaudit.policy.words import Outcome, OwnerEffect, Severity

SCHEMA = "netaudit.findings/1"
SCHEMA_ID = "urn:netaudit:findings:1"
NOTICE = "This is support for a reasonable inquiry, from an inventory and a register. It is not legal advice."


class Finding(msgspec.Struct, frozen=True, kw_only=True, gc=False):  # text all through: it can be in no cycle
    """What one rule comes to for one device; or a gap, of the inventory or the register, under all rules."""

    kind: Literal["rule", "coverage", "register"]
    outcome: Outcome
    because: tuple[str, ...]
    as_of: str
    policy: str | None = None
    rule: str | None = None
    text: str | None = None  # the rule in plain words
    device: str | None = None  # what the inventory calls it
    asset: str | None = None  # the id in the inventory
    address: str | None = None
    site: str | None = None
    severity: Severity | None = None
    owner_effect: OwnerEffect | None = None
    missing: tuple[str, ...] = ()  # facts that would decide it, or conditions not yet proven
    assumed: tuple[str, ...] = ()  # what was taken for granted
    conditions: tuple[str, ...] = ()  # what has to be kept
    deadline: str | None = None
    days_left: int | None = None  # to the last day that the deadline can mean; negative once it has passed
    waiver: str | None = None
    evidence: tuple[str, ...] = ()  # what somebody must be able to show


class SourceUsed(msgspec.Struct, frozen=True, kw_only=True):
    """Where a policy is written."""

    title: str
    url: str
    date: str | None


class PolicyUsed(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as it was applied, with where it is written: findings stand for themselves, without the pack."""

    id: str
    title: str
    checked_on: str
    sha256: str
    citation: str = ""
    effective: str | None = None  # as precisely as it is known: 2020-08-13, 2020-08, 2020
    sources: tuple[SourceUsed, ...] = ()


def used(policy: Policy, sha256: str) -> PolicyUsed:
    """What findings say of a policy that was applied; `sha256` is the mark of its pack."""
    begins = policy.dates.effective or policy.dates.announced
    return PolicyUsed(
        id=policy.id,
        title=policy.title,
        checked_on=policy.checked_on.isoformat(),
        sha256=sha256,
        citation=policy.citation,
        effective=begins.value,
        sources=tuple(SourceUsed(title=s.title, url=s.url, date=s.date) for s in policy.sources),
    )


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """All findings of one evaluation."""

    schema: str = SCHEMA
    notice: str = NOTICE
    as_of: str
    inventory: str  # the id of the run
    organisation: str | None  # None: no profile was given
    policies: tuple[PolicyUsed, ...]
    findings: tuple[Finding, ...]
    tool: str


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the findings."""
    (top,), parts = msgspec.json.schema_components([Findings], ref_template="#/$defs/{name}")
    root = parts.pop(top["$ref"].rpartition("/")[2])
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    return {**head, **root, "title": "netaudit findings", "$defs": parts}


def encode(findings: Findings) -> bytes:
    """The findings as JSON: UTF-8, keys sorted, two-space indent, a newline at the end."""
    return escape(msgspec.json.format(msgspec.json.encode(findings, order="sorted"), indent=2)) + b"\n"


def encode_schema() -> bytes:
    """The JSON Schema as it is shipped and printed."""
    return msgspec.json.format(msgspec.json.encode(schema(), order="sorted"), indent=2) + b"\n"
