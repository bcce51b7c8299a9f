"""Settle: the matches of one device, weighed into one identity.

Each cause (the SADP answer, the web server, the hardware address, …) has one vote for each family: its best match. So
several banners of one server count once. Nor does a fingerprint vote twice: one realm that HTTP and RTSP repeat would be
wrong in both. The votes of a family add up as log-odds; the families and "something else" then share the probability
(softmax), so what speaks for another maker counts against.

The label on the box is another question than the maker. A relabel answers its maker's protocol and shows its seller's
name: the family follows the protocol, the brand follows the name (see `_brand`).
"""

from collections.abc import Callable, Iterable, Mapping
from math import exp

from netaudit.identify.match import strongest_first
from netaudit.identify.names import Names
from netaudit.model import NOBODY, Identity, Match
from netaudit.vocabulary import STRENGTHS, cause_of

# The one table of weights, in log-odds; docs/calibration.md says where they come from. "prior" is of any family before
# evidence, "something else" stands at 0.
WEIGHTS: Mapping[str, float] = {"prior": -3.5, "proof": 9.5, "strong": 7.5, "medium": 6.4, "weak": 1.4}
FURTHER = 0.5  # of its weight is what a vote beside the strongest adds: all causes of a device share one firmware

CERTAIN, LIKELY, THINKABLE = 0.95, 0.75, 0.4  # the least certainty for confirmed, probable, possible
SUREST = 0.999  # whoever shares the wire can forge any answer: nothing is beyond doubt

LINK_CHANNELS = ("arp", "dhcp", "mac")  # what tells a hardware address by the frame, or is told it by whoever saw one
CHILD = "child"  # the cause of what a recorder tells of a camera behind it

# Whose word is taken first for a name or a number, where two are equally strong: the maker's own protocol, then the
# standard ones, then what only carries a name by the way.
TRUST = (
    "sadp", "dhip", "isapi", "magicbox", "onvif", "mdns", "ssdp", "http", "rtsp", "tls", "dhcp", "snmp", "sip",
    "ftp", "telnet", "ssh", "mac", "tcp",
)  # fmt: skip

Ballot = tuple[tuple[str, ...], tuple[str, ...]]  # the strengths of the causes, and of the fingerprints, best first
Claim = tuple[int, str]  # the rank of the strength, and the value

_RANKS = {strength: rank for rank, strength in enumerate(STRENGTHS)}
_TRUSTED = {cause: rank for rank, cause in enumerate(TRUST)}


def settle(matches: tuple[Match, ...], names: Names, weights: Mapping[str, float] = WEIGHTS) -> Identity:
    """The identity that the matches together give a device; the same for any order of the matches."""
    if not matches:
        return NOBODY
    evidence = tuple(sorted(matches, key=strongest_first))
    votes, told = _votes(evidence), _told(evidence)
    family, verdict, certainty = _family(votes, weights)
    kind = _best("kind", told) or "unknown"
    return Identity(
        family=family,
        verdict=verdict,
        certainty=certainty,
        kind=kind,
        manufacturer=names.families.get(family),
        brand=_brand(told, family, names),
        model=_best("model", told),
        line=_best("line", told),
        generation=_best("generation", told),
        firmware=_best("firmware", told),
        firmware_date=_best("firmware_date", told),
        serial=_best("serial", told),
        produced=_best("produced", told),
        channels=_channels(evidence) if kind == "recorder" else None,
        evidence=evidence,
        conflicts=tuple(_conflicts(votes, names)),
    )


def weigh(matches: Iterable[Match], weights: Mapping[str, float] = WEIGHTS) -> dict[str, float]:
    """The probability of each family that the matches speak for; what is missing to 1 is "something else"."""
    return share(poll(matches), weights)


def poll(matches: Iterable[Match]) -> dict[str, Ballot]:
    """Family -> the strengths that speak for it: of each cause its best match, and of each fingerprint."""
    return _count(_votes(sorted(matches, key=strongest_first)))


def _votes(evidence: Iterable[Match]) -> dict[str, list[Match]]:
    """Family -> the matches that speak for it, strongest first."""
    votes: dict[str, list[Match]] = {}
    for hit in evidence:
        if family := dict(hit.claims).get("family"):
            votes.setdefault(family, []).append(hit)
    return votes


def _count(votes: Mapping[str, list[Match]]) -> dict[str, Ballot]:
    return {family: (_once(hits, _cause), _once(hits, _fingerprint)) for family, hits in votes.items()}


def _once(hits: list[Match], key: Callable[[Match], str]) -> tuple[str, ...]:
    best: dict[str, str] = {}
    for hit in hits:
        best.setdefault(key(hit), hit.strength)
    return tuple(best.values())


def share(ballots: Mapping[str, Ballot], weights: Mapping[str, float]) -> dict[str, float]:
    """The probability of each family that has a ballot."""
    odds = {family: exp(weights["prior"] + _support(ballot, weights)) for family, ballot in ballots.items()}
    total = 1.0 + sum(odds[family] for family in sorted(odds))
    return {family: odds[family] / total for family in odds}


