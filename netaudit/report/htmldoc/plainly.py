"""The devices for readers without scripts: a plain row for each, and its evidence where the devices are not too many."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from netaudit.inventory import EvidenceDocument
from netaudit.plain import shorten, visible
from netaudit.report.explain import sides, verdict_of
from netaudit.report.htmldoc.labels import OUTCOME_WORDS, VERDICT_WORDS
from netaudit.report.htmldoc.shown import Scene, Shown

IN_FULL: Final = 200  # devices; beyond this the file would hold most of itself twice
VALUE_CHARS: Final = 60


@dataclass(frozen=True, slots=True)
class PlainRow:
    """One device in the plain list."""

    row: Shown
    cells: tuple[str, ...]  # address, MAC, what it is, model, firmware, verdict, standing
    verdict: str
    evidence: tuple[tuple[str, tuple[EvidenceDocument, ...]], ...]


def plain_rows(scene: Scene) -> Iterator[PlainRow]:
    """The devices one after the other."""
    in_full = len(scene.shown) <= IN_FULL
    for row, asset in scene.rows():
        found = sides(asset) if in_full else ()
        yield PlainRow(
            row=row,
            cells=_cells(scene, row, next(iter(asset.evidence), None)),
            verdict=verdict_of(asset, scene.language.say) if in_full else "",
            evidence=tuple((scene.language.say(title), tuple(items)) for title, items in found if items),
        )


def _cells(scene: Scene, row: Shown, strongest: EvidenceDocument | None) -> tuple[str, ...]:
    say = scene.language.say
    certainty = f" {scene.language.percent(row.asset.certainty)}" if row.asset.verdict != "unknown" else ""
    return (
        shorten(row.address or row.asset.id, VALUE_CHARS),
        shorten(next(iter(row.asset.macs), ""), VALUE_CHARS),
        row.what,
        shorten(row.text(row.asset.model), VALUE_CHARS),
        shorten(row.text(row.asset.firmware), VALUE_CHARS),
        say(VERDICT_WORDS[row.asset.verdict]) + certainty,
        say(OUTCOME_WORDS[row.standing]) if row.standing else "",
        f"{visible(strongest.field)} = {shorten(strongest.value, VALUE_CHARS)}" if strongest else "",
    )
