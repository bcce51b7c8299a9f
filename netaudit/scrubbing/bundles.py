"""A bundle without names: every event anew, in a chain of its own."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from functools import partial
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import Any, Final

from netaudit.model import Event, Gap, Problem, Reply
from netaudit.records.bundle import BundleWriter, read_bundle
from netaudit.scrubbing.pseudonyms import Pseudonyms
from netaudit.scrubbing.replacer import Replacer

SITE: Final = "scrubbed"
_PLACES: Final = frozenset({"address", "destination", "asked"})


def bundle_events(path: Path) -> Iterator[Event]:
    """The events of a bundle; ValueError where it is none, or was tampered with."""
    yield from read_bundle(path).events


def scrub_bundle(path: Path, out: Path, replacer: Replacer, names: Pseudonyms) -> None:
    """Write the bundle without names. Its settings say that it was scrubbed; a bundle that was cut off stays so."""
    recording = read_bundle(path)
    place = partial(placed, replacer=replacer, names=names)
    run = replace(
        recording.run,
        targets=tuple(place(target) for target in recording.run.targets),
        excluded=tuple(place(target) for target in recording.run.excluded),
        site=SITE if recording.run.site else None,
    )
    with BundleWriter(out, run, {**_settings(recording.settings.items(), replacer), "scrubbed": "yes"}) as writer:
        for event in recording.events:
            if recording.complete or not (isinstance(event, Gap) and event.kind == "truncated_input"):
                writer.add(clean_event(event, replacer, place))
        if recording.complete:
            writer.finish(recording.run.finished_at)


def _settings(pairs: Iterable[tuple[str, str]], replacer: Replacer) -> dict[str, str]:
    return {name: replacer.text(value) for name, value in pairs}


def clean_event(event: Event, replacer: Replacer, place: Callable[[str], str]) -> Event:
    """The same event without names: its bytes, its texts, and its addresses."""
    if not isinstance(event, Reply | Problem | Gap):
        return event
    changed: dict[str, Any] = {}
    for field in fields(event):
        value = getattr(event, field.name)
        if field.name in _PLACES and value:
            changed[field.name] = place(value)
        elif isinstance(value, bytes):
            changed[field.name] = replacer(value)
        elif isinstance(value, str) and field.name in {"mac", "detail"}:
            changed[field.name] = replacer.text(value)
        elif field.name == "facts":
            changed[field.name] = tuple((name, replacer.text(text)) for name, text in value)
    return replace(event, **changed)


def placed(text: str, replacer: Replacer, names: Pseudonyms) -> str:
    """An address as it is called in the scrubbed recording; other text without names."""
    bare, percent, zone = text.partition("%")
    try:
        address = ip_address(bare)
    except ValueError:
        return replacer.text(text)
    if not address.is_global or address.is_multicast:
        return replacer.text(text)
    fresh = names.address4(address) if isinstance(address, IPv4Address) else names.address6(address)
    return f"{fresh}{percent}{zone}"
