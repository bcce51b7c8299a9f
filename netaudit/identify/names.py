"""Names: the one spelling of each maker, brand and kind of device, and who makes what a brand sells.

Read from names.toml and brands.toml. A device spells its maker in many ways. What a fingerprint cuts out of an answer is
looked up here, with case, blanks and punctuation left aside, so that one maker has one name in every inventory.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

from netaudit.vocabulary import KINDS, RELATIONS, SURENESS

NOT_A_LETTER = re.compile(r"[\W_]+")
PERIOD = re.compile(r"^(?:about )?(?:\d{4}-(?:\d{4})?|-\d{4})$", re.ASCII)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ALL_OF_IT = RELATIONS[:3]  # the relations by which one maker builds all that a brand sells


class FamilyEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A maker as names.toml lists it."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


class Maker(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who builds, or has built, what is sold under a brand."""

    family: str
    relation: str  # one of vocabulary.RELATIONS
    sure: str  # one of vocabulary.SURENESS
    period: str = ""  # "2013-", "-2018", "about 2013-2019"; empty: not known
    lines: str = ""  # which of the brand's products, and which are another's


class BrandEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A label on the box: who has made what is sold under it, and who says so."""

    id: str
    sources: tuple[str, ...]
    makers: tuple[Maker, ...] = ()
    aliases: tuple[str, ...] = ()
    note: str = ""

    @property
    def lead(self) -> Maker | None:
        """The maker that the brand alone points to: the only one, of all that it sells, and surely."""
        if len(self.makers) != 1:
            return None
        (maker,) = self.makers
        return maker if maker.relation in ALL_OF_IT and maker.sure in SURENESS[:2] else None


class KindEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A kind of device, and the words that devices use for it."""

    id: str
    aliases: tuple[str, ...] = ()


class NamesFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One names.toml or brands.toml."""

    family: tuple[FamilyEntry, ...] = ()
    brand: tuple[BrandEntry, ...] = ()
    kind: tuple[KindEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every name that may stand in an inventory, and what it is also called."""

    families: Mapping[str, str]  # family id -> the maker's name
    brands: Mapping[str, BrandEntry]
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
        brands=MappingProxyType({b.id: b for b in brands}),
        makers=MappingProxyType({b.id: frozenset(maker.family for maker in b.makers) for b in brands}),
        family_aliases=_aliases("family", ((f.id, (f.id, f.name, *f.aliases)) for f in families)),
        brand_aliases=_aliases("brand", ((b.id, (b.id, *b.aliases)) for b in brands)),
        kind_aliases=_aliases("kind", ((k.id, (k.id, *k.aliases)) for k in kinds)),
    )


def _check(families: tuple[FamilyEntry, ...], brands: tuple[BrandEntry, ...], kinds: tuple[KindEntry, ...]) -> None:
    known = {family.id for family in families}
    for brand in brands:
        if not brand.sources or not all(YEAR.search(source) for source in brand.sources):
            raise ValueError(f"brand {brand.id!r}: no sources; name a public document with its date")
        for maker in brand.makers:
            _check_maker(brand.id, maker, known)
    for kind in kinds:
        if kind.id not in KINDS:
            raise ValueError(f"kind {kind.id!r}: not in the vocabulary ({', '.join(KINDS)})")


def _check_maker(brand: str, maker: Maker, families: set[str]) -> None:
    if maker.family not in families:
        raise ValueError(f"brand {brand!r}: unknown family {maker.family!r}; add it to names.toml")
    if maker.relation not in RELATIONS:
        raise ValueError(f"brand {brand!r}: unknown relation {maker.relation!r}; one of {', '.join(RELATIONS)}")
    if maker.sure not in SURENESS:
        raise ValueError(f"brand {brand!r}: unknown sure = {maker.sure!r}; one of {', '.join(SURENESS)}")
    if maker.period and not PERIOD.match(maker.period):
        raise ValueError(
            f"brand {brand!r}: period {maker.period!r}; write '2013-2018', '2013-', '-2018', 'about 2013-'"
        )


def _aliases(what: str, entries: Iterable[tuple[str, tuple[str, ...]]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, spellings in entries:
        for spelling in spellings:
            if found.setdefault(plain(spelling), name) != name:
                raise ValueError(f"{what} {name!r}: {spelling!r} already stands for {found[plain(spelling)]!r}")
    return MappingProxyType(found)
