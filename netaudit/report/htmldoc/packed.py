"""The devices as data for the page's script: columns of numbers that point into lists of texts.

Ten thousand devices must stay under ten megabytes, so each text stands once. The first block feeds the table and is
read when the page opens; the second holds what stands on the devices' own pages, and is read when one is looked at.
Evidence is a flat list: the number of its pattern (the kinds of its pieces, which devices of one model share), then four
numbers for each piece: value, what it supports, reply (counted from the device's first), seconds after the start. Digests, which nothing can shorten, stand as one run of Base64 (RFC 4648).
"""

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from netaudit.inventory import AssetDocument, EvidenceDocument
from netaudit.plain import shorten, visible
from netaudit.registry import registrant
from netaudit.report.advice import advice, unseen
from netaudit.report.explain import sides, verdict_of
from netaudit.report.htmldoc.labels import ATTRIBUTE_WORDS, NEEDS
from netaudit.report.htmldoc.past import pack_past
from netaudit.report.htmldoc.shown import NAME_CHARS, Scene, Shown, listed, worst
from netaudit.report.known import retold
from netaudit.vocabulary import KINDS, VERDICTS

VALUE_CHARS: Final = 1000  # of what a device said, as evidence
REASON_CHARS: Final = 600
EVIDENCE_SHOWN: Final = 200  # of one device
NO_REPLY: Final = -999_999_999  # where evidence names none


class Texts:
    """A list of texts, each once; number 0 is the empty one."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {"": 0}

    def add(self, text: Any) -> int:
        """The number of a text."""
        return self.numbers.setdefault(text, len(self.numbers))

    @property
    def all(self) -> list[Any]:
        """The texts in the order of their numbers."""
        return list(self.numbers)


def pack_table(scene: Scene) -> dict[str, Any]:
    """What the table shows: a list for each column, and the texts that they point to."""
    texts, rows = Texts(), scene.shown
    places = {row.asset.id: number for number, row in enumerate(rows)}
    policies = Texts()
    columns = {
        "id": [visible(row.asset.id) for row in rows],
        **{name: [texts.add(value) for value in values] for name, values in _texts(rows).items()},
        "verdict": [VERDICTS.index(row.asset.verdict) for row in rows],
        "kind": [KINDS.index(row.asset.kind) for row in rows],
        "certainty": [round(row.asset.certainty * 1000) for row in rows],
        "behind": [places.get(row.asset.behind or "", -1) for row in rows],
        "needs": [sum(1 << NEEDS.index(need) for need in row.needs) for row in rows],
    }
    if scene.findings:
        columns["standing"] = [worst(row.standing) for row in rows]
        columns["policies"] = [
            sorted({policies.add(f.policy or "") for f in row.findings if f.outcome == row.standing}) for row in rows
        ]
    return {
        "texts": texts.all,
        "columns": columns,
        "policies": [visible(p) for p in policies.all],
        "kinds": KINDS,
        "verdicts": VERDICTS,
    }


def _texts(rows: tuple[Shown, ...]) -> dict[str, list[str]]:
    """The columns that are texts."""
    return {
        "address": [row.address for row in rows],
        "mac": [listed(row.asset.macs) for row in rows],
        "name": [listed(row.asset.hostnames) for row in rows],
        "what": [row.what for row in rows],
        "maker": [row.maker for row in rows],
        "brand": [row.brand for row in rows],
        "model": [row.text(row.asset.model) for row in rows],
        "line": [" ".join(filter(None, map(row.text, (row.asset.line, row.asset.generation)))) for row in rows],
        "firmware": [row.text(row.asset.firmware) for row in rows],
        "firmware_date": [row.text(row.asset.firmware_date) for row in rows],
        "serial": [row.text(row.asset.serial) for row in rows],
        "produced": [row.text(row.asset.produced) for row in rows],
        "services": [row.services for row in rows],
        "site": [row.site for row in rows],
        "subnet": [row.subnet for row in rows],
        "deadline": [shorten(row.deadline, 40) for row in rows],
    }


def pack_pages(scene: Scene) -> dict[str, Any]:
    """What the devices' own pages show."""
    pages = _Pages(scene)
    devices = [pages.device(row, asset) for row, asset in scene.rows()]
    return {
        "texts": pages.texts.all,
        "kinds": [[*kind, shorten(scene.titles.get(kind[2], ""), NAME_CHARS)] for kind in pages.kinds.all[1:]],
        "patterns": pages.patterns.all[1:],
        "rules": pages.rules.all[1:],
        "digests": _run_of(pages.digests.all[1:]),
        "started": scene.document.run.started_at,
        "devices": devices,
    }


