"""The law as data: policies, what an organisation says of itself, and what holds for each device of an inventory.

`rules` is the shape of a pack, `checks` its conditions, `evaluate` the judgement. Nothing here is legal advice.
"""

from netaudit.policy.evaluate import evaluate
from netaudit.policy.facts import Facts, Organisation, Register, Site, Waiver
from netaudit.policy.findings import NOTICE, Finding, Findings
from netaudit.policy.library import Policies, load_policies
from netaudit.policy.rules import Policy, Rule

__all__ = [
    "NOTICE",
    "Facts",
    "Finding",
    "Findings",
    "Organisation",
    "Policies",
    "Policy",
    "Register",
    "Rule",
    "Site",
    "Waiver",
    "evaluate",
    "load_policies",
]
