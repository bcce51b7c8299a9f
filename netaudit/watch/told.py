"""What is worth telling of a run: its changes, what it could not see any more, and what has become due. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from netaudit.history import Change
from netaudit.history.words import device_words, what_changed
from netaudit.inventory import CoverageDocument
from netaudit.plain import counted
from netaudit.policy import Finding
from netaudit.tell.notices import Kind, Notice
from netaudit.vocabulary import CHANNEL_STATES, GAPS

_KINDS: Final[Mapping[str, Kind]] = {
    "appeared": "appeared",
    "returned": "appeared",
    "gone": "gone",
    "moved": "moved",
    "changed": "changed",
    "joined": "changed",
    "conflicting": "conflicting",
    "unseen": "coverage_lost",
}
Key = tuple[str | None, str | None, str | None, str]


def of_changes(changes: Iterable[Change]) -> Iterator[Notice]:
    """A notice for each change of a device."""
    for change in changes:
        parts = (device_words(change), f"at {change.address}" if change.address else "", what_changed(change))
        words = f"{' '.join(part for part in parts[:2] if part)}{': ' if parts[2] else ''}{parts[2]}"
        back = " is back" if change.kind == "returned" else ""
        yield Notice(kind=_KINDS[change.kind], words=f"{words}{back}", asset=change.device)


def of_unseen(changes: Iterable[Change]) -> Iterator[Notice]:
    """A notice for each reason why devices of the run before could not have been seen: they are not gone."""
    unseen = Counter(change.because for change in changes)
    for because, count in sorted(unseen.items()):
        yield Notice(kind="coverage_lost", words=f"{counted(count, 'known device')} could not be seen: {because}")


def of_coverage(before: CoverageDocument | None, now: CoverageDocument) -> Iterator[Notice]:
    """A notice for each channel that does worse than in the run before, and for each new kind of gap."""
    if before is None:
        return
    states = {channel.name: channel.status for channel in before.channels}
    for channel in now.channels:
        if channel.name in states and _worse(states[channel.name], channel.status):
            words = (
                f"{channel.name} is {channel.status}, and was {states[channel.name]}: {channel.reason or 'no reason'}"
            )
            yield Notice(kind="coverage_lost", words=words)
    known = {gap.kind for gap in before.gaps}
    for kind in sorted({gap.kind for gap in now.gaps if GAPS.get(gap.kind)} - known):
        detail = next(gap.detail for gap in now.gaps if gap.kind == kind)
        yield Notice(kind="coverage_lost", words=detail)


def of_findings(before: Iterable[Finding], now: Iterable[Finding]) -> Iterator[Notice]:
    """A notice for each device and rule that has become due, overdue or in breach since the run before."""
    known = {_key(finding) for finding in before}
    for finding in now:
        kind = _DUE.get(finding.outcome)
        if kind and _key(finding) not in known:
            when = f", by {finding.deadline}" if finding.deadline else ""
            words = f"{finding.device or finding.site or 'the site'}: {finding.outcome} under {finding.policy}{when}"
            yield Notice(kind=kind, words=words, asset=finding.asset or "")


_DUE: Final[Mapping[str, Kind]] = {"due": "due", "overdue": "overdue", "in-breach": "overdue"}


def _key(finding: Finding) -> Key:
    return (finding.asset, finding.policy, finding.rule, finding.outcome)


def _worse(before: str, now: str) -> bool:
    return CHANNEL_STATES.index(now) > CHANNEL_STATES.index(before)
