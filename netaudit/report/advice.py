"""What could not be seen of one device, and what would make its verdict certain: sentences for a terminal and a page."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from netaudit.inventory import AssetDocument, ChannelDocument, GapDocument, ProblemDocument, Surveyed
from netaudit.plain import shorten, visible
from netaudit.report.known import retold
from netaudit.report.words import GAP_WORDS, STATE_WORDS, STATUS_WORDS, Say, in_english, named

VALUE_CHARS: Final = 1000
PROBLEMS_TOLD: Final = 20

MAKERS_OWN: Final = frozenset({"sadp", "dhip"})  # discovery that only the maker's own devices answer, by multicast
WITH_LOGIN: Final = frozenset({"isapi", "magicbox", "onvif", "http", "https"})
OUT_OF_REACH: Final = frozenset({"routed", "no_link_layer", "port_taken"})  # gaps that hide a maker's own discovery
GAIN_WORDS: Final = {
    "maker": "who made it",
    "model": "its model",
    "firmware": "its firmware",
    "serial": "its serial",
}


@dataclass(frozen=True, slots=True)
class Around:
    """What an inventory holds around its assets, found by an asset's id or address."""

    live: bool
    out_of_reach: bool
    names: dict[str, str]
    silent: tuple[ChannelDocument, ...]  # the makers' own channels that did not run to their end
    gaps: dict[str, list[GapDocument]]
    problems: dict[str, list[ProblemDocument]]

    def gaps_of(self, asset: AssetDocument) -> list[GapDocument]:
        """The gaps that concern an asset, each once."""
        found = (gap for key in (asset.id, *asset.addresses) for gap in self.gaps.get(key, ()))
        return list({id(gap): gap for gap in found}.values())

    def problems_of(self, asset: AssetDocument) -> list[ProblemDocument]:
        """What failed at an asset's addresses."""
        return [problem for address in asset.addresses for problem in self.problems.get(address, ())]


def around(document: Surveyed) -> Around:
    """What stands around the assets of a document."""
    gaps: defaultdict[str, list[GapDocument]] = defaultdict(list)
    for gap in document.coverage.gaps:
        for key in {gap.asset, gap.address} - {None, ""}:
            gaps[str(key)].append(gap)
    problems: defaultdict[str, list[ProblemDocument]] = defaultdict(list)
    for problem in document.problems:
        problems[problem.address or ""].append(problem)
    return Around(
        live=document.run.feed == "live",
        out_of_reach=any(g.kind in OUT_OF_REACH for g in document.coverage.gaps),
        names=named(document),
        silent=tuple(c for c in document.coverage.channels if c.name in MAKERS_OWN and c.status != "done"),
        gaps=dict(gaps),
        problems=dict(problems),
    )


def unseen(place: Around, asset: AssetDocument, say: Say = in_english) -> Iterator[str]:
    """What could not be seen of an asset."""
    for gap in place.gaps_of(asset):
        words = say(GAP_WORDS[gap.kind]) if gap.kind in GAP_WORDS else visible(gap.kind)
        yield f"{words}: {retold(shorten(gap.detail, VALUE_CHARS), say)}"
    problems = place.problems_of(asset)
    for problem in problems[:PROBLEMS_TOLD]:
        detail = retold(problem.detail, say)
        told = f"{problem.channel or problem.stage}: {say(STATUS_WORDS[problem.status])} ({detail})"
        yield shorten(told, VALUE_CHARS)
    if len(problems) > PROBLEMS_TOLD:
        more = len(problems) - PROBLEMS_TOLD
        if more == 1:
            yield say("and {number} problem more", number=more)
        else:
            yield say("and {number} problems more", number=more)


def advice(place: Around, asset: AssetDocument, say: Say = in_english) -> Iterator[str]:
    """What to do next to learn more of an asset, chosen by what is missing."""
    settled = asset.verdict == "confirmed"
    if asset.behind and not asset.ports:
        yield say(
            "It was not heard itself: what is known of it stands in the recorder's list. Scan the network it is on."
        )
    if not place.live:
        yield say("Scan it live: a recording shows what crossed the wire in its time, and nothing was asked.")
    elif not settled:
        yield from _discovery(place, asset, say)
    if any(g.kind == "locked" and g.asset == asset.id for g in place.gaps_of(asset)):
        yield say("It says that it is locked: leave it alone for half an hour, then scan again.")
    else:
        yield from _login(place, asset, say)
    if settled and asset.children.declared > asset.children.inspected:
        yield say("The cameras behind it were not seen: scan their network, or list them with a read-only login.")
    if not settled:
        yield from _by_hand(asset, say)


def _by_hand(asset: AssetDocument, say: Say) -> Iterator[str]:
    if asset.conflicts:
        yield say(
            "Look at the label on its housing, the FCC id on it, or the purchase record. "
            "The evidence contradicts itself, so this decides."
        )
    else:
        yield say("Look at the label on its housing, the FCC id on it, or the purchase record.")


def _discovery(place: Around, asset: AssetDocument, say: Say) -> Iterator[str]:
    if {e.channel for e in asset.evidence} & MAKERS_OWN:
        return
    if not asset.macs or place.out_of_reach:
        yield say(
            "Scan from inside its VLAN, so that the makers' own discovery (SADP, DHIP) and its hardware address can "
            "be heard: they do not cross routers, and need the right to use the network card."
        )
    for channel in place.silent:
        status, reason = say(STATE_WORDS.get(channel.status, channel.status)), shorten(channel.reason or "", 200)
        if reason:
            said = retold(reason, say)
            yield say(
                "Let the channel {name} run: it was {status} ({reason}).", name=channel.name, status=status, reason=said
            )
        else:
            yield say("Let the channel {name} run: it was {status}.", name=channel.name, status=status)


def _login(place: Around, asset: AssetDocument, say: Say) -> Iterator[str]:
    missing = [name for name in ("model", "firmware", "serial") if not getattr(asset, name)]
    gain = [*(["maker"] if asset.verdict != "confirmed" else []), *missing]
    asks = any(p.status == "auth" for p in place.problems_of(asset))
    if gain and (asks or any(p.service in WITH_LOGIN for p in asset.ports)):
        told = ", ".join(say(GAIN_WORDS[name]) for name in gain)
        yield say("Its own web page, behind a login that you have, can tell {gain}.", gain=told)
