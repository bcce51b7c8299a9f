"""A scrubbed copy of a recording: it is read to learn its names, and written without them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netaudit.discovery import UDP_PORTS
from netaudit.identify.fingerprints import Library
from netaudit.model import Event
from netaudit.records.capture import read_capture
from netaudit.records.kind import recorded_kind
from netaudit.scrubbing.bundles import bundle_events, scrub_bundle
from netaudit.scrubbing.captures import hardware_addresses, read_frames, scrub_capture
from netaudit.scrubbing.learn import Learnt, learn, words
from netaudit.scrubbing.pseudonyms import KEY_BYTES, Pseudonyms
from netaudit.scrubbing.replacer import Replacer

LEAST_KEY_BYTES: Final = 16
MAX_KEY_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What was done: how many of each kind were replaced, and what stays, in sentences."""

    counts: dict[str, int]
    remarks: tuple[str, ...]


def read_key(path: Path | None) -> bytes:
    """The key in a file, or a new one that nobody knows. ValueError where the file's is too short to be secret."""
    if path is None:
        return os.urandom(KEY_BYTES)
    with path.open("rb") as file:
        key = file.read(MAX_KEY_BYTES)
    if len(key) < LEAST_KEY_BYTES:
        raise ValueError(f"{path}: a key has {LEAST_KEY_BYTES} bytes or more: head -c 32 /dev/urandom > {path}")
    return key


def scrub(path: Path, out: Path, key: bytes, library: Library) -> Scrubbed:
    """Write a copy of a bundle or capture without names. ValueError where the file is neither, or is damaged."""
    kind = recorded_kind(path)
    if kind not in {"bundle", "capture"}:
        raise ValueError(f"{path}: only bundles and captures are scrubbed: replay it, and share neither")
    names = Pseudonyms(key)
    if kind == "bundle":
        learnt = learn(bundle_events(path), library, names)
        scrub_bundle(path, out, Replacer(words(learnt, names), names), names)
    else:
        frames = read_frames(path)
        learnt = learn(_events(path), library, names, hardware_addresses(frames))
        scrub_capture(frames, out, Replacer(words(learnt, names), names), names)
    return Scrubbed(dict(learnt.counts), tuple(_remarks(learnt)))


def _events(path: Path) -> Iterator[Event]:
    yield from read_capture(path, UDP_PORTS)


def _remarks(learnt: Learnt) -> Iterator[str]:
    if learnt.kept:
        yield (
            f"{len(learnt.kept)} names stay, but for serial numbers and hardware addresses in them, as devices are "
            f"identified by them: {', '.join(sorted(learnt.kept)[:5])}"
        )
    if learnt.certificates:
        count = len(learnt.certificates)
        yield f"{count} certificates keep their keys and numbers, by which the devices that hold them are known again"
    yield "what is encrypted, packed, or in pictures was not looked into: read docs/scrub.md before you share the file"
