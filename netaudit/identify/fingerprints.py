"""Fingerprints: the TOML files of fingerprints/ and of the user, strictly checked and indexed by observation field.

The format is described in fingerprints/README.md. Every mistake in a file is a ValueError that names the file and the
fingerprint. Patterns are compiled when they are first used: most runs meet few of the fields.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from netaudit.identify.names import Names, NamesFile, build_names
from netaudit.vocabulary import ATTRIBUTES, FIELDS, KINDS, STRENGTHS

NAMES_FILE = "names.toml"
NAMES_FILES = (NAMES_FILE, "brands.toml")  # what holds no fingerprints
GROUP = re.compile(r"\((?!\?)|\(\?P<(\w+)>")  # an unnamed group, or a named one
CLASS_OR_ESCAPE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")  # where a bracket opens no group
PREFIX = re.compile(r"^[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}(?::[0-9a-f](?:[0-9a-f](?::[0-9a-f])?)?)?$")


class Example(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A value that the fingerprint must match, with all that its named groups then hold."""

    text: str
    yields: dict[str, str] = {}


class NearMiss(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A value that the fingerprint must not match, and why not."""

    text: str
    why: str


class Entry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One [[fingerprint]] as a file has it; it names its own field, or fields, where the file names none for all."""

    id: str
    title: str
    strength: str
    sources: tuple[str, ...]
    matches: tuple[str | Example, ...]
    rejects: tuple[NearMiss, ...]
    asserts: dict[str, str] = {}
    pattern: str = ""
    prefixes: tuple[str, ...] = ()
    field: str = ""
    fields: tuple[str, ...] = ()


class Head(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What stands above the fingerprints of a file: the field, or fields, that all of them read."""

    field: str = ""
    fields: tuple[str, ...] = ()
    lead: str = ""  # a pattern of what may stand before the text that the patterns of this file fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """A pattern, or a list of hardware address prefixes, with what a match of it asserts."""

    id: str
    title: str
    fields: tuple[str, ...]
    pattern: str
    prefixes: tuple[str, ...]
    asserts: tuple[tuple[str, str], ...]
    strength: str
    sources: tuple[str, ...]
    matches: tuple[Example, ...]
    rejects: tuple[NearMiss, ...]
    path: str
    layer: int = 0  # 0: shipped; else which of the user's directories it stands in

    @property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return _compile(self.pattern)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Library:
    """All fingerprints of a run. Two libraries are equal only if they are the same object, which makes it a cheap key."""

    fingerprints: tuple[Fingerprint, ...]
    by_field: Mapping[str, tuple[Fingerprint, ...]]  # those with a pattern
    by_prefix: Mapping[tuple[str, str], Fingerprint]  # (field, hexadecimal prefix) -> the one that lists it
    names: Names
    sha256: str  # over the content of all files
    overridden: frozenset[str] = frozenset()  # ids that a directory of the user's gave anew

    @property
    def count(self) -> int:
        """How many fingerprints there are."""
        return len(self.fingerprints)


def load_library(sources: tuple[Path, ...] = ()) -> Library:
    """What is shipped and, over it, what each of these directories or single files has: a known id is replaced.

    ValueError, one line, on any mistake in a file.
    """
    layers = [[(path, path.read_bytes()) for path in _listed(source)] for source in (shipped_directory(), *sources)]
    files = [file for layer in layers for file in layer]
    names = _read_names([file for file in files if file[0].name in NAMES_FILES])
    found: dict[str, Fingerprint] = {}
    overridden: set[str] = set()
    for number, layer in enumerate(layers):
        own = _read_layer(layer, number, names)
        overridden |= own.keys() & found.keys()
        found |= own
    fingerprints = tuple(found.values())
    return Library(
        fingerprints=fingerprints,
        by_field=_by_field(fingerprints),
        by_prefix=_by_prefix(fingerprints),
        names=names,
        sha256=_digest(files),
        overridden=frozenset(overridden),
    )


def shipped_directory() -> Path:
    """Where the shipped files stand: inside the package in a wheel, beside it in a source checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "fingerprints"
    return inside if (inside / NAMES_FILE).is_file() else package.parent / "fingerprints"


def _listed(source: Path) -> list[Path]:
    """The files of a directory; of a single file, itself and the names beside it."""
    if source.is_file():
        beside = [path for name in NAMES_FILES if (path := source.with_name(name)).is_file()]
        return [source, *beside] if source not in beside else [source]
    if not source.is_dir():
        raise ValueError(f"{source}: no such directory of fingerprints")
    return sorted(source.glob("*.toml"))


def _read_names(files: list[tuple[Path, bytes]]) -> Names:
    parts = []
    for path, content in files:
        with _blame(path.name):
            parts.append(msgspec.convert(tomllib.loads(content.decode()), NamesFile))
    with _blame(" and ".join(NAMES_FILES)):
        return build_names(parts)


def _read_layer(files: list[tuple[Path, bytes]], number: int, names: Names) -> dict[str, Fingerprint]:
    """The fingerprints of one directory by their ids, which are unique in it."""
    found: dict[str, Fingerprint] = {}
    for path, content in files:
        for one in _read(path, content, names) if path.name not in NAMES_FILES else ():
            with _blame(f"{path.name}: fingerprint {one.id!r}"):
                if one.id in found:
                    raise ValueError(f"the id stands in {found[one.id].path} already")
                if number:  # of what is shipped, a test has compiled each pattern, and a run needs few
                    _compile(one.pattern)
            found[one.id] = replace(one, layer=number) if number else one
    return found


def _read(path: Path, content: bytes, names: Names) -> Iterator[Fingerprint]:
    with _blame(path.name):
        table = tomllib.loads(content.decode())
        entries = msgspec.convert(table.pop("fingerprint", []), list[dict[str, Any]])
        head = msgspec.convert(table, Head)
        shared = _checked_fields(head) if head != Head() else ()
        _check_pattern(f"^{head.lead}")
    for number, raw in enumerate(entries, start=1):
        with _blame(f"{path.name}: fingerprint {raw.get('id', number)!r}"):
            entry = msgspec.convert(raw, Entry)
            _check(entry, names)
            fields = _own_fields(entry, shared)
        yield Fingerprint(
            id=entry.id,
            title=entry.title,
            fields=fields,
            pattern=_led(entry.pattern, head.lead),
            prefixes=entry.prefixes,
            asserts=tuple(sorted(entry.asserts.items())),
            strength=entry.strength,
            sources=entry.sources,
            matches=tuple(Example(text=text) if isinstance(text, str) else text for text in entry.matches),
            rejects=entry.rejects,
            path=path.name,
        )


@contextmanager
def _blame(where: str) -> Iterator[None]:
    """Every ValueError inside names the file, and the fingerprint where one is at fault."""
    try:
        yield
    except (ValueError, re.error) as error:
        raise ValueError(f"{where}: {error}") from error


def _own_fields(entry: Entry, shared: tuple[str, ...]) -> tuple[str, ...]:
    if not shared:
        return _checked_fields(entry)
    if entry.field or entry.fields:
        raise ValueError("the file names the field for all its fingerprints: name it there or here, not in both")
    return shared


def _led(pattern: str, lead: str) -> str:
    """The pattern with what may stand before it, behind its anchor."""
    return pattern.replace("^", f"^(?:{lead})?", 1) if pattern and lead else pattern


def _checked_fields(head: Head | Entry) -> tuple[str, ...]:
    fields = (head.field, *head.fields) if head.field else head.fields
    if not fields or (head.field and head.fields):
        raise ValueError('name one field = "…" or several fields = ["…"]')
    if twice := [field for number, field in enumerate(fields) if field in fields[:number]]:
        raise ValueError(f"field {twice[0]!r} stands twice")
    if strangers := [field for field in fields if field not in FIELDS]:
        raise ValueError(f"unknown field {strangers[0]!r}; the fields are listed in netaudit/vocabulary.py")
    return fields


def _check(entry: Entry, names: Names) -> None:
    if entry.strength not in STRENGTHS:
        raise ValueError(f"unknown strength {entry.strength!r}; one of {', '.join(STRENGTHS)}")
    for what in ("matches", "rejects", "sources"):
        if not getattr(entry, what):
            raise ValueError(f"{what} is empty; give at least one")
    if bool(entry.pattern) == bool(entry.prefixes):
        raise ValueError("give a pattern, or prefixes, and not both")
    _check_pattern(entry.pattern)
    if wrong := [prefix for prefix in entry.prefixes if not PREFIX.match(prefix)]:
        raise ValueError(f"prefix {wrong[0]!r} is not 24, 28 or 36 bits in lower case with colons")
    for attribute, value in entry.asserts.items():
        _check_claim(attribute, value, names)


def _check_pattern(pattern: str) -> None:
    if pattern and not pattern.startswith(("^", "(?i)^", "(?s)^", "(?is)^")):
        raise ValueError("the pattern is not anchored with ^")
    for found in GROUP.finditer(CLASS_OR_ESCAPE.sub("", pattern)):
        if found[1] is None:
            raise ValueError("the pattern has an unnamed group; write (?:…) or (?P<attribute>…)")
        if found[1] not in ATTRIBUTES:
            raise ValueError(f"unknown attribute {found[1]!r}; one of {', '.join(sorted(ATTRIBUTES))}")


def _check_claim(attribute: str, value: str, names: Names) -> None:
    if attribute not in ATTRIBUTES:
        raise ValueError(f"unknown attribute {attribute!r}; one of {', '.join(sorted(ATTRIBUTES))}")
    known = {"family": names.families, "brand": names.makers, "kind": KINDS, "manufacturer": names.families.values()}
    if attribute in known and value not in known[attribute]:
        raise ValueError(f"unknown {attribute} {value!r}; spell it as {NAMES_FILE} does, or add it there")


def _by_field(fingerprints: tuple[Fingerprint, ...]) -> Mapping[str, tuple[Fingerprint, ...]]:
    index: dict[str, list[Fingerprint]] = {}
    for found in fingerprints:
        for field in found.fields if found.pattern else ():
            index.setdefault(field, []).append(found)
    return MappingProxyType({field: tuple(members) for field, members in index.items()})


def _by_prefix(fingerprints: tuple[Fingerprint, ...]) -> Mapping[tuple[str, str], Fingerprint]:
    index: dict[tuple[str, str], Fingerprint] = {}
    for found in fingerprints:
        for key in ((field, prefix.replace(":", "")) for field in found.fields for prefix in found.prefixes):
            if (first := index.setdefault(key, found)) is not found:
                raise ValueError(f"{found.path}: fingerprint {found.id!r}: {first.id!r} lists prefix {key[1]} already")
    return MappingProxyType(index)


def _digest(files: list[tuple[Path, bytes]]) -> str:
    total = sha256()
    for path, content in files:
        total.update(f"{path.name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


@cache  # as many as there are fingerprints
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
