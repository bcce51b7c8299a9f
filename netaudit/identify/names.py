"""Names: the one spelling of each maker, brand and kind of device, read from names.toml.

A device spells its maker in many ways. What a fingerprint cuts out of an answer is looked up here, with case, blanks
and punctuation left aside, so that one maker has one name in every inventory.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

from netaudit.vocabulary import KINDS

NOT_A_LETTER = re.compile(r"[\W_]+")


class FamilyEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A maker as names.toml lists it."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


class BrandEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A label on the box: who has made what is sold under it, and who says so."""

    id: str
    sources: tuple[str, ...]
    families: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class KindEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A kind of device, and the words that devices use for it."""

    id: str
    aliases: tuple[str, ...] = ()


class NamesFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One names.toml."""

    family: tuple[FamilyEntry, ...] = ()
    brand: tuple[BrandEntry, ...] = ()
    kind: tuple[KindEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every name that may stand in an inventory, and what it is also called."""

    families: Mapping[str, str]  # family id -> the maker's name
    makers: Mapping[str, frozenset[str]]  # brand -> the families that have made it
    family_aliases: Mapping[str, str]  # plain text -> family id
    brand_aliases: Mapping[str, str]  # plain text -> brand
    kind_aliases: Mapping[str, str]  # plain text -> kind

    def normal(self, attribute: str, value: str) -> str | None:
        """The one spelling of a captured value; None where this attribute allows only known names."""
        match attribute:
            case "brand":
                return self.brand_aliases.get(plain(value), value)
            case "manufacturer":
                return self.families.get(self.family_aliases.get(plain(value), ""), value)
            case "family":
                return self.family_aliases.get(plain(value))
            case "kind":
                return self.kind_aliases.get(plain(value))
            case _:
                return value


def plain(text: str) -> str:
    """The text as names are compared: lower case, letters and digits only."""
    return NOT_A_LETTER.sub("", text.casefold())


def build_names(files: Iterable[NamesFile]) -> Names:
    """The names of all files together; ValueError where two of them contradict."""
    content = tuple(files)
    families = tuple(entry for file in content for entry in file.family)
    brands = tuple(entry for file in content for entry in file.brand)
    kinds = tuple(entry for file in content for entry in file.kind)
    _check(families, brands, kinds)
    return Names(
        families=MappingProxyType({f.id: f.name for f in families}),
        makers=MappingProxyType({b.id: frozenset(b.families) for b in brands}),
        family_aliases=_aliases("family", ((f.id, (f.id, f.name, *f.aliases)) for f in families)),
        brand_aliases=_aliases("brand", ((b.id, (b.id, *b.aliases)) for b in brands)),
        kind_aliases=_aliases("kind", ((k.id, (k.id, *k.aliases)) for k in kinds)),
    )


def _check(families: tuple[FamilyEntry, ...], brands: tuple[BrandEntry, ...], kinds: tuple[KindEntry, ...]) -> None:
    known = {family.id for family in families}
    for brand in brands:
        if not brand.sources:
            raise ValueError(f"brand {brand.id!r}: no sources; name a public document with its date")
        if strangers := set(brand.families) - known:
            raise ValueError(f"brand {brand.id!r}: unknown family {min(strangers)!r}; add it to names.toml")
    for kind in kinds:
        if kind.id not in KINDS:
            raise ValueError(f"kind {kind.id!r}: not in the vocabulary ({', '.join(KINDS)})")


def _aliases(what: str, entries: Iterable[tuple[str, tuple[str, ...]]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, spellings in entries:
        for spelling in spellings:
            if found.setdefault(plain(spelling), name) != name:
                raise ValueError(f"{what} {name!r}: {spelling!r} already stands for {found[plain(spelling)]!r}")
    return MappingProxyType(found)
