"""All policies of a run: those shipped and those of the user, strictly read.

An unknown key, word, family or date is a ValueError that names the file and the place in it.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import msgspec

from netaudit.policy.families import families
from netaudit.policy.rules import Policy, Rule, When
from netaudit.policy.words import HAVING, OTHER_FUNDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """All policies that are known, by id."""

    by_id: Mapping[str, Policy]
    texts: Mapping[str, bytes]  # the file of each, as it was read
    own: frozenset[str]  # ids that a directory of the user's gave

    @property
    def sha256(self) -> str:
        """One mark for all that was loaded."""
        return sha256(b"".join(self.texts[name] for name in sorted(self.texts))).hexdigest()

    def mark(self, name: str) -> str:
        """The SHA-256 of the file of one policy."""
        return sha256(self.texts[name]).hexdigest()

    def select(self, names: Iterable[str]) -> tuple[Policy, ...]:
        """The policies of these ids, each once. ValueError on one that is not known."""
        return tuple(self._one(name) for name in dict.fromkeys(names))

    def _one(self, name: str) -> Policy:
        if name not in self.by_id:
            raise ValueError(f"{name}: no policy of this id: `netaudit policies list` names all")
        return self.by_id[name]

    @property
    def entity_types(self) -> frozenset[str]:
        """Every kind of body that a policy speaks of."""
        return frozenset(kind for p in self.by_id.values() for kind in (*p.binds.entity_types, *p.binds.excluded))


def funding_words(policies: Policies) -> tuple[str, ...]:
    """Every source of money that a register may name: what policies ask about, and what none does."""
    asked = (word for p in policies.by_id.values() for rule in p.rule for word in rule.funding)
    return tuple(dict.fromkeys((*asked, *OTHER_FUNDING)))


def load_policies(directories: Iterable[Path] = ()) -> Policies:
    """The policies shipped and, over them, those of these directories: a known id is replaced."""
    found: dict[str, Policy] = {}
    texts: dict[str, bytes] = {}
    own: set[str] = set()
    for layer, directory in enumerate((shipped_directory(), *directories)):
        read = _directory(directory)
        found |= {policy.id: policy for policy, _ in read}
        texts |= {policy.id: text for policy, text in read}
        own |= {policy.id for policy, _ in read} if layer else set()
    return Policies(by_id=MappingProxyType(found), texts=MappingProxyType(texts), own=frozenset(own))


def shipped_directory() -> Path:
    """Where the packs of the package stand."""
    return Path(__file__).parent / "packs"


def _directory(directory: Path) -> list[tuple[Policy, bytes]]:
    if not directory.is_dir():
        raise ValueError(f"{directory}: no such directory of policies")
    read = [
        (path, text := path.read_bytes(), read_policy(text, str(path))) for path in sorted(directory.glob("*.toml"))
    ]
    seen: dict[str, Path] = {}
    for path, _, policy in read:
        if policy.id in seen:
            raise ValueError(f"{path}: id {policy.id} stands in {seen[policy.id].name} too: an id is given once")
        seen[policy.id] = path
    return [(policy, text) for _, text, policy in read]


def read_policy(text: bytes, name: str) -> Policy:
    """The policy in these bytes of a file of this name. ValueError, one line, on any mistake."""
    try:
        policy = msgspec.convert(tomllib.loads(text.decode()), Policy)
        mistakes = tuple(_mistakes(policy))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if mistakes:
        raise ValueError(f"{name}: {mistakes[0]}")
    return policy


def _mistakes(policy: Policy) -> Iterator[str]:
    if not policy.sources:
        yield "no sources: name a document with its date"
    if not policy.rule:
        yield "no [[rule]]: an instrument that asks nothing of owners has one of severity context"
    if policy.status == "ended" and not policy.dates.ended:
        yield "status is ended: say when, as dates.ended"
    if len({rule.id for rule in policy.rule}) < len(policy.rule):
        yield "two rules have one id"
    for when in (policy.dates.announced, policy.dates.published, *_dates(policy)):
        _ = when.span  # a ValueError where there is no such day
    if not all(when.value or when.note for when in _dates(policy)):
        yield "a date has neither value nor note: leave it out, or say what is not verified"
    for rule in policy.rule:
        yield from (f"rule {rule.id}: {mistake}" for mistake in _rule_mistakes(rule))


def _dates(policy: Policy) -> Iterator[When]:
    own = (policy.dates.effective, policy.dates.ended, *(e.date for e in policy.dates.history))
    yield from (when for when in own if when is not None)
    yield from (when for rule in policy.rule for when in (rule.effective, rule.ended) if when is not None)
    yield from (deadline.date for rule in policy.rule for deadline in rule.deadlines)


def _rule_mistakes(rule: Rule) -> Iterator[str]:
    match = rule.match
    bases = (match.families, match.maker_countries, match.made_in, match.supplier_countries, match.criterion)
    if not any(bases) and rule.severity != "context":
        yield "match names no basis: families, maker_countries, made_in, supplier_countries or a criterion"
    if unheard := sorted(set(match.families) - families().keys()):
        yield f"unknown family {unheard[0]!r}; one of {', '.join(sorted(families()))}"
    if rule.severity == "context" and rule.owner_effect == "finding":
        yield "severity context is background: owner_effect is none or supply-risk"
    if rule.owner_effect == "finding" and not rule.prohibits:
        yield "prohibits nothing"
    if not rule.examples:
        yield "no examples: one at least for each outcome that it can come to"
    if _needs_a_date(rule) and not _has_a_date(rule):
        yield "a device that was found proves use, not when it was bought or installed: applies_if or funding must say"


def _needs_a_date(rule: Rule) -> bool:
    return rule.owner_effect == "finding" and rule.severity != "advisory" and not HAVING & set(rule.prohibits)


def _has_a_date(rule: Rule) -> bool:
    given = rule.applies_if
    return bool(given.acquired_after or given.installed_after or given.renewal_after or rule.funding or rule.at_most)
