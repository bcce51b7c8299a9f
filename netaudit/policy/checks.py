"""The conditions of a rule: one small function each. `makers` has the one that is longer."""

from collections.abc import Callable
from datetime import date
from fnmatch import fnmatchcase

from netaudit.policy.answers import Answer, Case, Holds, doubtful, no, unknown, yes
from netaudit.policy.dates import Span, span
from netaudit.policy.facts import Organisation, Site
from netaudit.policy.makers import maker
from netaudit.policy.rules import Binds, Policy


def in_force(case: Case) -> Answer:
    """Whether the rule holds on the day."""
    if case.policy.status == "proposal":
        return no("a proposal: not in force")
    dates = case.policy.dates
    begins = case.rule.effective or dates.effective or dates.announced
    ends = case.rule.ended or dates.ended
    if not begins.span:
        return unknown("the day on which the rule came into force")
    if ends and ends.span and (over := ends.span.before(case.as_of)) is not False:
        return no(f"ended {ends.value}") if over else unknown("the exact day on which the rule ended")
    match begins.span.after(case.as_of):
        case True:
            return no(f"in force from {begins.value} only")
        case None:
            return unknown("the exact day on which the rule came into force")
    return yes()


def bound(case: Case) -> Answer:
    """Whether the organisation is bound by the instrument; without a profile it is taken to be."""
    return binding(case.policy, case.organisation, case.site)


def binding(policy: Policy, organisation: Organisation | None, site: Site) -> Answer:
    """Whether an instrument binds an organisation at a site."""
    if not policy.binds.entity_types:
        return no("the instrument binds nobody who has devices")
    if organisation is None:
        return yes()
    kinds, where = _who(organisation, site)
    of_kind = _of_kind(policy.binds, kinds)
    return of_kind if of_kind.holds is not Holds.YES else _in_place(policy, where)


def _of_kind(binds: Binds, kinds: tuple[str, ...]) -> Answer:
    if not kinds:
        return unknown("entity type")
    if set(kinds) & set(binds.entity_types):
        return yes()
    excluded = sorted(set(kinds) & set(binds.excluded))
    return no(f"{', '.join(excluded or kinds)}: not bound by the instrument")


def _in_place(policy: Policy, where: tuple[str, ...]) -> Answer:
    places = policy.binds.jurisdictions or (policy.jurisdiction,)
    if not where:
        return unknown("jurisdiction")
    if any(_within(own, place) for own in where for place in places):
        return yes()
    return no(f"the organisation is in {', '.join(where)}, the instrument binds in {', '.join(places)}")


def _who(organisation: Organisation, site: Site) -> tuple[tuple[str, ...], tuple[str, ...]]:
    kinds = organisation.entity_types if site.entity_types is None else site.entity_types
    return kinds, organisation.jurisdictions if site.jurisdictions is None else site.jurisdictions


def _within(own: str, place: str) -> bool:
    return own == place or own.startswith(f"{place}-")


def present(case: Case) -> Answer:
    """Whether the organisation still has the device in a way that the rule is about."""
    state = case.facts.state
    if state in {"removed", "disposed"}:
        return doubtful(f"the register says {state}, and the device answered")
    if state == "in-store" and "keep" not in case.rule.prohibits:
        return doubtful("the register says in store, and the device answered")
    return yes()


def kind(case: Case) -> Answer:
    """Whether the device is of a kind that the rule is about."""
    kinds = case.rule.kinds
    found = case.device.kind
    if "any" in kinds or found in kinds:
        return yes()
    if found == "thermal_camera" and "camera" in kinds:
        return yes()
    if found in case.rule.kinds_in_doubt:
        return doubtful(f"a device of kind {found}: the instrument does not say whether it covers these")
    if found == "unknown":
        return unknown("kind of device")
    if found == "camera" and "thermal_camera" in kinds:
        return unknown("whether it is a thermal camera")
    return no(f"a device of kind {found}: the rule is about {', '.join(kinds)}")


def models(case: Case) -> Answer:
    """Whether the model is on the list of the rule."""
    lists, model = case.rule.models, case.device.model.strip().casefold()
    if not (lists.deny or lists.allow):
        return yes()
    if not model:
        return unknown("model")
    if lists.deny and not _listed(model, lists.deny):
        return no("the model is not on the instrument's list")
    return no("the model is on the instrument's list of what is allowed") if _listed(model, lists.allow) else yes()


def _listed(model: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(model, pattern.casefold()) for pattern in patterns)


