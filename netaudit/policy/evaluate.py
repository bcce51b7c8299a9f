"""An inventory held against rules: pure, one finding for each device and rule, and one for each thing not seen."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address, ip_network

import msgspec

from netaudit.inventory import AssetDocument, Document
from netaudit.policy.answers import Answer, Case, Holds
from netaudit.policy.attribution import looks_like_camera
from netaudit.policy.checks import CONDITIONS, bound, in_force
from netaudit.policy.dates import span
from netaudit.policy.facts import Facts, Organisation, Register, Site, Waiver
from netaudit.policy.findings import Finding
from netaudit.policy.makers import maker
from netaudit.policy.register import Matched, matched, name_of
from netaudit.policy.rules import Policy, Rule
from netaudit.policy.waivers import excused
from netaudit.policy.words import Outcome

AS_IF_BOUND = "no profile was given: evaluated as if the organisation were bound"
NOT_AN_OWNERS_RULE = {
    "supply-risk": "it binds makers, importers or sellers: to keep or use the device is not forbidden by it",
    "none": "background: it forbids an owner nothing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What is the same for all devices and rules."""

    organisation: Organisation | None
    register: Register | None
    matched: Matched
    as_of: date
    waivers: Sequence[Waiver]
    site: str | None  # where the inventory says that it was made


def evaluate(
    document: Document,
    policies: Iterable[Policy],
    organisation: Organisation | None,
    register: Register | None,
    as_of: date,
    waivers: Sequence[Waiver] = (),
) -> tuple[Finding, ...]:
    """Every rule of these policies for every device of the inventory, and what could not be seen."""
    given = _Given(
        organisation=organisation,
        register=register,
        matched=matched(document, register.entries if register else ()),
        as_of=as_of,
        waivers=waivers,
        site=document.run.site,
    )
    rules = [(policy, rule) for policy in policies for rule in policy.rule]
    found = [finding for asset in document.assets for finding in _of_device(asset, rules, given)]
    return (*found, *_coverage(document, as_of), *_register(document, given))


def _of_device(asset: AssetDocument, rules: Iterable[tuple[Policy, Rule]], given: _Given) -> Iterator[Finding]:
    facts = given.matched.by_asset.get(asset.id, Facts())
    site = _site(asset, facts, given)
    for policy, rule in rules:
        case = Case(
            policy=policy,
            rule=rule,
            asset=asset,
            as_of=given.as_of,
            organisation=given.organisation,
            site=site,
            facts=facts,
        )
        yield excused(judge(case), case, given.waivers)


def _site(asset: AssetDocument, facts: Facts, given: _Given) -> Site:
    """Where the device stands: as the register says, else by its address, else where the inventory was made."""
    sites = given.organisation.site if given.organisation else ()
    if facts.site:
        return next((s for s in sites if s.name == facts.site), Site(name=facts.site))
    here = next((s for s in sites if any(_contains(network, asset) for network in s.networks)), None)
    return here or next((s for s in sites if given.site and s.name == given.site), Site(name=given.site or ""))


def _contains(network: str, asset: AssetDocument) -> bool:
    try:
        return any(ip_address(address) in ip_network(network, strict=False) for address in asset.addresses)
    except ValueError:  # an address that is none, in an inventory of another program
        return False


def judge(case: Case) -> Finding:
    """What one rule comes to for one device, before waivers."""
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
        device=_device(case.asset),
        asset=case.asset.id,
        address=next(iter((*case.asset.addresses, *case.asset.macs)), None),
        site=case.site.name or None,
        severity=case.rule.severity,
        owner_effect=case.rule.owner_effect,
        assumed=() if case.organisation else (AS_IF_BOUND,),
    )


def _device(asset: AssetDocument) -> str:
    """What a device is called: its label and model, its maker where that is another, its kind."""
    label = asset.brand or asset.manufacturer or ""
    maker = asset.family if asset.family != "unknown" else "maker not established"
    made = "" if label.casefold() == maker else maker if maker == "maker not established" else f"made by {maker}"
    return ", ".join(filter(None, (f"{label} {asset.model or ''}".strip(), made, asset.kind.replace("_", " "))))


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


def _coverage(document: Document, as_of: date) -> Iterator[Finding]:
    """What the inventory did not see: under every rule it could be what the rule is about."""
    addresses = {a.id: next(iter((*a.addresses, *a.macs)), None) for a in document.assets}
    for gap in document.coverage.gaps:
        where = gap.address if isinstance(gap.address, str) else addresses.get(gap.asset or "")
        yield _gap("coverage", as_of, f"{gap.kind}: {gap.detail}", f"coverage: {gap.kind}", gap.asset, where)
    for channel in document.coverage.channels:
        if channel.status in {"partial", "failed"}:
            words = f"channel {channel.name} {channel.status}: {channel.reason or 'no reason given'}"
            yield _gap("coverage", as_of, words, f"coverage: {channel.name}")
    if not document.assets:
        yield _gap("coverage", as_of, "no device was seen: that is no proof that there is none", "coverage: devices")


def _register(document: Document, given: _Given) -> Iterator[Finding]:
    """Where the register and the inventory do not know of each other, or an entry cannot be read."""
    if given.register is None:
        return
    for entry in given.matched.unseen:
        if entry.state not in {"removed", "disposed"}:
            words = f"{name_of(entry)}: in the register, and not seen"
            yield _gap("register", given.as_of, words, "register: device not seen", None, entry.address)
    for name in _unknown_sites(given):
        words = f"site {name}: in the register, and not in the profile"
        yield _gap("register", given.as_of, words, "register: a site of the profile for each entry")
    unlisted = set(given.matched.unlisted)
    for asset in document.assets:
        if asset.id in unlisted and looks_like_camera(asset):
            words = "seen, and not in the register"
            where = next(iter((*asset.addresses, *asset.macs)), None)
            yield _gap("register", given.as_of, words, "register: no entry for the device", asset.id, where)
    for remark in (*given.matched.remarks, *given.register.remarks):
        yield _gap("register", given.as_of, remark, "register: entries that can be read, one for each device")


def _unknown_sites(given: _Given) -> list[str]:
    if given.organisation is None or given.register is None:
        return []
    known = {site.name for site in given.organisation.site}
    return sorted({entry.site for entry in given.register.entries if entry.site} - known)


def _gap(
    kind: str, as_of: date, words: str, missing: str, asset: str | None = None, address: str | None = None
) -> Finding:
    return Finding(
        kind="coverage" if kind == "coverage" else "register",
        outcome="not-evaluated",
        because=(words,),
        as_of=as_of.isoformat(),
        asset=asset,
        address=address,
        missing=(missing,),
    )
