"""What the run could not see: gaps by kind, each with its cure, and how the channels fared."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Final

from netaudit.inventory import GapDocument
from netaudit.plain import shorten, visible
from netaudit.report.cures import GAP_CURE_WORDS
from netaudit.report.htmldoc.labels import CHANNEL_WORDS
from netaudit.report.htmldoc.shown import Scene
from netaudit.report.known import retold
from netaudit.report.words import GAP_WORDS, STATE_WORDS, STATUS_WORDS
from netaudit.vocabulary import GAPS

LISTED: Final = 100  # gaps of one kind
DETAIL_CHARS: Final = 400


@dataclass(frozen=True, slots=True)
class GapGroup:
    """All gaps of one kind."""

    title: str
    cure: str
    number: int
    places: tuple[tuple[str, str, str], ...]  # (what it is called, the id of the asset or nothing, detail)
    grave: bool  # whether it makes the run incomplete


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """How one channel fared."""

    name: str
    words: str
    status: str
    state: str  # the status in words
    reason: str
    sent: int
    received: int


def gap_groups(scene: Scene) -> list[GapGroup]:
    """The gaps by kind, those that make the run incomplete first."""
    kinds: defaultdict[str, list[GapDocument]] = defaultdict(list)
    for gap in scene.document.coverage.gaps:
        kinds[gap.kind].append(gap)
    order = {kind: number for number, kind in enumerate(GAPS)}
    ranked = sorted(kinds, key=lambda kind: (not GAPS.get(kind, False), order.get(kind, len(order)), kind))
    return [_group(scene, kind, kinds[kind]) for kind in ranked]


def _group(scene: Scene, kind: str, gaps: list[GapDocument]) -> GapGroup:
    say = scene.language.say
    return GapGroup(
        title=say(GAP_WORDS[kind]) if kind in GAP_WORDS else shorten(kind, 40),
        cure=say(GAP_CURE_WORDS[kind]) if kind in GAP_CURE_WORDS else "",
        number=len(gaps),
        places=tuple(_located(scene, gap) for gap in gaps[:LISTED]),
        grave=GAPS.get(kind, False),
    )


def _located(scene: Scene, gap: GapDocument) -> tuple[str, str, str]:
    asset = gap.asset if gap.asset in scene.place.names else ""
    name = scene.place.names.get(asset or "") or visible(gap.address or "")
    return name, visible(asset or ""), retold(shorten(gap.detail, DETAIL_CHARS), scene.language.say)


def channel_rows(scene: Scene) -> list[ChannelRow]:
    """How the channels fared, those that failed first."""
    say = scene.language.say
    rows = [
        ChannelRow(
            name=visible(c.name),
            words=say(CHANNEL_WORDS[c.name]) if c.name in CHANNEL_WORDS else "",
            status=visible(c.status),
            state=say(STATE_WORDS[c.status]) if c.status in STATE_WORDS else visible(c.status),
            reason="; ".join(retold(part, say) for part in shorten(c.reason or "", DETAIL_CHARS).split("; ")),
            sent=c.sent,
            received=c.received,
        )
        for c in scene.document.coverage.channels
    ]
    rank = {"failed": 0, "partial": 1, "done": 2}
    return sorted(rows, key=lambda row: (rank.get(row.status, 3), row.name))


def failures(scene: Scene) -> list[tuple[int, str, str]]:
    """(how often, over which channel, what failed), the most frequent first."""
    counts = Counter((p.status, p.channel or p.stage) for p in scene.document.problems)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(n, visible(channel), scene.language.say(STATUS_WORDS[status])) for (status, channel), n in ranked]
