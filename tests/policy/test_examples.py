"""Examples of packs: one that does not hold is told, with what it comes to."""

import msgspec
from support.policies import POLICIES, TEST

from netaudit.policy.examples import failures


def changed(**more):
    policy = POLICIES.by_id["CA-QC-2023"]
    rule = policy.rule[0]
    example = msgspec.structs.replace(rule.examples[2], **more)
    return msgspec.structs.replace(policy, rule=(msgspec.structs.replace(rule, examples=(example,)),))


def test_examples_that_hold_are_not_spoken_of():
    assert list(failures([TEST])) == []


def test_a_wrong_outcome_is_told():
    (line,) = failures([changed(outcome="in-breach")])

    assert "comes to not-evaluated, not in-breach (not known: acquisition date)" in line


def test_a_fact_that_is_not_named_is_told():
    (line,) = failures([changed(missing=("maker",))])

    assert line.endswith("does not name maker as missing")
