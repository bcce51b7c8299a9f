"""What a condition of a rule comes to: it holds, it does not, a fact is missing, or a person has to say."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from netaudit.policy.attribution import Traits
from netaudit.policy.facts import Facts, Organisation, Site
from netaudit.policy.rules import Policy, Rule


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
    device: Traits
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
