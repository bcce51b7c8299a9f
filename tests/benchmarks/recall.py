"""How much of a labelled corpus is identified, and what is missed: what a new fingerprint gains, and whom it accuses.

    python tests/benchmarks/recall.py CORPUS_DIR

The corpus is described in corpus.py; calibrate.py says more, and takes longer.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import MEASURED, read_corpus
from benchmarks.scores import Judged, accusations, misses, recall

from netaudit.identify.fingerprints import load_library


def main(arguments: list[str]) -> int:
    """Print the figures; 1 where anybody was accused wrongly."""
    judged = [(row, row.identity) for row in read_corpus(Path(arguments[0]), load_library())]
    for line in report(judged):
        print(line)
    return int(bool(accusations(judged)))


def report(judged: list[Judged]) -> Iterator[str]:
    """The share named at probable or better, then the lines behind it."""
    for family in MEASURED:
        by_line, by_group, count = recall(judged, family)
        yield f"{family:10} named in {by_line:.3f} of {count} lines, {by_group:.3f} by group"
    yield from (f"WRONG  {describe(one)}" for one in accusations(judged))
    yield from (f"missed {describe(one)}" for one in misses(judged))


def describe(one: Judged) -> str:
    """A line of the corpus, what is true of it and what was told."""
    row, told = one
    label = f"{row.family}, {row.truth.get('brand')} {row.truth.get('model')}"
    return f"{row.name} ({row.source}) is {label}; told {told.family} {told.verdict} {told.certainty}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
