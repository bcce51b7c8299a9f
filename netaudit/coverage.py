"""Coverage: what was in scope, what answered, and what could not be seen. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from netaudit.model import Asset, ChannelReport, ChannelTotal, Coverage, Gap, Run
from netaudit.vocabulary import CHANNEL_STATES, GAPS

MULTICAST_CHANNELS = ("mdns", "ssdp", "wsd", "sadp", "dhip")


def collect_coverage(
    run: Run,
    assets: tuple[Asset, ...],
    reports: Iterable[ChannelReport],
    received: Counter[str],
    gaps: Iterable[Gap],
) -> Coverage:
    """The coverage of a run: each channel's total, each gap once, and the gaps that only the assets show."""
    totals = _totals(reports, received)
    every = {*gaps, *_children_gaps(assets), *_unheard_gaps(totals)}
    strangers = {gap.address for gap in every if gap.kind in {"wrong_subnet", "outside_targets"}}
    answering = _owners(assets).keys() - strangers
    return Coverage(
        addresses_in_scope=run.addresses_in_scope,
        addresses_answering=len(answering),
        channels=totals,
        gaps=tuple(sorted(_named(every, assets), key=lambda g: (g.kind, g.address, g.detail))),
    )


def is_complete(coverage: Coverage) -> bool:
    """Whether nothing that should have been seen was missed, as far as the run can know."""
    states = {channel.status for channel in coverage.channels}
    return not states & {"partial", "failed"} and not any(GAPS[gap.kind] for gap in coverage.gaps)


def is_empty_handed(coverage: Coverage) -> bool:
    """Whether nothing was sent and nothing was heard: there was no run to speak of."""
    return not any(channel.sent or channel.received for channel in coverage.channels)


def _children_gaps(assets: tuple[Asset, ...]) -> Iterable[Gap]:
    for asset in assets:
        declared, inspected = asset.identity.channels or 0, len(asset.device.children)
        if asset.identity.kind == "recorder" and declared > inspected:
            yield Gap(
                kind="recorder_children",
                detail=f"{declared} channels declared, {inspected} inspected",
                address=next(iter(asset.device.addresses), ""),
                asset=asset.device.id,
            )


def _unheard_gaps(totals: tuple[ChannelTotal, ...]) -> Iterable[Gap]:
    """An answer to a multicast question is no answer to what a firewall has seen go out, and is often thrown away."""
    by_name = {total.name: total for total in totals}
    asked = [by_name[name] for name in MULTICAST_CHANNELS if name in by_name and by_name[name].sent]
    arp = by_name.get("arp")
    if arp and arp.sent and arp.received and len(asked) > 1 and not any(total.received for total in asked):
        names = ", ".join(total.name for total in asked)
        detail = f"neighbours answer ARP, and nobody answered {names}: perhaps there is no camera, perhaps a firewall "
        yield Gap(
            kind="unheard", detail=detail + "on this machine swallows the answers: allow inbound UDP and try again"
        )


def _totals(reports: Iterable[ChannelReport], received: Counter[str]) -> tuple[ChannelTotal, ...]:
    """One line per channel: the worst state of its interfaces, all reasons, what was sent and received."""
    by_name: dict[str, list[ChannelReport]] = defaultdict(list)
    for report in reports:
        by_name[report.name].append(report)
    return tuple(_total(name, by_name.get(name, []), received[name]) for name in sorted({*by_name, *received}))


def _total(name: str, reports: list[ChannelReport], received: int) -> ChannelTotal:
    states = [report.status for report in reports]
    worst = max(states, key=CHANNEL_STATES.index) if states else "done"
    if worst == "failed" and any(state != "failed" for state in states):
        worst = "partial"  # one interface failed, another did its work
    if worst == "skipped" and "done" in states:
        worst = "done"
    reasons = sorted({report.reason for report in reports if report.reason})
    return ChannelTotal(
        name=name,
        status=worst,
        reason="; ".join(reasons) or None,
        sent=sum(report.sent for report in reports),
        received=received,
    )


def _named(gaps: Iterable[Gap], assets: tuple[Asset, ...]) -> Iterable[Gap]:
    """The gaps, each with the asset that its address belongs to."""
    owners = _owners(assets)
    for gap in gaps:
        yield gap if gap.asset else replace(gap, asset=owners.get(gap.address))


def _owners(assets: tuple[Asset, ...]) -> dict[str, str]:
    """The addresses that answered, with the ids of their assets; not those that only a recorder knows."""
    return {a: asset.device.id for asset in assets if not asset.device.is_hearsay for a in asset.device.addresses}
