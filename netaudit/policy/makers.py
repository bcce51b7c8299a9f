"""Whether a device is of a maker whom a rule is about: by family and label, by country, or by a test in words."""

from collections.abc import Callable

from netaudit.policy.answers import Answer, Case, Holds, doubtful, no, unknown, yes
from netaudit.policy.attribution import Traits
from netaudit.policy.dates import span
from netaudit.policy.families import country_of, standing
from netaudit.policy.rules import MatchOn

COMPONENTS = frozenset({"essential", "module", "origin-declared"})  # rules that reach into other makers' devices


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
    device = case.device
    if not device.is_known:
        return _nameless(device)
    if device.family not in on.families:
        return _of_another(device, on)
    if device.doubts:
        return doubtful("; ".join(device.doubts))
    return _by_label(case, on)


def _nameless(device: Traits) -> Answer:
    if device.is_like_camera:
        return unknown("maker")
    if device.kind == "unknown":
        return unknown("maker", "kind of device")
    return no(f"a device of kind {device.kind}, in which nothing speaks of a maker of cameras")


def _of_another(device: Traits, on: MatchOn) -> Answer:
    if hinted := sorted(device.rivals & set(on.families)):
        return doubtful(f"taken for {device.family}, but some evidence speaks for {', '.join(hinted)}")
    if device.doubts:
        return unknown("maker")
    parts = "; what its components are cannot be seen" if on.component in COMPONENTS else ""
    return no(f"made by {device.family}: the rule is about {', '.join(on.families)}{parts}")


def _by_label(case: Case, on: MatchOn) -> Answer:
    family, label = case.device.family, case.device.brand
    day = span(case.facts.acquired).first if case.facts.acquired else case.as_of
    match standing(family, label, case.device.manufacturer, day):
        case "own":
            return yes(f"made by {family}")
        case "affiliate":
            return _covered(on.affiliates, f"label {label}: an affiliate of {family}", "affiliates")
        case "former":
            return doubtful(f"label {label}: once of {family}, and sold")
        case _:
            return _covered(on.relabels, f"made by {family}, sold as {label}", "other companies' labels")


def _covered(word: str, what: str, group: str) -> Answer:
    if word == "unknown":
        return doubtful(f"{what}; the instrument does not say whether it covers {group}")
    return yes(what) if word == "yes" else no(f"{what}; the instrument does not cover {group}")


def by_country(case: Case, on: MatchOn) -> Answer | None:
    """By the seat of the maker."""
    if not on.maker_countries:
        return None
    device = case.device
    if not device.is_known:
        return _nameless(device)
    country = country_of(device.family)
    if country is None:
        return unknown("country of the maker")
    if device.doubts:
        return doubtful("; ".join(device.doubts)) if country in on.maker_countries else unknown("maker")
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
    if not case.device.is_like_camera and case.device.kind == "other":
        return no("a device of kind other")
    return unknown(f"whether it meets the criterion: {on.criterion}")


def _names_makers(on: MatchOn) -> bool:
    return bool(on.families or on.maker_countries or on.made_in or on.supplier_countries)


BASES: tuple[Callable[[Case, MatchOn], Answer | None], ...] = (
    by_family, by_country, by_origin, by_supplier, by_criterion,
)  # fmt: skip
