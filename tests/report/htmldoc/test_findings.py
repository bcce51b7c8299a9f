import msgspec
import pytest

from netaudit.policy.findings import Finding, Findings, PolicyUsed, encode
from netaudit.report.htmldoc.findings import order, read_findings, rules_of


def made(asset, outcome, rule="use", **more):
    return Finding(
        kind="rule", outcome=outcome, because=("-",), as_of="2026-01-31", policy="XX", rule=rule, asset=asset, **more
    )


FINDINGS = Findings(
    as_of="2026-01-31",
    inventory="run-1",
    organisation=None,
    policies=(PolicyUsed(id="XX", title="A policy", checked_on="2026-01-01", sha256="ab"),),
    findings=(
        made("a", "not-applicable", site="Depot"),
        made("a", "due", days_left=30, deadline="2026-03-02"),
        made("a", "in-breach", rule="buy"),
        made("b", "due", days_left=3, deadline="2026-02-03"),
        made("c", "not-applicable"),
    ),
    tool="netaudit",
)


def test_what_comply_writes_is_read():
    found = read_findings(encode(FINDINGS))

    assert [policy.title for policy in found.policies] == ["A policy"]
    assert len(found.findings) == 5


def test_the_findings_of_a_device_stand_worst_first_and_without_what_does_not_apply():
    found = read_findings(encode(FINDINGS)).by_asset()

    assert {asset: [f.outcome for f in fs] for asset, fs in found.items()} == {"a": ["in-breach", "due"], "b": ["due"]}


def test_a_site_is_known_even_where_no_rule_applies():
    assert read_findings(encode(FINDINGS)).sites() == {"a": "Depot"}


def test_rules_are_counted_worst_first():
    found = read_findings(encode(FINDINGS))
    rules = rules_of(found.findings, "XX")

    assert [(rule.id, rule.counts) for rule in rules] == [
        ("buy", {"in-breach": 1}),
        ("use", {"due": 2, "not-applicable": 2}),
    ]
    assert [f.asset for f in rules[1].places] == ["b", "a"]  # the sooner deadline first


def test_what_has_no_deadline_comes_after_what_has_one():
    soon, late = made("a", "due", days_left=1), made("b", "due")

    assert order(soon) < order(late)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{}", "no findings"),
        (b"[" * 100_000, "no findings"),
        (b"\xff", "no findings"),
        (b'{"as_of": "2026-01-31", "inventory": "x", "schema": "other/1"}', "schema is 'other/1'"),
        (encode(FINDINGS).replace(b"in-breach", b"condemned"), "condemned"),
    ],
    ids=["empty", "deep", "no text", "schema", "outcome"],
)
def test_anything_else_is_refused_in_one_line(data, why):
    with pytest.raises(ValueError, match=why) as caught:
        read_findings(data)
    assert "\n" not in str(caught.value)
    assert not isinstance(caught.value, msgspec.MsgspecError)