class _Pages:
    """The devices' pages as numbers, and the lists into which these point."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.say = scene, scene.language.say
        self.texts, self.kinds, self.patterns, self.rules, self.digests = (Texts() for _ in range(5))
        self.started = _seconds(scene.document.run.started_at)

    def device(self, row: Shown, asset: AssetDocument) -> list[Any]:
        """The page of one device."""
        place = self.scene.place
        first, base = len(self.digests.numbers), len(self.texts.numbers)
        return [
            first,
            base,
            self.texts.add(verdict_of(asset, self.say)),
            [
                [self.texts.add(self.say(title)), self.evidence(found, first, base)]
                for title, found in sides(asset)
                if found
            ],
            self.said(retold(c, self.say) for c in asset.conflicts),
            self.said(unseen(place, asset, self.say)),
            self.said(advice(place, asset, self.say)),
            self.said(_registered(asset)),
            [asset.children.declared, asset.children.inspected],
            _found(row, self.rules, self.texts),
            pack_past(self.scene.past.get(asset.id), self.texts.add, self.say),
        ]

    def evidence(self, found: list[EvidenceDocument], first: int, base: int) -> list[int]:
        """Pieces of evidence as numbers: digests count from `first`, texts from `base`."""
        kept = found[:EVIDENCE_SHOWN]
        packed = [self.patterns.add(tuple(self.kinds.add(_kind(e)) for e in kept))]
        for e in kept:
            value = self.texts.add(shorten(e.value, VALUE_CHARS))
            supports = self.texts.add(_supports(self.scene, e))
            reply = self.digests.add(e.reply) - first if e.reply else NO_REPLY
            packed += [_near(value, base), _near(supports, base), reply, _seconds(e.seen_at) - self.started]
        return packed

    def said(self, sentences: Iterable[str]) -> list[int]:
        """The numbers of sentences."""
        return [self.texts.add(shorten(sentence, VALUE_CHARS)) for sentence in sentences]


def _kind(evidence: EvidenceDocument) -> tuple[str, str, str, str]:
    names = (evidence.channel, evidence.field, evidence.fingerprint)
    channel, field, fingerprint = (shorten(name, NAME_CHARS) for name in names)
    return (channel, field, fingerprint, evidence.strength)


def _near(number: int, base: int) -> int:
    """The number of a text, counted down from -1 where it first stands on the page of this device."""
    return number if number < base else base - 1 - number


def _registered(asset: AssetDocument) -> list[str]:
    """Whose hardware addresses an asset has."""
    return list(dict.fromkeys(name for mac in asset.macs if (name := registrant(mac))))


def _supports(scene: Scene, evidence: EvidenceDocument) -> str:
    say = scene.language.say
    return shorten(
        "; ".join(
            say(ATTRIBUTE_WORDS.get(attribute, attribute)) + (f" = {value}" if value != evidence.value else "")
            for attribute, value in sorted(evidence.supports.items())
        ),
        VALUE_CHARS,
    )


def _found(row: Shown, rules: Texts, texts: Texts) -> list[list[int]]:
    """The findings of a device: rule, outcome, why, what is missing, deadline."""
    return [
        [
            rules.add((visible(f.policy or ""), visible(f.rule or f.kind), shorten(f.text or "", REASON_CHARS))) - 1,
            worst(f.outcome),
            texts.add(shorten("; ".join(f.because), REASON_CHARS)),
            texts.add(shorten(", ".join(f.missing), REASON_CHARS)),
            texts.add(shorten(f.deadline or "", 40)),
        ]
        for f in row.findings
    ]


def _seconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp())


def _run_of(digests: list[str]) -> str:
    return b64encode(b"".join(bytes.fromhex(d.removeprefix("sha256:")) for d in digests)).decode()
