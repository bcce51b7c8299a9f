"""The conditions of a rule: one small function each. A condition holds, does not hold, or a fact is missing.

A fourth answer, doubtful, stands between the first two: it may hold, and only a person can say so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fnmatch import fnmatchcase

from netaudit.inventory import AssetDocument
from netaudit.policy.attribution import attribution, looks_like_camera, rivals
from netaudit.policy.dates import Span, span
from netaudit.policy.facts import Facts, Organisation, Site
from netaudit.policy.families import country_of, standing
from netaudit.policy.rules import Binds, MatchOn, Policy, Rule


class Holds(Enum):
    """What a condition comes to."""

    YES = "yes"
    NO = "no"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a condition comes to, why, and which facts would decide it."""

    holds: Holds
    because: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One device under one rule on one day."""

    policy: Policy
    rule: Rule
    asset: AssetDocument
    as_of: date
    organisation: Organisation | None
    site: Site
    facts: Facts


def yes(because: str = "") -> Answer:
    """It holds."""
    return Answer(Holds.YES, because)


def no(because: str) -> Answer:
    """It does not hold."""
    return Answer(Holds.NO, because)


def doubtful(because: str) -> Answer:
    """A person has to say whether it holds."""
    return Answer(Holds.DOUBTFUL, because)


def unknown(*missing: str) -> Answer:
    """These facts would decide it."""
    return Answer(Holds.UNKNOWN, f"not known: {', '.join(missing)}", missing)


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
    if case.organisation is None:
        return yes()
    kinds, where = _who(case.organisation, case.site)
    of_kind = _of_kind(case.policy.binds, kinds)
    return of_kind if of_kind.holds is not Holds.YES else _in_place(case.policy, where)


def _of_kind(binds: Binds, kinds: tuple[str, ...]) -> Answer:
    if not binds.entity_types:
        return no("the instrument binds nobody who has devices")
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
    found = case.asset.kind
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
    lists, model = case.rule.models, (case.asset.model or "").strip().casefold()
    if not (lists.deny or lists.allow):
        return yes()
    if not model:
        return unknown("model")
    if lists.deny and not _listed(model, lists.deny):
        return no("the model is not on the instrument's list")
    return no("the model is on the instrument's list of what is allowed") if _listed(model, lists.allow) else yes()


def _listed(model: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(model, pattern.casefold()) for pattern in patterns)


def maker(case: Case) -> Answer:
    """Whether the device is of a maker whom the rule is about: one basis that holds is enough."""
    on = case.rule.match
    answers = [answer for basis in BASES if (answer := basis(case, on)) is not None]
    if not answers:
        return yes()
    return next((a for state in _BEST_FIRST for a in answers if a.holds is state), answers[0])


_BEST_FIRST = (Holds.YES, Holds.DOUBTFUL, Holds.UNKNOWN, Holds.NO)


def by_family(case: Case, on: MatchOn) -> Answer | None:
    """By who made the hardware."""
    if not on.families:
        return None
    found = attribution(case.asset)
    if not found.is_known:
        return _nameless(case)
    if found.family not in on.families:
        return _of_another(case, on.families, found.doubts)
    if found.doubts:
        return doubtful("; ".join(found.doubts))
    return _by_label(case, on)


def _nameless(case: Case) -> Answer:
    if looks_like_camera(case.asset):
        return unknown("maker")
    if case.asset.kind == "unknown":
        return unknown("maker", "kind of device")
    return no(f"a device of kind {case.asset.kind}, in which nothing speaks of a maker of cameras")


def _of_another(case: Case, families: tuple[str, ...], doubts: tuple[str, ...]) -> Answer:
    if hinted := sorted(rivals(case.asset) & set(families)):
        return doubtful(f"taken for {case.asset.family}, but some evidence speaks for {', '.join(hinted)}")
    if doubts:
        return unknown("maker")
    return no(f"made by {case.asset.family}: the rule is about {', '.join(families)}")


def _by_label(case: Case, on: MatchOn) -> Answer:
    asset = case.asset
    day = span(case.facts.acquired).first if case.facts.acquired else case.as_of
    label, made = asset.brand or "", asset.manufacturer or ""
    match standing(asset.family, label, made, day):
        case "own":
            return yes(f"made by {asset.family}")
        case "affiliate":
            return _covered(on.affiliates, f"label {label}: an affiliate of {asset.family}", "affiliates")
        case "former":
            return doubtful(f"label {label}: once of {asset.family}, and sold")
        case _:
            return _covered(on.relabels, f"made by {asset.family}, sold as {label}", "other companies' labels")


def _covered(word: str, what: str, group: str) -> Answer:
    if word == "unknown":
        return doubtful(f"{what}; the instrument does not say whether it covers {group}")
    return yes(what) if word == "yes" else no(f"{what}; the instrument does not cover {group}")


def by_country(case: Case, on: MatchOn) -> Answer | None:
    """By the seat of the maker."""
    if not on.maker_countries:
        return None
    found = attribution(case.asset)
    if not found.is_known:
        return _nameless(case)
    country = country_of(found.family)
    if country is None:
        return unknown("country of the maker")
    if found.doubts:
        return doubtful("; ".join(found.doubts)) if country in on.maker_countries else unknown("maker")
    return yes(f"the maker's seat is in {country}") if country in on.maker_countries else no(f"a maker from {country}")


def by_origin(case: Case, on: MatchOn) -> Answer | None:
    """By where the device was made."""
    return _from(on.made_in, case.facts.made_in, "country of manufacture", "made in")


def by_supplier(case: Case, on: MatchOn) -> Answer | None:
    """By where the supplier comes from."""
    return _from(on.supplier_countries, case.facts.supplier_country, "country of the supplier", "supplied from")


def _from(countries: tuple[str, ...], found: str | None, fact: str, words: str) -> Answer | None:
    if not countries:
        return None
    if not found:
        return unknown(fact)
    return yes(f"{words} {found}") if found in countries else no(f"{words} {found}")


def by_criterion(case: Case, on: MatchOn) -> Answer | None:
    """By a test in words, which a person has answered in the register."""
    if not on.criterion or not (on.criterion_decides or not _names_makers(on)):
        return None
    name = f"{case.policy.id}/{case.rule.id}"
    if name in case.facts.meets:
        return yes(f"found to meet the criterion: {on.criterion}")
    if name in case.facts.meets_not:
        return no(f"found not to meet the criterion: {on.criterion}")
    if not looks_like_camera(case.asset) and case.asset.kind == "other":
        return no("a device of kind other")
    return unknown(f"whether it meets the criterion: {on.criterion}")


def _names_makers(on: MatchOn) -> bool:
    return bool(on.families or on.maker_countries or on.made_in or on.supplier_countries)


BASES: tuple[Callable[[Case, MatchOn], Answer | None], ...] = (
    by_family, by_country, by_origin, by_supplier, by_criterion,
)  # fmt: skip


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
    if found.holds is Holds.YES and span(case.facts.renewal or "").after(case.as_of):
        return no(f"contract renewal {case.facts.renewal}: still to come; do not renew it with this device")
    return found


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
