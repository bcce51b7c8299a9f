"""The document of a run: its model turned into the JSON's shape, sorted, times RFC 3339 in UTC to the second."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address

from msgspec import UNSET
from msgspec.structs import replace

from netaudit.inventory.shape import (
    AssetDocument,
    ChannelDocument,
    ChildrenDocument,
    CoverageDocument,
    Document,
    EvidenceDocument,
    FingerprintsDocument,
    GapDocument,
    HarmDocument,
    PortDocument,
    ProblemDocument,
    RunDocument,
    ScopeDocument,
    SubnetChannelDocument,
    SubnetDocument,
    ToolDocument,
)
from netaudit.model import (
    NOBODY,
    Asset,
    Coverage,
    Device,
    Gap,
    HarmCheck,
    Identity,
    Inventory,
    Match,
    Problem,
    Run,
    SubnetTotal,
)
from netaudit.naming import ipv4_number
from netaudit.vocabulary import STRENGTHS

LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z; a capture may claim any 64-bit time
CERTAINTY_DIGITS = 6  # beyond these, floating point differs between machines


def document(inventory: Inventory) -> Document:
    """The document of an inventory: sorted, times to the second, the same for the same inventory."""
    return Document(
        run=_run(inventory),
        coverage=_coverage(inventory.coverage),
        assets=tuple(asset_document(a) for a in sorted(inventory.assets, key=_asset_order)),
        problems=tuple(_problem(p) for p in sorted(set(inventory.problems), key=_problem_order)),
    )


def stamp(seconds: float) -> str:
    """A time as RFC 3339 in UTC, to the second."""
    if 0 <= seconds <= LAST_SECOND:
        return _stamp(int(seconds))
    return _stamp(LAST_SECOND if seconds > LAST_SECOND else 0)  # what is no number is neither


@lru_cache(maxsize=4096)  # what a device says comes within a few seconds
def _stamp(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def address_order(address: str) -> tuple[int, int, str]:
    """Sorts addresses by number, IPv4 first; what is not an address comes last."""
    number = ipv4_number(address)
    if number is not None:
        return (4, number, address)
    try:
        parsed = ip_address(address)
    except ValueError:
        return (9, 0, address)
    return (parsed.version, int(parsed), address)


def _text(value: str) -> str:
    return value if value.isascii() else value.encode("utf-8", "replace").decode()  # half a surrogate pair: no JSON


def _maybe(value: str | None) -> str | None:
    return _text(value) if value else None


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple([_text(v) for v in dict.fromkeys(values)])


def _run(inventory: Inventory) -> RunDocument:
    run = inventory.run
    return RunDocument(
        id=_text(run.id),
        feed=run.feed,
        site=_maybe(run.site),
        started_at=stamp(run.started_at),
        finished_at=stamp(run.finished_at),
        tool=ToolDocument(name="netaudit", version=run.version),
        fingerprints=_fingerprints(inventory),
        scope=_scope(run),
    )


def _fingerprints(inventory: Inventory) -> FingerprintsDocument:
    return FingerprintsDocument(
        count=inventory.fingerprints_count,
        sha256=inventory.fingerprints_sha256,
        newest=inventory.fingerprints_newest or UNSET,
    )


def _scope(run: Run) -> ScopeDocument:
    return ScopeDocument(targets=_texts(run.targets), excluded=_texts(run.excluded), profile=run.profile)


def _coverage(coverage: Coverage) -> CoverageDocument:
    return CoverageDocument(
        addresses_in_scope=coverage.addresses_in_scope,
        addresses_answering=coverage.addresses_answering,
        channels=tuple(
            ChannelDocument(name=c.name, status=c.status, reason=_maybe(c.reason), sent=c.sent, received=c.received)
            for c in sorted(coverage.channels, key=lambda c: (c.name, c.status, c.reason or ""))
        ),
        gaps=tuple(_gap(g) for g in sorted(set(coverage.gaps), key=_gap_order)),
        subnets=tuple(_subnet(s) for s in coverage.subnets) or UNSET,
        harm=_harm(coverage.harm) if coverage.harm else UNSET,
    )


def _subnet(total: SubnetTotal) -> SubnetDocument:
    return SubnetDocument(
        network=total.subnet.network or None,
        interface=_maybe(total.subnet.interface),
        addresses=total.subnet.addresses,
        answering=total.answering,
        only_arp=total.only_arp,
        channels=tuple(
            SubnetChannelDocument(
                name=c.name,
                status=c.status,
                reason=_maybe(c.reason),
                sent=c.sent,
                answering=c.answering,
                failed=dict(c.failed),
            )
            for c in total.channels
        ),
    )


def _harm(check: HarmCheck) -> HarmDocument:
    return HarmDocument(
        checked=check.checked,
        still_answering=check.checked - len(check.silent),
        unchecked=check.unchecked,
        silent=tuple(sorted(check.silent, key=address_order)),
    )


def _gap(gap: Gap) -> GapDocument:
    return GapDocument(kind=gap.kind, asset=gap.asset, detail=_text(gap.detail), address=_maybe(gap.address))


def _gap_order(gap: Gap) -> tuple[str, tuple[int, int, str], str, str]:
    return (gap.kind, address_order(gap.address), gap.asset or "", gap.detail)


def _problem(problem: Problem) -> ProblemDocument:
    return ProblemDocument(
        stage=problem.stage,
        channel=_maybe(problem.channel),
        address=_maybe(problem.address),
        status=problem.status,
        detail=_text(problem.detail),
    )


def _problem_order(problem: Problem) -> tuple[tuple[int, int, str], str, str, str, str]:
    return (address_order(problem.address), problem.channel, problem.stage, problem.status, problem.detail)


def asset_document(asset: Asset) -> AssetDocument:
    """The document of one asset."""
    device, identity = asset.device, asset.identity
    declared = identity.channels or 0 if identity.kind == "recorder" else 0
    return replace(
        _UNKNOWN if identity is NOBODY else _identified(identity),
        id=device.id,
        addresses=device.addresses,
        macs=device.macs,
        hostnames=_texts(device.hostnames) if device.hostnames else (),
        ports=_ports(asset),
        behind=device.behind,
        children=_CHILDLESS if not (declared or device.children) else _children(device, declared),
        conflicts=_texts(device.conflicts + identity.conflicts) if device.conflicts or identity.conflicts else (),
    )


def _identified(identity: Identity) -> AssetDocument:
    """What the document of a device says of what it is."""
    return AssetDocument(
        id="",
        addresses=(),
        macs=(),
        hostnames=(),
        family=identity.family,
        verdict=identity.verdict,
        certainty=round(float(identity.certainty), CERTAINTY_DIGITS) if identity.certainty else 0.0,
        kind=identity.kind,
        manufacturer=_maybe(identity.manufacturer),
        brand=_maybe(identity.brand),
        model=_maybe(identity.model),
        line=_maybe(identity.line),
        generation=_maybe(identity.generation),
        firmware=_maybe(identity.firmware),
        firmware_date=_maybe(identity.firmware_date),
        serial=_maybe(identity.serial),
        produced=_maybe(identity.produced),
        ports=(),
        behind=None,
        children=_CHILDLESS,
        evidence=_evidence(identity.evidence, identity.family) if identity.evidence else (),
        conflicts=(),
    )


_CHILDLESS = ChildrenDocument(declared=0, inspected=0)
_UNKNOWN = _identified(NOBODY)  # on a large network most devices are that


def _ports(asset: Asset) -> tuple[PortDocument, ...]:
    return tuple([PortDocument(transport=t, port=p, service=s) for t, p, s in asset.ports])


def _children(device: Device, declared: int) -> ChildrenDocument:
    return ChildrenDocument(declared=max(declared, len(device.children)), inspected=len(device.children))


def _asset_order(asset: Asset) -> tuple[int, int, str, str]:
    return (*address_order(asset.device.addresses[0] if asset.device.addresses else ""), asset.device.id)


def _evidence(matches: Iterable[Match], family: str) -> tuple[EvidenceDocument, ...]:
    """Strongest first, and within a strength what speaks for the verdict first; one reply speaks once."""
    first: dict[tuple[str, ...], Match] = {}
    for match in sorted(matches, key=_order_for(family)):
        seen = match.observation
        first.setdefault((match.fingerprint, seen.channel, seen.field, seen.value, seen.reply), match)
    return tuple(_evidence_of(m) for m in first.values())


def _order_for(family: str) -> Callable[[Match], tuple[int, bool, str, str, str, str, str, float]]:
    claim = ("family", family)

    def order(match: Match) -> tuple[int, bool, str, str, str, str, str, float]:
        seen, rank = match.observation, STRENGTHS.index(match.strength)
        against = claim not in match.claims
        return (rank, against, seen.channel, seen.field, seen.value, match.fingerprint, seen.reply, seen.seen_at)

    return order


def _evidence_of(match: Match) -> EvidenceDocument:
    seen = match.observation
    return EvidenceDocument(
        channel=seen.channel,
        field=seen.field,
        value=_text(seen.value),
        fingerprint=match.fingerprint,
        supports={attribute: value if value.isascii() else _text(value) for attribute, value in match.claims},
        strength=match.strength,
        reply=seen.reply or None,
        seen_at=stamp(seen.seen_at),
    )
