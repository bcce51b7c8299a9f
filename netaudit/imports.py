"""What other tools found, as events of ours: their values tidied as our channels would have read them. Pure but for the file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from netaudit.discovery.text import mac_address
from netaudit.model import Event, Observation
from netaudit.single import tidied


def import_nmap(path: Path) -> Iterator[Event | Observation]:
    """The events of a file of `nmap -oX`; ValueError where it is none."""
    from netaudit.records.nmap import read_nmap  # noqa: PLC0415  many runs never need it

    for event in read_nmap(path):
        if isinstance(event, Observation):
            yield from _tidy(event)
        else:
            yield event


def _tidy(found: Observation) -> Iterator[Observation]:
    if found.field == "mac.address" and not mac_address(found.value):
        return
    for field, value in tidied(found.field, found.value):
        if value:
            yield replace(found, field=field, value=value)
