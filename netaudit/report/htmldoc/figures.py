"""The figures of the first screen: makers and the labels on their boxes, kinds, certainty, the age of firmware."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import quote

from netaudit.report.htmldoc.labels import KIND_WORDS
from netaudit.report.htmldoc.languages import Language
from netaudit.report.htmldoc.shown import TARGETS, Shown
from netaudit.vocabulary import KINDS, VERDICTS

BRANDS_SHOWN: Final = 12  # of one maker
MAKERS_SHOWN: Final = 20
YEAR_DAYS: Final = 365.25
AGE_YEARS: Final = (1, 2, 3, 5, 8)  # the bounds of the age groups
CERTAINTIES: Final = (0.99, 0.95, 0.8, 0.5, 0.0)  # the lower bounds of the groups
AGE_WORDS: Final = (
    "under 1 year",
    "1 to 2 years",
    "2 to 3 years",
    "3 to 5 years",
    "5 to 8 years",
    "8 years and more",
    "not known",
)

TASK_WORDS: Final = {
    "nameless": "Look like cameras, maker not established: look at the label.",
    "possible": "Maker only possible: one more look decides.",
    "conflict": "Contradictory evidence: see what does not fit together.",
    "address": "Wrong or contested address: find the device and set it right.",
    "children": "Recorders with cameras that were not inspected: scan the network behind them.",
    "locked": "Locked, and left alone: scan again later.",
    "relabel": "Sold under another name than the maker's: check the asset register for that name.",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a picture: its name, how many, of which verdicts, and where its devices are listed."""

    label: str
    number: int
    parts: tuple[tuple[str, int], ...]  # (class of the stylesheet, how many)
    link: str = ""
    notes: tuple[tuple[str, int, str], ...] = ()  # (label, how many, link): what stands beneath it
    marked: bool = False


def link(**filters: str) -> str:
    """The address within the page of a filtered table."""
    return "#devices?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in filters.items())


def verdicts_of(rows: Iterable[Shown]) -> tuple[tuple[str, int], ...]:
    """How many of which verdict, as the parts of a bar."""
    counts = Counter(row.asset.verdict for row in rows)
    return tuple((verdict, counts[verdict]) for verdict in VERDICTS if counts[verdict])


def makers(rows: Iterable[Shown], language: Language) -> list[Bar]:
    """A bar for each maker, the families that matter first, then by number; the nameless last."""
    groups: defaultdict[str, list[Shown]] = defaultdict(list)
    for row in rows:
        groups[row.maker].append(row)
    nameless = groups.pop("", [])
    ordered = sorted(groups.values(), key=lambda g: (g[0].asset.family not in TARGETS, -len(g), g[0].maker))
    bars = [_maker(group, language) for group in ordered[:MAKERS_SHOWN]]
    if rest := [row for group in ordered[MAKERS_SHOWN:] for row in group]:
        label = language.many(len(ordered) - MAKERS_SHOWN, "{number} more maker", "{number} more makers")
        bars.append(Bar(label, len(rest), verdicts_of(rest)))
    if nameless:
        bars.append(Bar(language.say("Maker not established"), len(nameless), verdicts_of(nameless), link(maker="")))
    return bars


def _maker(group: Sequence[Shown], language: Language) -> Bar:
    maker = group[0].maker
    brands = Counter(row.brand for row in group if row.brand and row.brand.casefold() != maker.casefold())
    notes = tuple((b, n, link(maker=maker, brand=b)) for b, n in brands.most_common(BRANDS_SHOWN))
    if len(brands) > BRANDS_SHOWN:
        rest = sum(n for _, n in brands.most_common()[BRANDS_SHOWN:])
        notes = (*notes, (language.say("other labels"), rest, link(maker=maker, need="relabel")))
    target = group[0].asset.family in TARGETS
    return Bar(maker, len(group), verdicts_of(group), link(maker=maker), notes, marked=target)


def kinds(rows: Iterable[Shown], language: Language) -> list[Bar]:
    """A bar for each kind of device."""
    groups: defaultdict[str, list[Shown]] = defaultdict(list)
    for row in rows:
        groups[row.asset.kind].append(row)
    return [
        Bar(language.say(KIND_WORDS[kind]), len(groups[kind]), verdicts_of(groups[kind]), link(kind=kind))
        for kind in KINDS
        if groups[kind]
    ]


def certainties(rows: Iterable[Shown], language: Language) -> list[Bar]:
    """A bar for each group of certainties, of devices whose maker is named."""
    groups: defaultdict[float, list[Shown]] = defaultdict(list)
    for row in rows:
        if row.asset.family != "unknown":
            groups[next(c for c in CERTAINTIES if row.asset.certainty >= c)].append(row)
    bars = []
    for number, bound in enumerate(CERTAINTIES):
        label = (
            language.say("{share} and more", share=bound)
            if not number
            else language.say("{low} to {high}", low=bound, high=CERTAINTIES[number - 1])
        )
        bars.append(Bar(label, len(groups[bound]), verdicts_of(groups[bound])))
    return _without_tail(bars)


def _without_tail(bars: list[Bar]) -> list[Bar]:
    """The bars up to the last that holds a device."""
    last = max((number for number, bar in enumerate(bars) if bar.number), default=-1)
    return bars[: last + 1]


def ages(rows: Iterable[Shown], today: date, language: Language) -> list[Bar]:
    """A bar for each age group of firmware, of devices whose maker is named; none where no date is known."""
    counts = Counter(_age_group(row, today) for row in rows if row.asset.family != "unknown")
    if set(counts) <= {len(AGE_YEARS) + 1}:
        return []
    return [
        Bar(language.say(label), counts[number], (("age", counts[number]),)) for number, label in enumerate(AGE_WORDS)
    ]


def _age_group(row: Shown, today: date) -> int:
    try:
        years = (today - date.fromisoformat(row.asset.firmware_date or "")).days / YEAR_DAYS
    except ValueError:  # a date that no calendar has
        return len(AGE_YEARS) + 1
    return sum(years >= bound for bound in AGE_YEARS)


@dataclass(frozen=True, slots=True)
class Task:
    """Something that somebody should do, with the devices that it is about."""

    number: int
    text: str
    link: str
    grave: bool = False


def tasks(rows: Sequence[Shown], language: Language) -> list[Task]:
    """What the inventory leaves to be done, the gravest first."""
    counts = Counter(need for row in rows for need in row.needs)
    return [Task(counts[need], language.say(TASK_WORDS[need]), link(need=need)) for need in TASK_WORDS if counts[need]]
