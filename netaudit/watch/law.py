"""The policies that a watch file names, held against a run: what is due, overdue or in breach."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from netaudit.inventory import Surveyed
from netaudit.policy import Finding, evaluate, load_policies
from netaudit.policy.organisation import in_use, read_organisation
from netaudit.policy.words import AGAINST
from netaudit.watch.settings import Watch

Law = Callable[[Surveyed, date], tuple[Finding, ...]]


def law_of(settings: Watch) -> Law:
    """What judges a run as of a day; nothing where the settings name no policy. ValueError on an unknown one."""
    if not settings.policies and not settings.organisation:
        return lambda _document, _day: ()
    policies = load_policies()
    profile = read_organisation(Path(settings.organisation), policies) if settings.organisation else None
    chosen = policies.select(in_use(profile, settings.policies, policies))

    def judge(document: Surveyed, day: date) -> tuple[Finding, ...]:
        found = evaluate(document, chosen, profile, None, day)
        return tuple(finding for finding in found if finding.outcome in AGAINST)

    return judge
