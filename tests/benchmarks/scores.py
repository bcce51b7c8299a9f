"""Scores of identities against their truth: calibration, verdicts, recall, and the names that were read."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean

from benchmarks.corpus import MEASURED, Row

from netaudit.model import Identity

BINS = 10
NAMED = ("probable", "confirmed")  # the verdicts that name somebody
NAMES_READ = ("brand", "model", "firmware")

Judged = tuple[Row, Identity]


Z = 1.96  # of the normal distribution: intervals of 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Claims of about one certainty: how many, how sure on average, how many of them right."""

    count: int
    certainty: float
    right: float

    @property
    def interval(self) -> tuple[float, float]:
        """Within which the share of right ones lies, with so few seen (Wilson's score interval)."""
        n, p = self.count, self.right
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        reach = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return max(middle - reach, 0.0), min(middle + reach, 1.0)


def claims(judged: Iterable[Judged], families: Iterable[str] = ()) -> list[tuple[float, bool]]:
    """(certainty, right) of every identity that names a family, of these families if any are given."""
    told = [(row, i) for row, i in judged if i.family != "unknown" and i.family in (tuple(families) or (i.family,))]
    return [(i.certainty, right) for row, i in told if (right := row.right(i.family)) is not None]


def bins_of_equal_width(claimed: list[tuple[float, bool]], count: int = BINS) -> list[Bin]:
    """Bins that share certainty from 0 to 1 among them; the empty ones left out."""
    members: list[list[tuple[float, bool]]] = [[] for _ in range(count)]
    for certainty, right in claimed:
        members[min(int(certainty * count), count - 1)].append((certainty, right))
    return [_bin(part) for part in members if part]


def bins_of_equal_mass(claimed: list[tuple[float, bool]]) -> list[Bin]:
    """Ten bins with about as many claims each, sorted by certainty."""
    ordered = sorted(claimed)
    edges = [len(ordered) * n // BINS for n in range(BINS + 1)]
    return [_bin(ordered[low:high]) for low, high in pairwise(edges) if low < high]


def calibration_error(bins: list[Bin]) -> float:
    """The expected calibration error: how far certainty and truth are apart, on average over the claims."""
    total = sum(part.count for part in bins)
    return sum(part.count * abs(part.certainty - part.right) for part in bins) / total if total else 0.0


def accusations(judged: Iterable[Judged]) -> list[Judged]:
    """Those that name a measured family at probable or better, and wrongly."""
    return [(r, i) for r, i in judged if i.family in MEASURED and i.verdict in NAMED and i.family != r.family]


def errors(judged: Iterable[Judged], verdicts: Iterable[str]) -> list[Judged]:
    """Those with these verdicts whose family is wrong, whichever it is."""
    return [(row, i) for row, i in judged if i.verdict in verdicts and row.right(i.family) is False]


def misses(judged: Iterable[Judged]) -> list[Judged]:
    """Those that count for recall, of a measured family that is not named at probable or better."""
    due = ((row, i) for row, i in judged if row.family in MEASURED and row.counts)
    return [(row, i) for row, i in due if not is_named(row, i)]


def is_named(row: Row, identity: Identity) -> bool:
    """Whether its true family is named at probable or better."""
    return identity.family == row.family and identity.verdict in NAMED


def recall(judged: Iterable[Judged], family: str) -> tuple[float, float, int]:
    """The share named at probable or better: of the rows, averaged by group; and how many rows."""
    due = [(row, is_named(row, i)) for row, i in judged if row.family == family and row.counts]
    groups: dict[object, list[bool]] = {}
    for row, named in due:
        groups.setdefault(row.truth.get("group"), []).append(named)
    by_group = fmean([fmean(hits) for hits in groups.values()] or [0.0])
    return fmean([named for _, named in due] or [0.0]), by_group, len(due)


def names_read(judged: Iterable[Judged], name: str) -> list[tuple[Judged, bool]]:
    """Of every row of a measured family whose text holds this name: whether it was read as the truth has it."""
    due = [(row, i) for row, i in judged if row.family in MEASURED and is_held(row, name)]
    return [((row, i), _is_read(name, plain(getattr(i, name)), plain(row.truth[name]), row)) for row, i in due]


def is_held(row: Row, name: str) -> bool:
    """Whether the text holds the true name; of firmware its number, for the date may stand elsewhere in another form."""
    expected = plain(row.truth.get(name))
    number = expected.partition("build")[0] if name == "firmware" else expected
    return bool(number) and number in plain(row.prose if name == "brand" else row.text)


def _is_read(name: str, told: str, expected: str, row: Row) -> bool:
    """Alike; or a firmware without the date that the truth has; or longer than the truth, as the text has it."""
    if name == "firmware" and told and expected.startswith(told):
        return True
    return told == expected or (expected in told and told in plain(row.text))


def plain(value: object) -> str:
    """A name as names are compared here: case and blanks left aside."""
    return str(value or "").casefold().replace(" ", "")


def _bin(part: list[tuple[float, bool]]) -> Bin:
    return Bin(
        count=len(part), certainty=fmean(certainty for certainty, _ in part), right=fmean(right for _, right in part)
    )
