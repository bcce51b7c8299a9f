"""netaudit policies: list, show and test the policies that are shipped and those of the user."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from netaudit.cli.options import policies_option

if TYPE_CHECKING:
    from netaudit.policy import Policy, Rule

NOT_ADVICE = "Not legal advice: read the sources, and ask somebody who may give it."
LABEL = 14  # characters
WIDTH = 100


@click.group()
def policies() -> None:
    """The policies that `netaudit comply` knows: legal instruments as data. Not legal advice.

    \b
    Example: netaudit policies show CA-QC-2023
    """


@policies.command("list")
@policies_option
def list_all(directories: tuple[Path, ...]) -> int:
    """List all policies: whether they are on, how grave they are for an owner, and what they are."""
    from netaudit.policy import load_policies

    known = load_policies(directories)
    for policy in known.by_id.values():
        effects = {rule.owner_effect for rule in policy.rule}
        effect = next((word for word in ("finding", "supply-risk", "none") if word in effects), "none")
        whose = " (yours)" if policy.id in known.own else ""
        click.echo(f"{policy.id:<24} {policy.default:<8} {effect:<12} {policy.title}{whose}")
    return 0


@policies.command()
@click.argument("name")
@policies_option
def show(name: str, directories: tuple[Path, ...]) -> int:
    """Show one policy: who is bound, what it asks of an owner, until when, and its sources."""
    from netaudit.policy import load_policies

    known = load_policies(directories)
    (policy,) = known.select([name])
    for label, text in _lines(policy):
        lines = wrap(_harmless(text), WIDTH, break_on_hyphens=False, break_long_words=False) or [""]
        for head, line in zip_longest([label], lines, fillvalue=""):
            click.echo(f"{head:<{LABEL}} {line}".rstrip())
    return 0


def _harmless(text: str) -> str:
    from netaudit.plain import visible

    return visible(text)


@policies.command()
@click.argument("name", required=False)
@policies_option
def test(name: str | None, directories: tuple[Path, ...]) -> int:
    """Run the examples of all policies, or of one; exit code 1 where an example does not hold."""
    from netaudit.policy import load_policies
    from netaudit.policy.examples import failures

    known = load_policies(directories)
    tested = known.select([name]) if name else tuple(known.by_id.values())
    broken = list(failures(tested))
    for line in broken:
        click.echo(_harmless(line))
    examples = sum(len(rule.examples) for policy in tested for rule in policy.rule)
    click.echo(f"{len(tested)} policies, {examples} examples, {len(broken)} that do not hold")
    return 1 if broken else 0


def _lines(policy: "Policy") -> Iterator[tuple[str, str]]:
    yield "id", policy.id
    yield "title", policy.title
    yield "instrument", policy.instrument
    yield from _given("citation", policy.citation)
    yield from _given("issued by", policy.issued_by)
    yield "force", f"{policy.legal_force}; {policy.status}; {policy.type}; jurisdiction {policy.jurisdiction}"
    yield from _dates(policy)
    yield "", ""
    yield "bound", ", ".join(policy.binds.entity_types) or "nobody who has devices"
    yield from _given("not bound", ", ".join(policy.binds.excluded))
    yield from _given("", policy.binds.note)
    yield "for an owner", policy.summary
    yield from _rules(policy)
    yield from _waiver(policy)
    yield "", ""
    for source in policy.sources:
        yield "source", f"{source.title} ({source.kind}, {source.date or 'undated'}) {source.url} {source.note}".strip()
    yield from _given("note", policy.note)
    yield "checked on", f"{policy.checked_on}; confidence {policy.confidence}; by default {policy.default}"
    yield "", NOT_ADVICE


def _given(label: str, text: str) -> Iterator[tuple[str, str]]:
    if text:
        yield label, text


def _dates(policy: "Policy") -> Iterator[tuple[str, str]]:
    dates = policy.dates
    for label in ("announced", "published", "effective", "ended"):
        when = getattr(dates, label)
        if when is not None and (when.value or when.note):
            yield label, f"{when.value or 'not verified'}{f' ({when.note})' if when.note else ''}"
    for event in dates.history:
        yield "history", f"{event.date.value or 'not dated'}: {event.what}"


def _rules(policy: "Policy") -> Iterator[tuple[str, str]]:
    for rule in policy.rule:
        on = rule.match
        yield "", ""
        yield "rule", f"{rule.id}: {rule.text}"
        yield "", f"severity {rule.severity}; effect on an owner: {rule.owner_effect}"
        yield from _given("makers", ", ".join((*on.families, *(f"seat in {c}" for c in on.maker_countries))))
        yield from _given("", f"affiliates {on.affiliates}; other labels {on.relabels}; component {on.component}")
        yield from _given("criterion", on.criterion)
        yield "devices", ", ".join(rule.kinds)
        yield from _conditions(rule)
        yield from (("deadline", f"{d.date.value or 'not verified'}: {d.what}") for d in rule.deadlines)
        yield from (("exception", f"{policy.id}/{e.id}: {e.text}") for e in rule.exceptions)
        yield from (("to be shown", text) for text in rule.evidence)


def _conditions(rule: "Rule") -> Iterator[tuple[str, str]]:
    dates = rule.applies_if
    for name in ("acquired_after", "acquired_before", "installed_after", "installed_before", "renewal_after"):
        if day := getattr(dates, name):
            yield "only if", f"{name.replace('_', ' ')} {day}"
    yield from _given("purposes", ", ".join(rule.purposes))
    yield from _given("funding", ", ".join(rule.funding))
    yield from _given("sites", " ".join((rule.site.sensitivity or "", *rule.site.types, rule.site.definition)).strip())
    yield from _given("network", rule.network.segment or "")
    yield from _given("conditions", ", ".join(rule.needs))


def _waiver(policy: "Policy") -> Iterator[tuple[str, str]]:
    yield "", ""
    if policy.waiver is None:
        yield "waiver", "the instrument knows none"
        return
    terms = policy.waiver
    delegation = "; not to be delegated" if terms.non_delegable else ""
    until = f"; none reaches beyond {terms.latest}" if terms.latest else ""
    papers = f"; papers: {', '.join(terms.needs)}" if terms.needs else ""
    yield "waiver", f"by {', '.join(terms.approver)}{delegation}{papers}{until} {terms.note}".strip()
