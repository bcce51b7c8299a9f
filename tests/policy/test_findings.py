"""The findings as a document: their schema is shipped, and what all of them come to."""

from pathlib import Path

import pytest

from netaudit.policy import Finding, load_policies
from netaudit.policy.findings import encode_schema, used
from netaudit.policy.verdict import verdict

SHIPPED = Path(__file__).parents[2] / "docs" / "reference" / "findings-schema.json"


def test_the_schema_that_is_shipped_is_current(accept):
    if accept:
        SHIPPED.write_bytes(encode_schema())

    assert SHIPPED.read_bytes() == encode_schema()


def made(outcome, severity="prohibited", **more):
    return Finding(kind="rule", outcome=outcome, severity=severity, because=("-",), as_of="2026-11-22", **more)


@pytest.mark.parametrize(
    ("findings", "fail_on", "expected"),
    [
        ([], "watch", "clear"),
        ([made("not-applicable"), made("allowed-with-conditions")], "watch", "clear"),
        ([made("in-breach")], "prohibited", "findings"),
        ([made("due", "phase-out")], "phase-out", "findings"),
        ([made("due", "phase-out")], "restricted", "clear"),
        ([made("needs-review")], "prohibited", "open"),
        ([made("needs-review", "advisory")], "prohibited", "clear"),
        ([made("needs-review", "advisory")], "advisory", "open"),
        ([made("allowed-with-conditions", missing=("firewall",))], "watch", "open"),
        ([made("not-evaluated", "advisory", missing=("maker",))], "prohibited", "open"),
        ([made("not-evaluated", None)], "prohibited", "open"),
        ([made("not-evaluated"), made("overdue")], "watch", "findings"),
    ],
)
def test_what_all_come_to(findings, fail_on, expected):
    assert verdict(findings, fail_on) == expected


def test_findings_name_where_a_policy_is_written_and_since_when_it_holds():
    policies = load_policies(())
    found = [used(policy, policies.mark(policy.id)) for policy in policies.select(["US-889-B", "CA-QC-2023"])]

    assert [policy.id for policy in found if not policy.sources] == []
    assert found[0].effective == "2020-08-13"
    assert {source.url.partition(":")[0] for policy in found for source in policy.sources if source.url} == {"https"}
