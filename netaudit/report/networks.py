"""Coverage in sentences: who answered on which network, what could not be asked there, and whether all still answer."""

from collections.abc import Iterator

from msgspec import UNSET

from netaudit.inventory import SubnetDocument, Surveyed
from netaudit.plain import counted, shorten, visible


def network_lines(document: Surveyed) -> Iterator[str]:
    """One line for each network of the scope, where there are several with their failing channels, and one on harm."""
    coverage = document.coverage
    subnets = coverage.subnets or ()
    for subnet in subnets:
        yield _answers(subnet)
        yield from (f"  {line}" for line in _channels(subnet) if len(subnets) > 1)
    if coverage.harm is not UNSET:
        yield from _harm(coverage.harm.checked, len(coverage.harm.silent), coverage.harm.unchecked)


def _answers(subnet: SubnetDocument) -> str:
    where = f"{visible(subnet.network)} on {visible(subnet.interface or '')}" if subnet.network else "Not attached"
    only = f", {subnet.only_arp:,} of them ARP only" if subnet.only_arp else ""
    return f"{where}: {subnet.answering:,} of {counted(subnet.addresses, 'address', 'addresses')} answered{only}"


def _channels(subnet: SubnetDocument) -> Iterator[str]:
    for channel in subnet.channels:
        if channel.status != "done":
            reason = f": {shorten(channel.reason, 200)}" if channel.reason else ""
            yield f"{visible(channel.name)} {visible(channel.status)}{reason}"


def _harm(checked: int, silent: int, unchecked: int) -> Iterator[str]:
    if silent:
        yield f"At the end {silent:,} of {counted(checked, 'device')} answered no more: see whether they still work"
    elif checked:
        yield f"At the end {counted(checked, 'device')} asked once more: every one still answered"
    if unchecked:
        yield f"Not asked at the end, for want of a gentle way: {counted(unchecked, 'device')}"