def _support(ballot: Ballot, weights: Mapping[str, float]) -> float:
    """What the causes weigh, or what the fingerprints weigh where that is less."""
    return min(_sum(strengths, weights) for strengths in ballot)


def _sum(strengths: tuple[str, ...], weights: Mapping[str, float]) -> float:
    strongest, *others = (weights[strength] for strength in strengths)
    return strongest + FURTHER * sum(others)


def _family(votes: dict[str, list[Match]], weights: Mapping[str, float]) -> tuple[str, str, float]:
    """The family that stands best, its verdict and its probability; unknown where none stands well enough.

    With family unknown the certainty is 0: nothing is claimed that could be right. The evidence stays listed.
    """
    ballots = _count(votes)
    shares = share(ballots, weights)
    best = min(shares, key=lambda family: (-shares[family], family), default="")
    certainty = shares.get(best, 0.0)
    if certainty < THINKABLE:
        return ("unknown", "unknown", 0.0)
    return (best, _verdict(certainty, ballots[best], len(_rivals(votes))), min(round(certainty, 3), SUREST))


def _verdict(certainty: float, ballot: Ballot, rivals: int) -> str:
    if certainty < LIKELY:
        return "possible"
    firm = certainty >= CERTAIN and rivals < 2 and all(_stands_firm(strengths) for strengths in ballot)
    return "confirmed" if firm else "probable"


def _stands_firm(strengths: tuple[str, ...]) -> bool:
    """A proof, or two independent votes of which one is strong and the other at least medium."""
    ranks = [_RANKS[strength] for strength in strengths[:2]]
    return ranks[0] == 0 or (len(ranks) > 1 and ranks[0] == 1 and ranks[1] <= 2)


def _rivals(votes: dict[str, list[Match]]) -> list[str]:
    """The families for which something speaks that would name them alone: more than a hint."""
    return sorted(family for family, hits in votes.items() if hits[0].strength != STRENGTHS[-1])


def _conflicts(votes: dict[str, list[Match]], names: Names) -> Iterable[str]:
    rivals = _rivals(votes)
    if len(rivals) > 1:
        sides = (f"{names.families.get(family, family)} ({_first(votes[family])})" for family in rivals)
        yield f"the evidence names more than one maker: {'; '.join(sides)}"


def _first(hits: list[Match]) -> str:
    return f"{hits[0].strength}, {hits[0].observation.field}"


def _told(evidence: Iterable[Match]) -> dict[str, list[Claim]]:
    """Attribute -> every claim of it, best first."""
    told: dict[str, list[Claim]] = {}
    for hit in sorted(evidence, key=_worth):
        for attribute, value in hit.claims:
            if value:
                told.setdefault(attribute, []).append((_RANKS[hit.strength], value))
    return told


def _worth(hit: Match) -> tuple[int, int]:
    return (_RANKS[hit.strength], _trust(_cause(hit)))


def _best(attribute: str, told: dict[str, list[Claim]]) -> str | None:
    return told[attribute][0][1] if attribute in told else None


def _cause(hit: Match) -> str:
    """What the match rests on. A hardware address that an answer tells, and no frame shows, is part of that answer.

    What a recorder's list tells of a camera is all of one cause, its hardware address too.
    """
    seen = hit.observation
    told = seen.field == "mac.address" and seen.channel not in LINK_CHANNELS and seen.mac != seen.value
    if told and seen.part:
        return CHILD
    return cause_of(seen.channel if told else seen.field)


def _fingerprint(hit: Match) -> str:
    return hit.fingerprint


def _trust(cause: str) -> int:
    return _TRUSTED.get(cause, len(TRUST))


def _brand(told: dict[str, list[Claim]], family: str, names: Names) -> str | None:
    """The best claim, except that the maker's own name gives way to a label that the maker is known to print.

    A factory leaves its own name in corners of a relabel ("Vendor":"Dahua" beside "Manufacturer":"Lorex"), so the label
    wins from medium strength on. A weak claim, such as a model name that others use too, never displaces it.
    """
    ranked = told.get("brand")
    if not ranked or ranked[0][1] != names.families.get(family):
        return ranked[0][1] if ranked else None
    labels = (b for rank, b in ranked if rank <= 2 and b != ranked[0][1] and family in names.makers.get(b, ()))
    return next(labels, ranked[0][1])


def _channels(evidence: tuple[Match, ...]) -> int | None:
    """Analogue and digital channels of the surest answer together: one protocol counts them apart."""
    counts: dict[tuple[int, int], dict[str, int]] = {}
    for hit in evidence:
        if (text := dict(hit.claims).get("channels", "")).isdecimal():
            fields = counts.setdefault(_worth(hit), {})
            fields[hit.observation.field] = max(int(text[:5]), fields.get(hit.observation.field, 0))
    return sum(counts[min(counts)].values()) if counts else None
