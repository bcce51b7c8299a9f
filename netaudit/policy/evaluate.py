"""An inventory held against rules: pure, one finding for each device and rule, and one for each thing not seen.

Devices of the same traits, at the same site and with the same facts, come to the same: they are judged once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TypeAlias

import msgspec

from netaudit.inventory import AssetDocument, Surveyed
from netaudit.policy.answers import Case
from netaudit.policy.attribution import Traits, traits
from netaudit.policy.facts import Facts, Organisation, Register, Site, Waiver
from netaudit.policy.findings import Finding
from netaudit.policy.gaps import absent, nothing_seen, place_of, unlisted, unread, unseen
from netaudit.policy.judge import judge
from netaudit.policy.register import Matched, matched
from netaudit.policy.rules import Policy, Rule
from netaudit.policy.sites import Sites, sites_of
from netaudit.policy.waivers import excused

MOST_KEPT = 32_768  # findings that are remembered: a few MB
NOTHING_KNOWN = Facts()

Judged: TypeAlias = Callable[[Traits, Site, Facts], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What is the same for all devices."""

    rules: tuple[tuple[Policy, Rule], ...]
    judged: Judged
    entries: Matched
    has_register: bool
    sites: Sites
    as_of: date
    waivers: Sequence[Waiver]
    named: frozenset[str]  # ids of the devices that gaps name, and give no address of


@dataclass(slots=True)
class _Noted:
    """What else is learned of devices on the way."""

    devices: int = 0
    places: dict[str, str | None] = field(default_factory=dict)  # of the devices that gaps name
    unlisted: list[Finding] = field(default_factory=list)


def evaluate(
    document: Surveyed,
    policies: Iterable[Policy],
    organisation: Organisation | None,
    register: Register | None,
    as_of: date,
    waivers: Sequence[Waiver] = (),
) -> tuple[Finding, ...]:
    """Every rule of these policies for every device of the inventory, and what could not be seen."""
    rules = tuple((policy, rule) for policy in policies for rule in policy.rule)
    entries = matched(document.assets, register.entries if register else ())
    given = _Given(
        rules=rules,
        judged=_remembered(rules, organisation, as_of),
        entries=entries,
        has_register=register is not None,
        sites=sites_of(organisation, document.run.site),
        as_of=as_of,
        waivers=waivers,
        named=frozenset(gap.asset or "" for gap in document.coverage.gaps if not isinstance(gap.address, str)),
    )
    noted = _Noted()
    found = [finding for asset in document.assets for finding in _of_device(asset, given, noted)]
    found += unseen(document.coverage, noted.places, as_of)
    found += () if noted.devices else (nothing_seen(as_of),)
    if register is not None:
        found += (*absent(entries, register, organisation, as_of), *noted.unlisted, *unread(entries, register, as_of))
    return tuple(found)


def _remembered(rules: Iterable[tuple[Policy, Rule]], organisation: Organisation | None, as_of: date) -> Judged:
    """What all rules come to for a device, remembered for devices like it."""
    parts = tuple(rules)

    @lru_cache(maxsize=max(1, MOST_KEPT // max(1, len(parts))))
    def judged(device: Traits, site: Site, facts: Facts) -> tuple[Finding, ...]:
        cases = (
            Case(
                policy=policy, rule=rule, device=device, as_of=as_of, organisation=organisation, site=site, facts=facts
            )
            for policy, rule in parts
        )
        return tuple(judge(case) for case in cases)

    return judged


def _of_device(asset: AssetDocument, given: _Given, noted: _Noted) -> Iterator[Finding]:
    device, facts = traits(asset), given.entries.by_asset.get(asset.id, NOTHING_KNOWN)
    noted.devices += 1
    if asset.id in given.named:
        noted.places[asset.id] = place_of(asset)
    if given.has_register and device.is_like_camera and asset.id not in given.entries.listed:
        noted.unlisted.append(unlisted(asset, given.as_of))
    told = given.judged(device, given.sites.of(asset, facts), _impersonal(facts))
    where = place_of(asset)
    own = (msgspec.structs.replace(finding, asset=asset.id, address=where) for finding in told)
    return _excused(own, asset, given) if given.waivers else own


def _impersonal(facts: Facts) -> Facts:
    """What the register knows of a device, without what makes it this one."""
    if facts is NOTHING_KNOWN:
        return facts
    return msgspec.structs.replace(
        facts, serial=None, mac=None, address=None, asset=None, site=None, owner=None, replacement=None
    )


def _excused(found: Iterable[Finding], asset: AssetDocument, given: _Given) -> Iterator[Finding]:
    for finding, (policy, _) in zip(found, given.rules, strict=True):
        yield excused(finding, asset, policy, given.as_of, given.waivers)