def purpose(case: Case) -> Answer:
    """Whether the device serves a purpose that the rule is about."""
    return _one_of(case.facts.purpose or case.site.purpose, case.rule.purposes, "purpose")


def funding(case: Case) -> Answer:
    """Whether it was paid from money that brings the rule with it."""
    return _one_of(case.facts.funding, case.rule.funding, "funding")


def segment(case: Case) -> Answer:
    """Whether it stands in the part of the network that the rule is about."""
    wanted = case.rule.network.segment
    return _one_of(case.facts.segment or case.site.segment, (wanted,) if wanted else (), "network segment")


def sensitivity(case: Case) -> Answer:
    """Whether its site is as sensitive as the rule asks."""
    wanted = case.rule.site.sensitivity
    return _one_of(case.site.sensitivity, (wanted,) if wanted else (), "site sensitivity")


def _one_of(found: str | None, wanted: tuple[str, ...], fact: str) -> Answer:
    if not wanted:
        return yes()
    if found is None:
        return unknown(fact)
    return yes(f"{fact}: {found}") if found in wanted else no(f"{fact}: {found}")


def site_type(case: Case) -> Answer:
    """Whether its site is of a type that the rule is about."""
    wanted = case.rule.site.types
    if not wanted:
        return yes()
    if case.site.types is None:
        return unknown("type of site")
    hit = sorted(set(wanted) & set(case.site.types))
    return yes(f"site: {', '.join(hit)}") if hit else no(f"a site of another type than {', '.join(wanted)}")


def reachable(case: Case) -> Answer:
    """Whether the internet reaches it, where the rule asks."""
    found = case.facts.internet_reachable
    return _is(case.site.internet_reachable if found is None else found, case.rule.network.internet_reachable, "reach")


def cloud(case: Case) -> Answer:
    """Whether its maker's cloud is on, where the rule asks."""
    return _is(case.facts.cloud_enabled, case.rule.network.cloud_enabled, "cloud")


_NETWORK_FACTS = {"reach": "reachability from the internet", "cloud": "whether its cloud service is on"}


def _is(found: bool | None, wanted: bool | None, fact: str) -> Answer:
    if wanted is None:
        return yes()
    if found is None:
        return unknown(_NETWORK_FACTS[fact])
    return yes() if found is wanted else no(f"{_NETWORK_FACTS[fact]}: {'yes' if found else 'no'}")


def acquired(case: Case) -> Answer:
    """Whether it was acquired in the time that the rule is about."""
    rule = case.rule.applies_if
    return _between(case.facts.acquired, rule.acquired_after, rule.acquired_before, "acquired")


def installed(case: Case) -> Answer:
    """Whether it was installed in the time that the rule is about."""
    rule = case.rule.applies_if
    return _between(case.facts.installed, rule.installed_after, rule.installed_before, "installed")


def renewed(case: Case) -> Answer:
    """Whether its contract was renewed in the time that the rule is about, by the day of the evaluation."""
    after = case.rule.applies_if.renewal_after
    if after is None:
        return yes()
    found = _between(case.facts.renewal, after, None, "contract renewal")
    to_come = span(case.facts.renewal).after(case.as_of) if case.facts.renewal else False
    if found.holds is not Holds.YES or to_come is False:
        return found
    if to_come is None:
        return unknown(f"{DATE_FACTS['contract renewal']}, to the {_finer(span(case.facts.renewal or ''))}")
    return no(f"contract renewal {case.facts.renewal}: still to come; do not renew it with this device")


def _between(text: str | None, after: date | None, before: date | None, fact: str) -> Answer:
    if after is None and before is None:
        return yes()
    if text is None:
        return unknown(DATE_FACTS[fact])
    found = span(text)
    sides = [found.after(after) if after else True, found.before(before) if before else True]
    if False in sides:
        return no(f"{fact} {text}")
    return unknown(f"{DATE_FACTS[fact]}, to the {_finer(found)}") if None in sides else yes(f"{fact} {text}")


DATE_FACTS = {
    "acquired": "acquisition date",
    "installed": "installation date",
    "contract renewal": "contract renewal date",
}


def _finer(found: Span) -> str:
    return "month or day" if found.precision == "year" else "day"


# In the order in which reasons are given: what holds for all devices first.
CONDITIONS: tuple[Callable[[Case], Answer], ...] = (
    in_force, bound, maker, kind, models, present, purpose, funding, sensitivity, site_type, segment, reachable, cloud,
    acquired, installed, renewed,
)  # fmt: skip
