"""The examples of packs: a device, an organisation, a register entry and a day, and what the rule must come to."""

from collections.abc import Iterable, Iterator

from netaudit.inventory import (
    AssetDocument,
    ChildrenDocument,
    EvidenceDocument,
    PortDocument,
)
from netaudit.policy.answers import Case
from netaudit.policy.attribution import LABEL_MARK, traits
from netaudit.policy.facts import Site
from netaudit.policy.findings import Finding
from netaudit.policy.judge import judge
from netaudit.policy.rules import ExampleOf, Policy, Rule, Sample


def failures(policies: Iterable[Policy]) -> Iterator[str]:
    """A sentence for each example that does not hold."""
    for policy in policies:
        for rule in policy.rule:
            for example in rule.examples:
                found = outcome(policy, rule, example)
                if found.outcome != example.outcome:
                    yield (
                        f"{policy.id}/{rule.id}: {example.because!r} comes to {found.outcome}, not {example.outcome} "
                        f"({'; '.join(found.because)})"
                    )
                elif lacking := sorted(set(example.missing) - set(found.missing)):
                    yield f"{policy.id}/{rule.id}: {example.because!r} does not name {', '.join(lacking)} as missing"


def outcome(policy: Policy, rule: Rule, example: ExampleOf) -> Finding:
    """What the rule comes to in an example."""
    return judge(
        Case(
            policy=policy,
            rule=rule,
            device=traits(device(example.asset)),
            as_of=example.as_of,
            organisation=example.organisation,
            site=example.site or Site(),
            facts=example.register,
        )
    )


def device(sample: Sample) -> AssetDocument:
    """The device of an example as an inventory would have it."""
    is_known = sample.family != "unknown"
    return AssetDocument(
        id="example",
        addresses=("192.0.2.1",),
        macs=(),
        hostnames=(),
        family=sample.family,
        verdict=sample.verdict if is_known else "unknown",
        certainty=sample.certainty if is_known else 0.0,
        kind=sample.kind,
        manufacturer=sample.manufacturer,
        brand=sample.brand,
        model=sample.model,
        ports=tuple(PortDocument(transport="tcp", port=80, service=service) for service in sample.services),
        children=ChildrenDocument(declared=0, inspected=0),
        evidence=(_label(sample),) if sample.label_only else (),
        conflicts=sample.conflicts,
    )


def _label(sample: Sample) -> EvidenceDocument:
    return EvidenceDocument(
        channel="onvif",
        field="onvif.manufacturer",
        value=sample.brand or "",
        fingerprint=f"{LABEL_MARK}{sample.brand}",
        supports={"family": sample.family},
        strength="weak",
        reply=None,
        seen_at="2026-01-01T00:00:00Z",
    )
