"""The closed lists of the policy room: every word that stands in a pack, a profile, a register or a finding."""

from typing import Literal, TypeAlias

from netaudit.vocabulary import KINDS

# What a rule and a device come to. The first three are findings against the organisation.
Outcome: TypeAlias = Literal[
    "in-breach",  # forbidden, and so today
    "overdue",  # should have ended by a date that has passed, or under a waiver that has run out
    "due",  # must end by a date to come
    "needs-review",  # a person has to decide: the attribution is weak, or the instrument leaves it open
    "not-evaluated",  # a fact is missing, and named
    "allowed-with-conditions",  # allowed as long as the conditions named are kept
    "not-applicable",  # the rule does not reach this device, and why
]
OUTCOMES: tuple[Outcome, ...] = (
    "in-breach", "overdue", "due", "needs-review", "not-evaluated", "allowed-with-conditions", "not-applicable",
)  # fmt: skip
AGAINST: frozenset[Outcome] = frozenset({"in-breach", "overdue", "due"})

Severity: TypeAlias = Literal[
    "prohibited", "restricted", "phase-out", "risk-assess", "conditional", "advisory", "context", "watch"
]
SEVERITIES: tuple[Severity, ...] = (  # gravest first
    "prohibited", "restricted", "phase-out", "risk-assess", "conditional", "advisory", "watch", "context",
)  # fmt: skip

Action: TypeAlias = Literal["buy", "use", "new-deployment", "keep", "connect", "import", "sell"]
HAVING: frozenset[Action] = frozenset({"use", "keep", "connect"})  # what a device that was found on the network proves

# What a rule means for somebody who has the device. Only "finding" can count against him.
OwnerEffect: TypeAlias = Literal["finding", "supply-risk", "none"]
YesNoUnknown: TypeAlias = Literal["yes", "no", "unknown"]
Default: TypeAlias = Literal["on", "opt-in", "context", "off"]
Status: TypeAlias = Literal["in-force", "announced", "proposal", "ended", "not-verified"]
LegalForce: TypeAlias = Literal[
    "binding", "policy", "internal", "guidance", "advisory", "designation", "none", "proposal", "not-verified"
]
Confidence: TypeAlias = Literal["high", "medium-high", "medium", "low-medium", "low"]
SourceKind: TypeAlias = Literal[
    "primary", "official-secondary", "legal-analysis", "press", "trade-press", "vendor", "reference"
]
Component: TypeAlias = Literal["none", "essential", "module", "origin-declared", "unknown"]
Kind: TypeAlias = Literal[
    "camera", "thermal_camera", "recorder", "intercom", "access_control", "encoder", "other", "any"
]
CAMERA_KINDS = frozenset(KINDS) - {"other", "unknown"}

# Facts of the organisation and of its register.
Purpose: TypeAlias = Literal[
    "public-safety", "government-facility", "critical-infrastructure", "national-security", "temperature-screening",
    "other",
]  # fmt: skip
Sensitivity: TypeAlias = Literal["sensitive", "ordinary"]
SiteType: TypeAlias = Literal[
    "government", "defence", "critical-infrastructure", "parliament", "electorate-office", "leased", "public-venue",
    "other",
]  # fmt: skip
Segment: TypeAlias = Literal["core", "separate"]
State: TypeAlias = Literal["in-use", "powered-off", "in-store", "isolated", "removed", "disposed"]
OTHER_FUNDING = ("own", "state-award", "private", "other")  # money that brings no rule with it, beside what packs name
