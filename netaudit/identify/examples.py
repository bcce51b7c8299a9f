"""Whether the examples of fingerprints hold: what `netaudit fingerprints test` runs."""

from collections.abc import Iterable, Iterator

from netaudit.identify.fingerprints import Example, Fingerprint, Library
from netaudit.identify.match import match
from netaudit.model import Device, Observation


def failures(library: Library, fingerprints: Iterable[Fingerprint]) -> Iterator[str]:
    """A sentence for each example of these fingerprints of the library that does not hold."""
    for fingerprint in fingerprints:
        for field in fingerprint.fields:
            yield from _missed(fingerprint, field, library)
            yield from _matched(fingerprint, field, library)


def _missed(fingerprint: Fingerprint, field: str, library: Library) -> Iterator[str]:
    for example in fingerprint.matches:
        if fingerprint.id not in _hits(field, example.text, library):
            yield f"{fingerprint.id}: {field} = {example.text!r} should match, and does not"
        elif fingerprint.pattern and example.yields != _groups(fingerprint, example):
            yield f"{fingerprint.id}: {example.text!r} yields {_groups(fingerprint, example)}, not {example.yields}"


def _matched(fingerprint: Fingerprint, field: str, library: Library) -> Iterator[str]:
    for near_miss in fingerprint.rejects:
        if fingerprint.id in _hits(field, near_miss.text, library):
            yield f"{fingerprint.id}: {field} = {near_miss.text!r} should not match, and does: {near_miss.why}"


def _hits(field: str, text: str, library: Library) -> set[str]:
    observation = Observation(channel=field.partition(".")[0], field=field, value=text)
    return {hit.fingerprint for hit in match(Device(id="example", observations=(observation,)), library)}


def _groups(fingerprint: Fingerprint, example: Example) -> dict[str, str]:
    found = fingerprint.regex.match(example.text)
    return {name: text for name, text in found.groupdict().items() if text is not None} if found else {}
