"""What is planned and done: from facts, from a register, and from a file of marks in TOML.

A file says it with the words of a mark:

[[mark]]
device = "44:19:b6:00:00:01"     # an id, a serial number, a hardware or a network address
state  = "replaced"              # or "planned"
since  = 2026-04-01
"""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import msgspec

from netaudit.history.progress import Mark
from netaudit.history.shape import MARKS, Fact, MarkState
from netaudit.naming import serial_name


class _Line(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    device: str
    state: MarkState
    since: date


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    mark: tuple[_Line, ...] = ()


def read_marks(path: Path) -> tuple[Mark, ...]:
    """The marks in a TOML file. ValueError, with the file's name, on any mistake."""
    try:
        found = msgspec.convert(tomllib.loads(path.read_bytes().decode()), _File)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return tuple(mark for line in found.mark for mark in marks_of(line.device, line.state, line.since.isoformat()))


def marks_of(device: str, state: MarkState, since: str) -> Iterator[Mark]:
    """The mark of a device, named as a person would write it."""
    plain = device.strip()
    digits = plain.casefold().replace("-", ":")
    if len(digits) == 17 and digits.count(":") == 5:
        yield Mark(f"mac:{digits}", state, since)
    else:
        yield Mark(plain, state, since)


def named_by_register(serial: str | None, mac: str | None, address: str | None) -> str:
    """What a register's entry names its device by: the strongest that it has, as a key of the history."""
    if serial and (name := serial_name(serial)):
        return f"serial:{name}"
    return f"mac:{mac.lower().replace('-', ':')}" if mac else (address or "")


def from_facts(facts: Iterable[Fact]) -> Iterator[Mark]:
    """The marks among facts that hold. What was replaced, was so on its day; what is planned, since it was said."""
    for fact in facts:
        if fact.kind == "mark" and fact.object in MARKS:
            state: MarkState = "replaced" if fact.object == "replaced" else "planned"
            yield Mark(fact.subject, state, fact.day if fact.day and state == "replaced" else fact.at)
