"""Policies as data: the shape of a pack, one TOML file for each legal instrument. docs/policies.md describes it."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from netaudit.policy.dates import PATTERN, Span, span
from netaudit.policy.facts import Facts, Organisation, Site
from netaudit.policy.words import (
    Action,
    Component,
    Confidence,
    Default,
    Kind,
    LegalForce,
    Outcome,
    OwnerEffect,
    Purpose,
    Segment,
    Sensitivity,
    Severity,
    SiteType,
    SourceKind,
    Status,
    YesNoUnknown,
)

PolicyId = Annotated[str, Meta(pattern=r"^[A-Z]{2}[A-Z0-9.-]*$")]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
Place = Annotated[str, Meta(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]  # ISO 3166: CA, CA-QC; EU for the Union
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
Partial = Annotated[str, Meta(pattern=PATTERN)]
Words = Annotated[str, Meta(min_length=1)]


class When(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A date of an instrument, with the precision in which it is known; without a value: not verified, see the note."""

    value: Partial | None = None
    note: str = ""

    @property
    def span(self) -> Span | None:
        """The days that it can mean."""
        return span(self.value) if self.value else None


class Event(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Something that happened to an instrument."""

    date: When
    what: Words


class Dates(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The life of an instrument. It holds from `effective` on; where that is left out, from `announced`."""

    announced: When = When()
    published: When = When()
    effective: When | None = None
    ended: When | None = None
    history: tuple[Event, ...] = ()


class Source(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Where it is written."""

    title: Words
    url: str = ""
    date: Partial | None = None
    kind: SourceKind
    note: str = ""


class Binds(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Who is bound, by kind of body, and who is not."""

    entity_types: tuple[Slug, ...] = ()  # none: nobody is bound
    jurisdictions: tuple[Place, ...] = ()  # none: that of the instrument
    excluded: tuple[Slug, ...] = ()
    note: str = ""


class WaiverTerms(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How the instrument lets somebody be excused."""

    approver: tuple[Slug, ...]  # the offices that must grant it, all of them
    non_delegable: bool = False
    needs: tuple[Slug, ...] = ()  # papers without which it does not count
    latest: date | None = None  # the last day that any waiver can reach
    note: str = ""


class MatchOn(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Whose devices a rule is about. Several bases: one that holds is enough."""

    families: tuple[Slug, ...] = ()
    legal_entities: tuple[str, ...] = ()  # as the instrument names them: shown, and covered by families
    affiliates: YesNoUnknown = "unknown"
    relabels: YesNoUnknown = "unknown"  # what the maker builds and another sells under his own label
    maker_countries: tuple[Country, ...] = ()  # where the maker has its seat
    made_in: tuple[Country, ...] = ()  # where the device was made
    supplier_countries: tuple[Country, ...] = ()  # from where the bidder or supplier comes
    criterion: str = ""  # a test in words
    criterion_decides: bool = False  # who meets the test is covered, whoever it is: asked of the register
    component: Component = "unknown"


class Models(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Lists of models; * stands for any characters, case does not count."""

    deny: tuple[str, ...] = ()  # only these
    allow: tuple[str, ...] = ()  # all but these


class SiteCondition(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """At which sites a rule holds."""

    sensitivity: Sensitivity | None = None
    types: tuple[SiteType, ...] = ()
    definition: str = ""  # how the instrument words it


class NetworkCondition(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """On which networks a rule holds."""

    segment: Segment | None = None
    internet_reachable: bool | None = None
    cloud_enabled: bool | None = None


class AppliesIf(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """For devices of which dates a rule holds; all that is given must be so. "after" and "before" exclude the day."""

    acquired_after: date | None = None
    acquired_before: date | None = None
    installed_after: date | None = None
    installed_before: date | None = None
    renewal_after: date | None = None  # the contract under which it runs was or is to be renewed after this day


class Deadline(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """By when something must be done; a milestone (a share of the sites, a report) is shown and decides nothing."""

    date: When
    what: Words
    milestone: bool = False


class Exemption(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What the instrument itself leaves out. It counts for devices whose register entry names its id."""

    id: Slug
    text: Words


class Sample(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A device of an example."""

    family: str = "unknown"
    verdict: str = "confirmed"
    certainty: float = 0.99
    kind: str = "camera"
    manufacturer: str | None = None
    brand: str | None = None
    model: str | None = None
    services: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    label_only: bool = False  # nothing but the brand speaks for the family


class ExampleOf(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A device, an organisation and a day, and what the rule must come to. Run as a test."""

    because: Words
    outcome: Outcome
    as_of: date
    asset: Sample
    organisation: Organisation | None = None
    site: Site | None = None
    register: Facts = Facts()
    missing: tuple[str, ...] = ()  # of not-evaluated: the facts that must be named


class Rule(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One thing that an instrument forbids, demands or advises."""

    id: Slug
    text: Words  # in plain words
    severity: Severity
    owner_effect: OwnerEffect
    match: MatchOn
    prohibits: tuple[Action, ...] = ()
    kinds: tuple[Kind, ...] = ("any",)
    kinds_in_doubt: tuple[Kind, ...] = ()  # of which the instrument does not say whether it covers them
    models: Models = Models()
    purposes: tuple[Purpose, ...] = ()
    funding: tuple[Slug, ...] = ()  # sources of money that bring the rule with them
    site: SiteCondition = SiteCondition()
    network: NetworkCondition = NetworkCondition()
    applies_if: AppliesIf = AppliesIf()
    effective: When | None = None  # where this rule begins on another day than the instrument
    ended: When | None = None
    deadlines: tuple[Deadline, ...] = ()
    needs: tuple[Slug, ...] = ()  # conditions to be kept: each is proven by the register, or named as open
    at_most: Outcome | None = None  # where sources or wording do not carry more
    exceptions: tuple[Exemption, ...] = ()
    evidence: tuple[str, ...] = ()  # what a compliance officer must be able to show
    examples: tuple[ExampleOf, ...] = ()


class Policy(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One legal instrument."""

    id: PolicyId
    title: Words
    instrument: Words
    jurisdiction: Place
    type: Slug
    legal_force: LegalForce
    status: Status
    default: Default
    checked_on: date
    confidence: Confidence
    summary: Words  # what it means for somebody who has cameras, in plain words
    sources: tuple[Source, ...]
    dates: Dates
    binds: Binds
    rule: tuple[Rule, ...]
    citation: str = ""
    issued_by: str = ""
    waiver: WaiverTerms | None = None
    note: str = ""
