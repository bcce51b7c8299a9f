"""What operators said of devices: merges, splits and marks, kept as facts. Nothing of it is ever deleted. Pure.

A later fact can undo an earlier one; both stay. Facts speak of devices by any id or key that they ever had, so that
they hold after an import too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from netaudit.history.shape import Fact
from netaudit.naming import device_id


@dataclass(frozen=True, slots=True)
class Word:
    """The facts that hold."""

    same: Mapping[str, str]  # an id or key -> the name of the group that is one device
    apart: frozenset[tuple[str, str]]  # an id, and the id or key that is not that device's


def holding(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts that no other fact undoes, in the order in which they were said. An undoing can be undone."""
    every = sorted(facts, key=lambda fact: (fact.at, fact.id))
    undone: set[str] = set()
    for fact in reversed(every):
        if fact.kind == "undo" and fact.id not in undone:
            undone.add(fact.subject)
    return tuple(fact for fact in every if fact.id not in undone and fact.kind != "undo")


def word_of(facts: Iterable[Fact]) -> Word:
    """What the facts that hold come to."""
    kept = holding(facts)
    same: dict[str, str] = {}
    for fact in (f for f in kept if f.kind == "same"):
        groups = {same.get(name, name) for name in (fact.subject, fact.object)}
        name = min(groups)
        same |= {member: name for member, group in same.items() if group in groups}
        same |= {fact.subject: name, fact.object: name}
    apart = frozenset((fact.subject, fact.object) for fact in kept if fact.kind == "apart")
    return Word(same, apart)


def told(fact: Fact) -> str:
    """Who said it, when, and why, in a few words."""
    return f"said by {fact.who or 'somebody'} on {fact.at[:10]}{f': {fact.why}' if fact.why else ''}"


def said(fact: Fact) -> Fact:
    """A new fact, with its id: a digest of all that it says."""
    words = f"{fact.at}|{fact.kind}|{fact.subject}|{fact.object}|{fact.why}|{fact.who}|{fact.day}"
    return replace(fact, id=device_id(words))
