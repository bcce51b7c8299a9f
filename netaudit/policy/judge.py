"""The judgement: what one rule comes to for one device. Pure; the order of reasons is that of `checks.CONDITIONS`."""

from collections.abc import Iterable

import msgspec

from netaudit.policy.answers import Answer, Case, Holds
from netaudit.policy.attribution import Traits
from netaudit.policy.checks import CONDITIONS, bound, in_force
from netaudit.policy.dates import span
from netaudit.policy.findings import Finding
from netaudit.policy.makers import maker
from netaudit.policy.words import Outcome

AS_IF_BOUND = "no profile was given: evaluated as if the organisation were bound"
NOT_AN_OWNERS_RULE = {
    "supply-risk": "it binds makers, importers or sellers: to keep or use the device is not forbidden by it",
    "none": "background: it forbids an owner nothing",
}


def judge(case: Case) -> Finding:
    """What a rule comes to for a device of these traits, before waivers."""
    blank = _blank(case)
    if case.rule.owner_effect != "finding":
        return _for_others(case, blank)
    answers = []
    for condition in CONDITIONS:
        answers.append(condition(case))
        if answers[-1].holds is Holds.NO:
            return _told(blank, "not-applicable", answers[-1:])
    if open_ := [a for a in answers if a.holds is Holds.UNKNOWN]:
        missing = tuple(dict.fromkeys(fact for a in open_ for fact in a.missing))
        return _with(
            msgspec.structs.replace(blank, missing=missing), "not-evaluated", (f"not known: {', '.join(missing)}",)
        )
    if doubts := [a for a in answers if a.holds is Holds.DOUBTFUL]:
        return _told(blank, "needs-review", doubts)
    return _capped(_reached(case, _told(blank, "needs-review", answers)), case.rule.at_most)


def _blank(case: Case) -> Finding:
    return Finding(
        kind="rule",
        outcome="not-applicable",
        because=(),
        as_of=case.as_of.isoformat(),
        policy=case.policy.id,
        rule=case.rule.id,
        text=case.rule.text,
        device=_device(case.device),
        site=case.site.name or None,
        severity=case.rule.severity,
        owner_effect=case.rule.owner_effect,
        assumed=() if case.organisation else (AS_IF_BOUND,),
    )


def _device(device: Traits) -> str:
    """What a device is called: its label and model, its maker where that is another, its kind."""
    label = device.brand or device.manufacturer
    maker = device.family if device.is_known else "maker not established"
    made = "" if label.casefold() == maker else maker if maker == "maker not established" else f"made by {maker}"
    return ", ".join(filter(None, (f"{label} {device.model}".strip(), made, device.kind.replace("_", " "))))


def _told(finding: Finding, outcome: Outcome, answers: Iterable[Answer], *more: str) -> Finding:
    because = tuple(dict.fromkeys((*(a.because for a in answers if a.because), *more)))
    return msgspec.structs.replace(finding, outcome=outcome, because=because)


def _for_others(case: Case, blank: Finding) -> Finding:
    """A rule for makers, importers and sellers: one who is such a body has a question to answer, an owner has none."""
    words = NOT_AN_OWNERS_RULE[case.rule.owner_effect]
    is_one = case.organisation is not None and bound(case).holds is Holds.YES and in_force(case).holds is not Holds.NO
    about = maker(case)
    if case.rule.owner_effect == "supply-risk" and is_one and about.holds in {Holds.YES, Holds.DOUBTFUL}:
        return _told(blank, "needs-review", [about], words, "the organisation is of a kind that the rule binds")
    return _told(blank, "not-applicable", [], words)


def _reached(case: Case, finding: Finding) -> Finding:
    """The rule reaches the device: what that means."""
    finding = msgspec.structs.replace(finding, evidence=case.rule.evidence, conditions=case.rule.needs)
    because = finding.because
    if claimed := [e for e in case.rule.exceptions if f"{case.policy.id}/{e.id}" in case.facts.exceptions]:
        return _with(finding, "allowed-with-conditions", because, f"exception claimed: {claimed[0].text}")
    match case.rule.severity:
        case "prohibited" | "phase-out":
            return _by_deadline(case, finding, because)
        case "restricted" | "risk-assess" | "conditional":
            return _by_conditions(case, finding, because)
        case "advisory":
            return _with(finding, "needs-review", because, "advice: there is no duty")
        case _:
            return _with(finding, "needs-review", because, "not verified, or not yet in force: watch it")


def _with(finding: Finding, outcome: Outcome, because: tuple[str, ...], *more: str) -> Finding:
    return msgspec.structs.replace(finding, outcome=outcome, because=(*because, *more))


def _by_deadline(case: Case, finding: Finding, because: tuple[str, ...]) -> Finding:
    deadline, whose = _deadline(case)
    if deadline is None:
        if case.rule.severity == "prohibited":
            return _with(finding, "in-breach", because)
        return _with(finding, "due", because, "no date is published: set a target date of your own")
    last = span(deadline).last
    left = (last - case.as_of).days
    finding = msgspec.structs.replace(finding, deadline=deadline, days_left=left)
    words = f"{whose}: {deadline}, {left} days left" if left >= 0 else f"{whose}: {deadline}, {-left} days ago"
    return _with(finding, "due" if left >= 0 else "overdue", because, words)


def _deadline(case: Case) -> tuple[str | None, str]:
    """The day by which it must end, and who set it: the last of the instrument's, or an own one that comes sooner."""
    published = [d for d in case.rule.deadlines if not d.milestone and d.date.value]
    targets = case.organisation.targets if case.organisation else {}
    own = targets.get(f"{case.policy.id}/{case.rule.id}", targets.get(case.policy.id))
    law = max(published, key=lambda d: span(d.date.value or "").last, default=None)
    if own and case.rule.severity == "prohibited" and not law:
        return None, ""  # what is forbidden today is not put off by a plan
    if own and (law is None or own < span(law.date.value or "").last):
        return own.isoformat(), "own target date"
    return (law.date.value, law.what) if law else (None, "")


def _by_conditions(case: Case, finding: Finding, because: tuple[str, ...]) -> Finding:
    """Allowed as long as conditions are kept: one known to be broken is a breach, one that nobody proved stays open."""
    if broken := [need for need in case.rule.needs if need in case.facts.not_met]:
        return _with(finding, "in-breach", because, f"not kept: {', '.join(broken)}")
    missing = tuple(need for need in case.rule.needs if need not in case.facts.met)
    if not missing and case.rule.needs:
        return _with(finding, "allowed-with-conditions", because, "every condition is proven by the register")
    finding = msgspec.structs.replace(finding, missing=missing)
    if case.rule.severity == "restricted" and case.rule.needs:
        return _with(finding, "allowed-with-conditions", because, f"not proven: {', '.join(missing)}")
    return _with(finding, "needs-review", because, *([f"not proven: {', '.join(missing)}"] if missing else []))


def _capped(finding: Finding, at_most: Outcome | None) -> Finding:
    if at_most is None or finding.outcome not in {"in-breach", "overdue", "due"}:
        return finding
    return _with(finding, at_most, finding.because, "the sources of this rule carry no more than that")
