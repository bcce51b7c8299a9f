"""The entries of a register, from the rows of a table: what can be read becomes a fact, what cannot is told.

A cell that cannot be read is left out, so that the fact is missing and rules name it; nothing is guessed from it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias, get_args

import msgspec

from netaudit.policy.dates import span
from netaudit.policy.facts import Facts, Register
from netaudit.policy.sheet import Row, read_table
from netaudit.policy.words import OTHER_FUNDING, Purpose, Segment, State

KEYS: Final = ("serial", "mac", "address")
COLUMNS: Final = Facts.__struct_fields__
DATES: Final = frozenset({"acquired", "installed", "renewal", "replacement"})
FLAGS: Final = frozenset({"internet_reachable", "cloud_enabled"})
LISTS: Final = frozenset({"met", "not_met", "meets", "meets_not", "exceptions"})
Choices: TypeAlias = Mapping[str, tuple[str, ...]]
CHOICES: Final[Choices] = {
    "purpose": get_args(Purpose),
    "state": get_args(State),
    "segment": get_args(Segment),
}
YES: Final = frozenset({"yes", "y", "true", "1", "on"})
NO: Final = frozenset({"no", "n", "false", "0", "off"})
MAC: Final = re.compile(r"^[0-9a-f]{12}$")
COUNTRY: Final = re.compile(r"^[A-Z]{2}$")
TOLD: Final = 200  # remarks; a column in a foreign format would make one for each row


def read_register(
    path: Path, columns: Mapping[str, str] | None = None, funding: tuple[str, ...] = OTHER_FUNDING
) -> Register:
    """The register in a file. `columns` says how it calls what is called serial or acquired here.

    `funding` are the words that policies know: another word would read as money that no rule asks about.
    """
    named = {_plain(theirs): ours for ours, theirs in (columns or {}).items()}
    if strange := sorted(set(named.values()) - set(COLUMNS)):
        raise ValueError(f"columns: {strange[0]!r} is no column of a register; one of {', '.join(COLUMNS)}")
    remarks: list[str] = []
    theirs, rows = read_table(path)
    if not {_column(name, named) for name in theirs} & set(KEYS):
        raise ValueError(f"{path}: no column {', '.join(KEYS)}: name one, or say in the profile what it is called")
    choices = {**CHOICES, "funding": funding}
    entries = tuple(_entries(f"{path.name}, line", rows, named, choices, remarks))
    more = [f"{path.name}: {len(remarks) - TOLD:,} more"] if len(remarks) > TOLD else []
    return Register(entries=entries, remarks=(*remarks[:TOLD], *more))


def _entries(
    place: str, rows: Iterable[Row], named: Mapping[str, str], choices: Choices, remarks: list[str]
) -> Iterator[Facts]:
    for number, cells in rows:
        ours = {name: text for theirs, text in cells.items() if (name := _column(theirs, named)) and text}
        told = f"{place} {number}"
        facts = dict(_read(ours, told, choices, remarks))
        if any(facts.get(key) for key in KEYS):
            yield msgspec.convert(facts, Facts)
        else:
            remarks.append(f"{told}: no serial number, MAC or address: it is about no device")


def _column(name: str, named: Mapping[str, str]) -> str | None:
    plain = _plain(name)
    return named.get(plain) or (plain if plain in COLUMNS else None)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())


def _read(cells: Mapping[str, str], told: str, choices: Choices, remarks: list[str]) -> Iterator[tuple[str, object]]:
    for name, text in cells.items():
        try:
            yield name, _value(name, text, choices)
        except ValueError as error:
            remarks.append(f"{told}, {name}: {error}")


def _value(name: str, text: str, choices: Choices) -> object:
    """A cell as the fact that it tells. ValueError where it cannot be read."""
    if name in choices:
        return _choice(text, choices[name])
    for group, read in READERS:
        if name in group:
            return read(text)
    return text


def _date(text: str) -> str:
    """ISO dates, with or without a time, and those with one meaning only: 2024/02/01, 01.02.2024."""
    day = text.replace("T", " ").partition(" ")[0].replace("/", "-")
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", day):
        day = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    try:
        return span(day).text
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no date, or could be two: write YYYY-MM-DD, or YYYY-MM or YYYY") from None


def _flag(text: str) -> bool:
    word = text.casefold()
    if word not in YES | NO:
        raise ValueError(f"{text[:40]!r}: write yes or no")
    return word in YES


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split("[;,|]", text) if part.strip())


def _mac(text: str) -> str:
    digits = re.sub("[^0-9a-z]", "", text.casefold())
    if not MAC.match(digits):
        raise ValueError(f"{text[:40]!r} is no MAC address")
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def _country(text: str) -> str:
    if not COUNTRY.match(text.upper()):
        raise ValueError(f"{text[:40]!r}: write the two letters of ISO 3166: CN, DE, …")
    return text.upper()


def _choice(text: str, words: tuple[str, ...]) -> str:
    word = re.sub(r"[\s_]+", "-", text.casefold())
    if word not in words:
        raise ValueError(f"{text[:40]!r}: one of {', '.join(words)}")
    return word


READERS: Final[tuple[tuple[Iterable[str], Callable[[str], object]], ...]] = (
    (DATES, _date),
    (FLAGS, _flag),
    (LISTS, _list),
    (("mac",), _mac),
    (("made_in", "supplier_country"), _country),
)
