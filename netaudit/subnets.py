"""Coverage network by network: who answered there, by which channel, and what failed. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from netaudit.model import ChannelReport, Gap, Problem, Subnet, SubnetChannel, SubnetTotal
from netaudit.naming import ipv4_number
from netaudit.vocabulary import CHANNEL_STATES

FEW_ADDRESSES = 30  # in a network smaller than that, one neighbour is nothing odd

Spoken = dict[str, frozenset[str]]  # address -> the channels on which it answered
_Answering = Counter[frozenset[str]]  # how many addresses answered on just these channels


def collect_subnets(
    subnets: Iterable[Subnet], reports: Iterable[ChannelReport], problems: Iterable[Problem], spoken: Spoken
) -> tuple[SubnetTotal, ...]:
    """Each network once, the attached ones first; `spoken` holds the addresses in scope that answered."""
    every = sorted(set(subnets), key=lambda s: (not s.network, s.network, s.interface or ""))
    networks = [_span(s.network) for s in every if s.network]
    answering, failed = _by_network(spoken, networks), _failures(problems, networks)
    asked = defaultdict(list)
    for report in reports:
        asked[report.network].append(report)
    return tuple(_total(s, asked[s.network], answering[s.network], failed) for s in every)


def subnet_gaps(totals: Iterable[SubnetTotal]) -> Iterator[Gap]:
    """What the networks show that no single answer does: silence, and neighbours that are kept apart."""
    for total in totals:
        swept = any(c.name == "arp" and c.sent and c.status == "done" for c in total.channels)
        where = f"{total.subnet.network} on {total.subnet.interface}"
        if swept and not total.answering:
            detail = f"{where}: nobody of {total.subnet.addresses:,} addresses answered, by any channel"
            yield Gap(kind="silent_subnet", detail=detail)
        elif swept and total.answering == 1 and total.subnet.addresses >= FEW_ADDRESSES:
            detail = f"{where}: one neighbour of {total.subnet.addresses:,} addresses answered; on a wireless or guest "
            yield Gap(kind="isolation", detail=detail + "network clients are often kept apart: scan from the wire")


def _total(subnet: Subnet, reports: list[ChannelReport], answering: _Answering, failed: "_Failed") -> SubnetTotal:
    names = sorted({r.name for r in reports}.union(*answering))
    return SubnetTotal(
        subnet=subnet,
        answering=answering.total(),
        only_arp=answering[frozenset({"arp"})],
        channels=tuple(
            SubnetChannel(
                name=name,
                status=worst([r.status for r in reports if r.name == name]),
                reason="; ".join(sorted({r.reason for r in reports if r.name == name and r.reason})) or None,
                sent=sum(r.sent for r in reports if r.name == name),
                answering=sum(count for channels, count in answering.items() if name in channels),
                failed=tuple(sorted(failed[subnet.network, name].items())),
            )
            for name in names
        ),
    )


def worst(states: list[str]) -> str:
    """The state of a channel that fared so on several interfaces: the worst, but done or partial where some worked."""
    found = max(states, key=CHANNEL_STATES.index) if states else "done"
    if found == "failed" and any(state != "failed" for state in states):
        return "partial"  # one interface failed, another did its work
    return "done" if found == "skipped" and "done" in states else found


_Networks = list[tuple[str, int, int]]  # its name, its first and its last address
_Failed = defaultdict[tuple[str, str], Counter[str]]


def _by_network(spoken: Spoken, networks: _Networks) -> Mapping[str, _Answering]:
    found: dict[str, _Answering] = defaultdict(Counter)
    for address, channels in spoken.items():
        found[_network_of(address, networks)][channels] += 1
    return found


def _failures(problems: Iterable[Problem], networks: _Networks) -> _Failed:
    """How many addresses of a network had a problem of each kind on a channel."""
    found: _Failed = defaultdict(Counter)
    for address, channel, status in {(p.address, p.channel, p.status) for p in problems if p.address}:
        found[_network_of(address, networks), channel][status] += 1
    return found


def _span(network: str) -> tuple[str, int, int]:
    parsed = IPv4Network(network)
    return network, int(parsed.network_address), int(parsed.broadcast_address)


def _network_of(address: str, networks: _Networks) -> str:
    number = ipv4_number(address)
    if number is None:
        return ""
    for name, first, last in networks:
        if first <= number <= last:
            return name
    return ""
