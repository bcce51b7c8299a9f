"""Match: the observations of one device against the fingerprints of their fields.

All fingerprints of a field are tried, so their order in a file means nothing. Nothing is decided here: a match says
which fingerprint fitted which observation and what that asserts; `settle` weighs it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from netaudit.identify.fingerprints import Fingerprint, Library
from netaudit.identify.names import BrandEntry, Names
from netaudit.model import Device, Match
from netaudit.vocabulary import STRENGTHS, is_placeholder

MOST_TRIED, MOST_TRIED_AHEAD = 16_384, 8_192  # values that are remembered with what fits them
INPUT_CHARACTERS = 4096  # of a value, for a pattern: what a device sends is hostile until read
PREFIX_DIGITS = (9, 7, 6)  # 36, 28 and 24 bits: the longest assignment wins
HARDWARE_ADDRESS = re.compile(r"^[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5}$", re.IGNORECASE)
NOT_ASSIGNED = 0x03  # in the first byte: a group address, or one that is locally administered (IEEE 802, section 8.2)
CLOSED = frozenset({"family", "kind", "channels"})  # no placeholder gets here, and "camera" and "1" are values
BRAND_MARK = "brand:"  # what the id of a match begins with that rests on brands.toml
MISSING_BLANK = re.compile(r"(?<=\d)(?=build \d{6})")  # SADP's firmware: "V5.6.2build 190701"
DAY = re.compile(r"^((?:20)?[0-4]\d)[-/.]?(\d\d)[-/.]?(\d\d)$", re.ASCII)  # 220112, 20220112, 2022-01-12

_RANKS = {strength: rank for rank, strength in enumerate(STRENGTHS)}


def match(device: Device, library: Library) -> tuple[Match, ...]:
    """Every fingerprint that fits an observation of the device, strongest first, then in the order of observations."""
    found = [
        Match(
            fingerprint=hit.fingerprint,
            observation=observation,
            strength=hit.strength,
            claims=hit.claims,
            title=hit.title,
        )
        for observation in device.observations
        for hit in _hits(library, observation.field, observation.value[:INPUT_CHARACTERS])
    ]
    found.sort(key=strongest_first)
    return tuple(found)


def strongest_first(hit: Match) -> tuple[Any, ...]:
    """The order in which evidence is listed: the same for any order of observations."""
    seen = hit.observation
    return (
        _RANKS[hit.strength], seen.field, hit.fingerprint, seen.value,
        seen.channel, seen.address, seen.mac or "", seen.transport, seen.port, seen.seen_at, seen.reply, hit.claims,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """What a match of one value says, whoever sent it."""

    fingerprint: str
    strength: str
    title: str
    claims: tuple[tuple[str, str], ...]


@lru_cache(maxsize=MOST_TRIED)  # a site has few models: the same banners come back from device after device
def _hits(library: Library, field: str, value: str) -> tuple[Hit, ...]:
    hits = []
    if registered := _registered(library, field, value):
        hits.append(_hit(registered, registered.asserts))
    for fingerprint, match_with in _patterns(library, field):
        if found := match_with(value):
            captured = _captured(found.groupdict(), library.names)
            hits.append(_hit(fingerprint, sorted({**dict(fingerprint.asserts), **captured}.items())))
    return (*hits, *_leads(hits, library.names))


def prepare(library: Library, field: str, value: str) -> None:
    """Try a value of a field, for whoever has time before the devices are known; of very many, compile the patterns only."""
    if _hits.cache_info().currsize < MOST_TRIED_AHEAD:
        _hits(library, field, value[:INPUT_CHARACTERS])
    else:
        _patterns(library, field)


@lru_cache(maxsize=256)
def _patterns(library: Library, field: str) -> tuple[tuple[Fingerprint, Callable[[str], re.Match[str] | None]], ...]:
    """What is tried on each value of a field: compiled when the first one comes."""
    return tuple((fingerprint, fingerprint.regex.match) for fingerprint in library.by_field.get(field, ()))


def _hit(fingerprint: Fingerprint, claims: Iterable[tuple[str, str]]) -> Hit:
    return Hit(fingerprint.id, fingerprint.strength, fingerprint.title, tuple(claims))


def _leads(hits: Iterable[Hit], names: Names) -> Iterator[Hit]:
    """A weak match for each brand that a value names without its maker, where all of the brand has one maker."""
    told = [dict(hit.claims) for hit in hits]
    if any("family" in claims for claims in told):
        return
    for brand in dict.fromkeys(claims["brand"] for claims in told if "brand" in claims):
        entry = names.brands.get(brand)
        if entry and (maker := entry.lead):
            yield Hit(BRAND_MARK + brand, STRENGTHS[-1], _brand_title(entry, names), (("family", maker.family),))


def _registered(library: Library, field: str, value: str) -> Fingerprint | None:
    """The fingerprint whose registration a hardware address falls under."""
    if not HARDWARE_ADDRESS.match(value):
        return None
    digits = value.replace(":", "").replace("-", "").lower()
    if int(digits[:2], 16) & NOT_ASSIGNED:
        return None
    return next((hit for n in PREFIX_DIGITS if (hit := library.by_prefix.get((field, digits[:n])))), None)


def _captured(groups: dict[str, str | None], names: Names) -> dict[str, str]:
    claims = {}
    for attribute, text in groups.items():
        value = names.normal(attribute, _tidy(attribute, text or ""))
        if value and (attribute in CLOSED or not is_placeholder(value)):
            claims[attribute] = value
    return claims


def _tidy(attribute: str, text: str) -> str:
    """What a group cut out, in the form of its attribute; empty where it has no such form."""
    text = text.strip()
    match attribute:
        case "firmware":
            return MISSING_BLANK.sub(" ", text)
        case "firmware_date" | "produced":
            return _day(text)
        case "channels":
            return str(int(text)) if text.isdecimal() else ""
        case _:
            return text


def _day(text: str) -> str:
    """A date as YYYY-MM-DD; empty where there is no such day, or it is before network cameras."""
    found = DAY.match(text)
    try:
        return date(2000 + int(found[1][-2:]), int(found[2]), int(found[3])).isoformat() if found else ""
    except ValueError:
        return ""


def titles(library: Library) -> dict[str, str]:
    """What each fingerprint means, by the id that a match of it has; of brands those that point to a maker too."""
    of_brands = {
        BRAND_MARK + brand.id: _brand_title(brand, library.names)
        for brand in library.names.brands.values()
        if brand.lead
    }
    return {**{one.id: one.title for one in library.fingerprints}, **of_brands}


def _brand_title(brand: BrandEntry, names: Names) -> str:
    return f"What is sold as {brand.id} is built by {names.families[brand.lead.family]}" if brand.lead else ""
