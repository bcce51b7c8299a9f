"""How much of a labelled corpus is identified: recall and precision of each family, and what was missed.

    python tests/benchmarks/recall.py CORPUS_DIR

CORPUS_DIR holds pairs NAME.jsonl and NAME.truth.jsonl: lines as `netaudit identify` takes them, and by `id` the family
that made the device ("none": neither of the two families that are measured). Recall counts lines whose label does not
rest on the line itself (`stated` is true or absent); precision counts all lines. Averaged by `group`, each device has
one vote, however many of its answers the corpus holds.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from netaudit.identify.fingerprints import Library, load_library
from netaudit.single import identify_line

MEASURED = ("hikvision", "dahua")
NAMES_SHOWN = ("brand", "model", "firmware")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the corpus, with its answer and its truth."""

    file: str
    answer: dict[str, object]
    truth: dict[str, object]

    @property
    def told(self) -> str:
        """The measured family that was told, or none."""
        return str(self.answer["family"]) if self.answer["family"] in MEASURED else "none"

    @property
    def counts(self) -> bool:
        """Whether this line counts for recall."""
        return self.truth.get("stated", True) is True


def main(arguments: list[str]) -> int:
    """Print the figures; 1 where anybody was accused wrongly."""
    rows = list(read_corpus(Path(arguments[0]), load_library()))
    for line in report(rows):
        print(line)
    return int(any(row.told not in ("none", row.truth["family"]) for row in rows))


def read_corpus(folder: Path, library: Library) -> Iterator[Row]:
    """Every line of every file that has a truth beside it."""
    for path in sorted(folder.glob("*.jsonl")):
        beside = path.with_suffix(".truth.jsonl")
        if not beside.is_file():
            continue
        truth = {entry["id"]: entry for entry in map(json.loads, beside.read_bytes().splitlines())}
        for line in path.read_bytes().splitlines():
            answer = identify_line(line, library)
            yield Row(file=path.stem, answer=answer, truth=truth[answer["id"]])


def report(rows: list[Row]) -> Iterator[str]:
    """The figures, then the lines behind them."""
    for family in MEASURED:
        yield from _family_report(family, rows)
    yield from _calibration(rows)
    yield from _names(rows)
    for row in rows:
        if row.told not in ("none", row.truth["family"]):
            yield f"WRONG  {_line(row)}"
    for row in rows:
        if row.truth["family"] in MEASURED and row.told != row.truth["family"] and row.counts:
            yield f"missed {_line(row)}"


def _family_report(family: str, rows: list[Row]) -> Iterator[str]:
    due = [row for row in rows if row.truth["family"] == family and row.counts]
    told = [row for row in rows if row.told == family]
    recall = fmean([row.told == family for row in due] or [0.0])
    precision = fmean([row.truth["family"] == family for row in told] or [1.0])
    yield (
        f"{family:10} recall {recall:.3f} ({len(due)} lines), by group {_by_group(due, family):.3f}; "
        f"precision {precision:.4f} ({len(told)} told)"
    )


def _by_group(rows: Iterable[Row], family: str) -> float:
    groups: dict[str, list[bool]] = {}
    for row in rows:
        groups.setdefault(str(row.truth.get("group")), []).append(row.told == family)
    return fmean([fmean(hits) for hits in groups.values()] or [0.0])


def _calibration(rows: list[Row]) -> Iterator[str]:
    """For each verdict how many, how sure on average, and how many of the two families' are right."""
    for verdict in ("confirmed", "probable", "possible"):
        told = [row for row in rows if row.answer["verdict"] == verdict and row.told != "none"]
        if told:
            certainty = fmean(float(str(row.answer["certainty"])) for row in told)
            right = fmean(row.told == row.truth["family"] for row in told)
            yield f"{verdict:10} {len(told):4} lines, mean certainty {certainty:.3f}, right {right:.3f}"


def _names(rows: list[Row]) -> Iterator[str]:
    for name in NAMES_SHOWN:
        due = [row for row in rows if row.truth.get(name) and row.answer["family"] in MEASURED]
        told = [row for row in due if row.answer[name]]
        same = [row for row in told if _plain(row.answer[name]) == _plain(row.truth[name])]
        yield f"{name:10} labelled {len(due)}, told {len(told)}, as labelled {len(same)}"


def _plain(value: object) -> str:
    return str(value).casefold().replace(" ", "")


def _line(row: Row) -> str:
    truth = row.truth
    return (
        f"{row.file}/{row.answer['id']} is {truth['family']} ({truth.get('brand')} {truth.get('model')}, "
        f"{truth.get('channel')}), told {row.answer['family']} {row.answer['verdict']} {row.answer['certainty']}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
