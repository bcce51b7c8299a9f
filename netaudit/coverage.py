"""Coverage: what was in scope, what answered, and what could not be seen. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from ipaddress import ip_address
from itertools import chain

from netaudit.model import Asset, ChannelReport, ChannelTotal, Coverage, Gap, HarmCheck, Problem, Run, Subnet
from netaudit.subnets import Spoken, collect_subnets, subnet_gaps, worst
from netaudit.vocabulary import GAPS

MOST_NAMED = 10  # addresses in one sentence
MULTICAST_CHANNELS = ("mdns", "ssdp", "wsd", "sadp", "dhip")


@dataclass(slots=True)
class Told:
    """What a run told of itself, in any order."""

    reports: list[ChannelReport] = field(default_factory=list)
    received: Counter[str] = field(default_factory=Counter)  # replies by channel
    gaps: set[Gap] = field(default_factory=set)
    problems: set[Problem] = field(default_factory=set)
    subnets: set[Subnet] = field(default_factory=set)
    harm: HarmCheck | None = None


def collect_coverage(run: Run, assets: tuple[Asset, ...], told: Told) -> Coverage:
    """The coverage of a run: each channel's total, each gap once, and the gaps that only the assets show."""
    totals = _totals(told.reports, told.received)
    owners = _owners(assets)
    strangers = {gap.address for gap in told.gaps if gap.kind in {"wrong_subnet", "outside_targets"}}
    strangers |= {address for address in owners if ":" in address and _is_beside(run, address)}
    spoken = _spoken(assets, [address for address in owners if address not in strangers])
    subnets = collect_subnets(told.subnets, told.reports, told.problems, spoken)
    every = {*told.gaps, *_children_gaps(assets), *_unheard_gaps(totals), *subnet_gaps(subnets)}
    every |= {*_silence_gaps(run, totals, spoken), *_ipv6_gaps(run, assets)}
    return Coverage(
        addresses_in_scope=run.addresses_in_scope,
        addresses_answering=len(spoken),
        channels=totals,
        gaps=tuple(sorted(_named(every, owners), key=lambda g: (g.kind, g.address, g.detail))),
        subnets=subnets,
        harm=told.harm,
    )


def is_complete(coverage: Coverage) -> bool:
    """Whether nothing that should have been seen was missed, as far as the run can know."""
    states = {channel.status for channel in coverage.channels}
    return not states & {"partial", "failed"} and not any(GAPS[gap.kind] for gap in coverage.gaps)


def is_empty_handed(coverage: Coverage) -> bool:
    """Whether nothing was sent and nothing was heard: there was no run to speak of."""
    return not any(channel.sent or channel.received for channel in coverage.channels)


def _is_beside(run: Run, address: str) -> bool:
    """Whether a live run met this link-local IPv6 address without having been told to ask it."""
    if ":" not in address or run.feed != "live" or address in run.targets:
        return False
    return ip_address(address).is_link_local


def _ipv6_gaps(run: Run, assets: tuple[Asset, ...]) -> Iterable[Gap]:
    """Devices that were met over IPv6 alone: to ask them would need web requests with brackets in their Host header."""
    for asset in [asset for asset in assets if asset.device.addresses and ":" in asset.device.addresses[0]]:
        addresses = asset.device.addresses
        if not asset.device.is_hearsay and all(_is_beside(run, a) for a in addresses):
            detail = "found over IPv6 only: it is listed and was not asked further, as no web request is sent to an "
            yield Gap(kind="ipv6_only", detail=detail + "IPv6 address", address=addresses[0], asset=asset.device.id)


def _children_gaps(assets: tuple[Asset, ...]) -> Iterable[Gap]:
    for asset in [asset for asset in assets if asset.identity.kind == "recorder"]:
        declared, inspected = asset.identity.channels or 0, len(asset.device.children)
        if declared > inspected:
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


def _silence_gaps(run: Run, totals: tuple[ChannelTotal, ...], spoken: Spoken) -> Iterable[Gap]:
    """A scan that saw nothing is no clean site; and who answers ARP only was not identified by anything."""
    if run.feed != "live":
        return
    if not spoken and any(total.sent for total in totals):
        detail = "nothing in scope answered anything: that nobody is there is one reason; a wrong network, a firewall "
        yield Gap(
            kind="nobody", detail=detail + "or a router between is another; netaudit doctor looks at this machine"
        )
    asked = any(total.sent for total in totals if total.name != "arp")
    silent = sorted((a for a, channels in spoken.items() if asked and channels == {"arp"}), key=_by_number)
    if silent:
        more = f" and {len(silent) - MOST_NAMED:,} more" if len(silent) > MOST_NAMED else ""
        count = f"{len(silent):,} address{'es' if len(silent) > 1 else ''}"
        detail = f"{count} answered ARP and none of the questions: {', '.join(silent[:MOST_NAMED])}{more}"
        yield Gap(kind="arp_only", detail=detail)


def _by_number(address: str) -> tuple[int, str]:
    return len(address), address


def _totals(reports: Iterable[ChannelReport], received: Counter[str]) -> tuple[ChannelTotal, ...]:
    """One line per channel: the worst state of its interfaces, all reasons, what was sent and received."""
    by_name: dict[str, list[ChannelReport]] = defaultdict(list)
    for report in reports:
        by_name[report.name].append(report)
    return tuple(_total(name, by_name.get(name, []), received[name]) for name in sorted({*by_name, *received}))


def _total(name: str, reports: list[ChannelReport], received: int) -> ChannelTotal:
    reasons = sorted({report.reason for report in reports if report.reason})
    return ChannelTotal(
        name=name,
        status=worst([report.status for report in reports]),
        reason="; ".join(reasons) or None,
        sent=sum(report.sent for report in reports),
        received=received,
    )


def _named(gaps: Iterable[Gap], owners: Mapping[str, str]) -> Iterable[Gap]:
    """The gaps, each with the asset that its address belongs to."""
    for gap in gaps:
        yield gap if gap.asset else replace(gap, asset=owners.get(gap.address))


def _owners(assets: tuple[Asset, ...]) -> dict[str, str]:
    """The addresses that answered, with the ids of their assets; not those that only a recorder knows."""
    devices = [asset.device for asset in assets]
    return {address: device.id for device in devices if not device.is_hearsay for address in device.addresses}


def _spoken(assets: tuple[Asset, ...], addresses: Iterable[str]) -> Spoken:
    """These addresses, each with the channels on which it answered."""
    found: Spoken = dict.fromkeys(addresses, frozenset())
    for o in chain.from_iterable([asset.device.observations for asset in assets]):
        channels = found.get(o.address)
        if channels is not None and o.channel not in channels and not o.part:
            found[o.address] = _with(channels, o.channel)
    return found


@lru_cache(maxsize=4096)  # many devices answer on the same channels
def _with(channels: frozenset[str], channel: str) -> frozenset[str]:
    return channels | {channel}
