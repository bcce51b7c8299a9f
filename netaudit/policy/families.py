"""Makers as policies need them: the country of a maker's seat, and how a label stands to its maker on a day."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from netaudit.policy.dates import PATTERN, span

Relation = Literal["own", "subsidiary", "affiliate", "former"]
Standing = Literal["own", "affiliate", "former", "relabel"]


class Label(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A name on the box that belongs, or belonged, to a maker."""

    label: str
    relation: Relation
    source: str
    sure: Literal["high", "medium", "low"]
    since: Annotated[str, Meta(pattern=PATTERN)] | None = None
    until: Annotated[str, Meta(pattern=PATTERN)] | None = None


class Family(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A maker."""

    id: str
    name: str
    country: str | None = None
    labels: tuple[Label, ...] = ()


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    family: tuple[Family, ...]


@cache
def families() -> Mapping[str, Family]:
    """Every maker that is known here, by id."""
    text = (Path(__file__).parent / "families.toml").read_text(encoding="utf-8")
    return MappingProxyType({f.id: f for f in msgspec.convert(tomllib.loads(text), _File).family})


def country_of(family: str) -> str | None:
    """The country of the maker's seat, where it is known."""
    return found.country if (found := families().get(family)) else None


@lru_cache(maxsize=4096)  # a site has few labels
def standing(family: str, label: str, manufacturer: str, day: date) -> Standing:
    """How a label stands to the maker of the hardware on this day: its own, an affiliate's, a former one's, another's."""
    maker = families().get(family)
    names = {_plain(n) for n in (family, manufacturer, maker.name if maker else "")}
    if not _plain(label) or _plain(label) in names:
        return "own"
    entry = next((e for e in (maker.labels if maker else ()) if _plain(e.label) == _plain(label)), None)
    if entry is None:
        return "relabel"
    if entry.relation == "former":
        sold = span(entry.until).first if entry.until else day
        return "affiliate" if day < sold else "former"
    return "own" if entry.relation == "own" else "affiliate"


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
