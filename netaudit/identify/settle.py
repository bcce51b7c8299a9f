"""Settle: the matches of one device, weighed into one identity.

Each cause (the SADP answer, the web server, the hardware address, …) has one vote for each family: its best match. The
votes of a family add up as log-odds; the families and "something else" then share the probability (softmax). So several
banners of one server count once, and what speaks for another maker counts against.

The label on the box is another question than the maker. A relabel answers its maker's protocol and shows its seller's
name: the family follows the protocol, the brand follows the name (see `_brand`).
"""

from collections.abc import Iterable
from math import exp

from netaudit.identify.match import strongest_first
from netaudit.identify.names import Names
from netaudit.model import Identity, Match
from netaudit.vocabulary import STRENGTHS, cause_of

# The one table of weights, in log-odds. With these, one match alone makes its family 0.998 (proof), 0.97 (strong),
# 0.73 (medium) or 0.11 (weak) probable; two weak ones still name nobody.
WEIGHTS = {"proof": 9.5, "strong": 7.0, "medium": 4.5, "weak": 1.4}
PRIOR = -3.5  # of any family before evidence; "something else" stands at 0

CERTAIN, LIKELY, THINKABLE = 0.95, 0.75, 0.4  # the least certainty for confirmed, probable, possible
SUREST = 0.999  # whoever shares the wire can forge any answer: nothing is beyond doubt

# Whose word is taken first for a name or a number, where two are equally strong: the maker's own protocol, then the
# standard ones, then what only carries a name by the way.
TRUST = (
    "sadp", "dhip", "isapi", "magicbox", "onvif", "mdns", "ssdp", "http", "rtsp", "tls", "dhcp", "snmp", "sip",
    "ftp", "telnet", "ssh", "mac", "tcp",
)  # fmt: skip


def settle(matches: tuple[Match, ...], names: Names) -> Identity:
    """The identity that the matches together give a device; the same for any order of the matches."""
    evidence = tuple(sorted(matches, key=strongest_first))
    votes = _votes(evidence)
    family, verdict, certainty = _family(votes)
    kind = _best("kind", evidence) or "unknown"
    return Identity(
        family=family,
        verdict=verdict,
        certainty=certainty,
        kind=kind,
        manufacturer=names.families.get(family),
        brand=_brand(evidence, family, names),
        model=_best("model", evidence),
        line=_best("line", evidence),
        generation=_best("generation", evidence),
        firmware=_best("firmware", evidence),
        firmware_date=_best("firmware_date", evidence),
        serial=_best("serial", evidence),
        produced=_best("produced", evidence),
        channels=_channels(evidence) if kind == "recorder" else None,
        evidence=evidence,
        conflicts=tuple(_conflicts(votes, names)),
    )


def weigh(matches: Iterable[Match]) -> dict[str, float]:
    """The probability of each family that the matches speak for; what is missing to 1 is "something else"."""
    return _shares(_votes(sorted(matches, key=strongest_first)))


def _votes(evidence: Iterable[Match]) -> dict[str, dict[str, Match]]:
    """Family -> cause -> the best match of that cause for it."""
    votes: dict[str, dict[str, Match]] = {}
    for hit in evidence:
        if family := dict(hit.claims).get("family"):
            votes.setdefault(family, {}).setdefault(_cause(hit), hit)
    return votes


def _shares(votes: dict[str, dict[str, Match]]) -> dict[str, float]:
    odds = {family: exp(PRIOR + sum(_weights(causes))) for family, causes in votes.items()}
    total = 1.0 + sum(odds[family] for family in sorted(odds))
    return {family: odds[family] / total for family in odds}


def _weights(causes: dict[str, Match]) -> list[float]:
    return sorted(WEIGHTS[hit.strength] for hit in causes.values())  # sorted: floats add up alike in any order


