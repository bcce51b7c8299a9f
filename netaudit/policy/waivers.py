"""Waivers: what excuses a finding, and until when. One that has run out, or that lacks what the instrument asks, does not.

An organisation cannot excuse itself from an instrument that knows no waiver: that finding stands, and says so.
"""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from netaudit.inventory import AssetDocument
from netaudit.policy.facts import Waiver
from netaudit.policy.findings import Finding
from netaudit.policy.register import keys_of
from netaudit.policy.rules import Policy
from netaudit.policy.words import AGAINST


def excused(finding: Finding, asset: AssetDocument, policy: Policy, as_of: date, waivers: Iterable[Waiver]) -> Finding:
    """The finding of a device under the waivers that are about it."""
    if finding.outcome not in AGAINST:
        return finding
    about = [w for w in waivers if _is_about(w, finding, asset)]
    valid = [w for w in about if not any(_faults(w, policy, as_of))]
    if valid:
        return _allowed(finding, max(valid, key=lambda w: w.until))
    if not about:
        return finding
    latest = max(about, key=lambda w: w.until)
    words = f"waiver {latest.id} does not count: {'; '.join(_faults(latest, policy, as_of))}"
    outcome = "overdue" if latest.until < as_of else finding.outcome
    return msgspec.structs.replace(finding, outcome=outcome, because=(*finding.because, words), waiver=latest.id)


def _allowed(finding: Finding, waiver: Waiver) -> Finding:
    words = f"waiver {waiver.id} by {', '.join(waiver.approver)} until {waiver.until}: {waiver.reason}"
    return msgspec.structs.replace(
        finding,
        outcome="allowed-with-conditions",
        because=(*finding.because, words),
        conditions=(*finding.conditions, *waiver.compensating),
        waiver=waiver.id,
    )


def _is_about(waiver: Waiver, finding: Finding, asset: AssetDocument) -> bool:
    if waiver.policy != finding.policy or waiver.rule not in {None, finding.rule}:
        return False
    names = {asset.id.casefold(), *(value.casefold() for _, value in keys_of(asset))}
    if not (waiver.assets or waiver.sites):
        return True
    return any(a.casefold() in names for a in waiver.assets) or ((finding.site or "") in waiver.sites)


def _faults(waiver: Waiver, policy: Policy, as_of: date) -> Iterator[str]:
    """Why a waiver does not excuse."""
    if waiver.until < as_of:
        yield f"it ran out on {waiver.until}"
    if waiver.granted > as_of:
        yield f"it is granted from {waiver.granted} only"
    terms = policy.waiver
    if terms is None:
        yield "the instrument knows no waiver"
        return
    if terms.latest and terms.latest < as_of:
        yield f"no waiver of this instrument reaches beyond {terms.latest}"
    if absent := [office for office in terms.approver if office not in waiver.approver]:
        yield f"not granted by {', '.join(absent)}"
    if terms.non_delegable and waiver.delegated:
        yield f"{', '.join(terms.approver)} cannot delegate it"
    if lacking := [paper for paper in terms.needs if paper not in waiver.papers]:
        yield f"papers are missing: {', '.join(lacking)}"
