"""A labelled corpus: what was read in each line, what is true of it, and what the evidence in it makes of it.

The folder holds pairs NAME.jsonl and NAME.truth.jsonl: lines as `netaudit identify` takes them, and by `id` the family
that made the device. "none" means neither of the two families that are measured; where such a truth names a maker that
names.toml knows, that maker is the truth. Nothing in the project needs the corpus: what uses it skips without it.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from netaudit.identify.fingerprints import Library
from netaudit.identify.names import Names, plain
from netaudit.identify.settle import WEIGHTS, settle
from netaudit.model import Identity, Match, Observation
from netaudit.single import identify_line

MEASURED = ("hikvision", "dahua")
OTHER = "other"  # somebody else: which, the truth does not say, or not as names.toml knows it
WEB_ADDRESS = re.compile(r"(?:https?://|(?<!//)www\.)[^\s\"'<>\\]+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line, or all lines of one device, with its truth."""

    name: str
    text: str  # what the device sent, or the corpus says that it sent
    truth: Mapping[str, object]
    family: str  # the true one
    matches: tuple[Match, ...]
    names: Names

    @cached_property
    def identity(self) -> Identity:
        """What netaudit says."""
        return self.settled(WEIGHTS)

    @property
    def source(self) -> str:
        """Where the line was found: the repository, or the page."""
        source = self.truth.get("source")
        found = source if isinstance(source, dict) else {}
        return str(found.get("repo") or found.get("url") or found.get("path") or "")

    @property
    def counts(self) -> bool:
        """Whether it counts for recall: its label does not rest on its own content."""
        return self.truth.get("stated", True) is True

    @property
    def prose(self) -> str:
        """The text without web addresses, whose names are not the device's own."""
        return WEB_ADDRESS.sub("", self.text)

    def right(self, family: str) -> bool | None:
        """Whether a family that is told is the true one; None where the truth is too vague to say."""
        return None if self.family == OTHER and family not in MEASURED else family == self.family

    def settled(self, weights: Mapping[str, float]) -> Identity:
        """What netaudit would say with these weights."""
        return settle(self.matches, self.names, weights)

    def without(self, fingerprints: frozenset[str]) -> "Row":
        """The same row, had these fingerprints never been written."""
        return replace(self, matches=tuple(hit for hit in self.matches if hit.fingerprint not in fingerprints))


def find_corpus() -> Path | None:
    """The folder that NETAUDIT_CORPUS names, or the one that stands beside the project; None where there is none."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
    folder = Path(os.environ.get("NETAUDIT_CORPUS") or beside)
    return folder if folder.is_dir() else None


def read_corpus(folder: Path, library: Library) -> list[Row]:
    """Every line of every file that has a truth beside it."""
    return [_row(f"{file}/{line['id']}", line, truth, library) for file, line, truth in _pairs(folder)]


def read_devices(folder: Path, library: Library) -> list[Row]:
    """The same, with all lines of one group as one device: verdicts are of devices."""
    groups: dict[str, tuple[str, dict[str, object], dict[str, object]]] = {}
    for file, line, truth in _pairs(folder):
        key = str(truth.get("group") or f"{file}/{line['id']}")
        _, whole, known = groups.setdefault(key, (file, {"id": key}, dict(truth)))
        for part in ("replies", "observations"):
            whole[part] = [*whole.get(part, ()), *line.get(part, ())]
        whole.update({"mac": line["mac"]} if "mac" in line else {})
        known["stated"] = known.get("stated", True) or truth.get("stated", True)
    return [_row(f"{file}/{key}", line, truth, library) for key, (file, line, truth) in groups.items()]


def _pairs(folder: Path) -> Iterator[tuple[str, dict[str, object], dict[str, object]]]:
    for path in sorted(folder.glob("*.jsonl")):
        beside = path.with_suffix(".truth.jsonl")
        if beside.is_file():
            truths = {truth["id"]: truth for truth in map(json.loads, beside.read_bytes().splitlines())}
            lines = map(json.loads, path.read_bytes().splitlines())
            yield from ((path.stem, line, truths[line["id"]]) for line in lines)


def _row(name: str, line: dict[str, object], truth: dict[str, object], library: Library) -> Row:
    answer = identify_line(json.dumps(line).encode(), library)
    return Row(
        name=name,
        text=json.dumps([line.get("replies"), line.get("observations")], ensure_ascii=False),
        truth=truth,
        family=_true_family(truth, library.names),
        matches=tuple(_match(evidence) for evidence in answer["evidence"]),
        names=library.names,
    )


def _match(evidence: Mapping[str, str | Mapping[str, str]]) -> Match:
    seen = Observation(channel=evidence["channel"], field=evidence["field"], value=evidence["value"])
    claims = tuple(sorted(evidence["supports"].items()))
    return Match(fingerprint=evidence["fingerprint"], observation=seen, strength=evidence["strength"], claims=claims)


def _true_family(truth: Mapping[str, object], names: Names) -> str:
    if truth["family"] != "none":
        return str(truth["family"])
    labels = map(plain, _spellings(str(truth.get("brand") or truth.get("vendor") or "")))
    return next((names.family_aliases[label] for label in labels if label in names.family_aliases), OTHER)


def _spellings(brand: str) -> Iterable[str]:
    """A label as it stands, then less and less of it: 'TP-Link Tapo', 'TP-Link'; and what stands in brackets."""
    words = re.sub(r"\(.*", "", brand).split()
    yield brand
    yield from (" ".join(words[:length]) for length in range(len(words), 0, -1))
    yield from re.findall(r"\(([^)]+)\)", brand)