def _family(votes: dict[str, dict[str, Match]]) -> tuple[str, str, float]:
    """The family that stands best, its verdict and its probability; unknown where none stands well enough.

    With family unknown the certainty is 0: nothing is claimed that could be right. The evidence stays listed.
    """
    shares = _shares(votes)
    best = min(shares, key=lambda family: (-shares[family], family), default="")
    certainty = shares.get(best, 0.0)
    if certainty < THINKABLE:
        return ("unknown", "unknown", 0.0)
    return (best, _verdict(certainty, best, votes), min(round(certainty, 3), SUREST))


def _verdict(certainty: float, family: str, votes: dict[str, dict[str, Match]]) -> str:
    if certainty < LIKELY:
        return "possible"
    firm = certainty >= CERTAIN and _stands_firm(votes[family]) and len(_rivals(votes)) < 2
    return "confirmed" if firm else "probable"


def _stands_firm(causes: dict[str, Match]) -> bool:
    """A proof, or two independent causes of which one is strong and the other at least medium."""
    ranks = sorted(STRENGTHS.index(hit.strength) for hit in causes.values())
    return ranks[0] == 0 or (len(ranks) > 1 and ranks[0] == 1 and ranks[1] <= 2)


def _rivals(votes: dict[str, dict[str, Match]]) -> list[str]:
    """The families for which something at least strong speaks."""
    return sorted(f for f, causes in votes.items() if any(h.strength in STRENGTHS[:2] for h in causes.values()))


def _conflicts(votes: dict[str, dict[str, Match]], names: Names) -> Iterable[str]:
    rivals = _rivals(votes)
    if len(rivals) > 1:
        sides = (f"{names.families.get(family, family)} ({_first(votes[family])})" for family in rivals)
        yield f"the evidence names more than one maker: {'; '.join(sides)}"


def _first(causes: dict[str, Match]) -> str:
    best = min(causes.values(), key=strongest_first)
    return f"{best.strength}, {best.observation.field}"


def _best(attribute: str, evidence: Iterable[Match]) -> str | None:
    ranked = _claims(attribute, evidence)
    return ranked[0][1] if ranked else None


def _claims(attribute: str, evidence: Iterable[Match]) -> list[tuple[int, str]]:
    """(rank of strength, value) of every claim of the attribute, best first."""
    found = [(hit, value) for hit in evidence if (value := dict(hit.claims).get(attribute))]
    found.sort(
        key=lambda claim: (STRENGTHS.index(claim[0].strength), _trust(_cause(claim[0])), strongest_first(claim[0]))
    )
    return [(STRENGTHS.index(hit.strength), value) for hit, value in found]


def _cause(hit: Match) -> str:
    return cause_of(hit.observation.field)


def _trust(cause: str) -> int:
    return TRUST.index(cause) if cause in TRUST else len(TRUST)


def _brand(evidence: tuple[Match, ...], family: str, names: Names) -> str | None:
    """The best claim, except that the maker's own name gives way to a label that the maker is known to print.

    A factory leaves its own name in corners of a relabel ("Vendor":"Dahua" beside "Manufacturer":"Lorex"), so the label
    wins from medium strength on. A weak claim, such as a model name that others use too, never displaces it.
    """
    ranked = _claims("brand", evidence)
    if not ranked or ranked[0][1] != names.families.get(family):
        return ranked[0][1] if ranked else None
    labels = (b for rank, b in ranked if rank <= 2 and b != ranked[0][1] and family in names.makers.get(b, ()))
    return next(labels, ranked[0][1])


def _channels(evidence: tuple[Match, ...]) -> int | None:
    """Analogue and digital channels of the surest answer together: one protocol counts them apart."""
    counts: dict[tuple[int, int], dict[str, int]] = {}
    for hit in evidence:
        if (text := dict(hit.claims).get("channels", "")).isdecimal():
            fields = counts.setdefault((STRENGTHS.index(hit.strength), _trust(_cause(hit))), {})
            fields[hit.observation.field] = max(int(text[:5]), fields.get(hit.observation.field, 0))
    return sum(counts[min(counts)].values()) if counts else None
