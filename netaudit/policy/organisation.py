"""Who we are, from files: the profile of the organisation and its waivers, both TOML, strictly checked.

A word that no policy uses is an error: a mistyped kind of body would bind nobody, and read like a clean result.
"""

import tomllib
from collections.abc import Collection, Iterator
from datetime import date
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import TypeVar

import msgspec

from netaudit.policy.answers import Holds
from netaudit.policy.checks import binding
from netaudit.policy.facts import Organisation, Site, Waiver
from netaudit.policy.library import Policies

Shape = TypeVar("Shape")


class _WaiverFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    waiver: tuple[Waiver, ...] = ()


def read_organisation(path: Path, policies: Policies) -> Organisation:
    """The profile in a file. ValueError, with the file's name, on any mistake."""
    profile = _read(path, Organisation)
    for mistake in _mistakes(profile, policies):
        raise ValueError(f"{path}: {mistake}")
    return profile


def read_waivers(path: Path, policies: Policies) -> tuple[Waiver, ...]:
    """The waivers in a file. ValueError, with the file's name, on any mistake."""
    waivers = _read(path, _WaiverFile).waiver
    for waiver in waivers:
        rules = [rule.id for rule in policies.select([waiver.policy])[0].rule]
        if waiver.rule is not None and waiver.rule not in rules:
            raise ValueError(f"{path}: waiver {waiver.id}: {_unknown('rule', waiver.rule, rules)}")
        if waiver.until < waiver.granted:
            raise ValueError(f"{path}: waiver {waiver.id}: it runs out on {waiver.until}, before it is granted")
        if not (waiver.assets or waiver.sites):
            raise ValueError(f"{path}: waiver {waiver.id}: name the assets or the sites that it is about")
    if twice := _twice([waiver.id for waiver in waivers]):
        raise ValueError(f"{path}: waiver {twice} stands there twice")
    return waivers


def _read(path: Path, shape: type[Shape]) -> Shape:
    try:
        return msgspec.convert(tomllib.loads(path.read_bytes().decode()), shape)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _mistakes(profile: Organisation, policies: Policies) -> Iterator[str]:
    kinds = [*profile.entity_types, *(kind for site in profile.site for kind in site.entity_types or ())]
    yield from (
        _unknown("entity type", kind, policies.entity_types) for kind in kinds if kind not in policies.entity_types
    )
    if twice := _twice([site.name for site in profile.site]):
        yield f"site {twice!r} stands there twice"
    for site in profile.site:
        if not site.name:
            yield "a site has no name"
        for network in site.networks:
            if not _is_network(network):
                yield f"site {site.name}: {network!r} is no network: write 192.0.2.0/24"
    rules = {f"{p.id}/{rule.id}" for p in policies.by_id.values() for rule in p.rule}
    for name in profile.targets:
        if name not in policies.by_id and name not in rules:
            yield _unknown("policy or rule in targets", name, [*policies.by_id, *rules])
    yield from (_unknown("policy", n, list(policies.by_id)) for n in profile.policies if n not in policies.by_id)


def _unknown(what: str, word: str, known: Collection[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f"unknown {what} {word!r}{f'; did you mean {near[0]!r}?' if near else ''}"


def _twice(names: list[str]) -> str:
    return next((name for name in names if names.count(name) > 1), "")


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def in_use(profile: Organisation | None, named: Collection[str], policies: Policies) -> tuple[str, ...]:
    """The ids of the policies to hold an inventory against: those named; else the profile's, and those that are on.

    Of the latter, those that bind the organisation at none of its sites are left out.
    """
    if named or profile is None:
        return tuple(named)
    places = (Site(), *profile.site)
    on = [
        policy.id
        for policy in policies.by_id.values()
        if policy.default == "on" and any(binding(policy, profile, place).holds is not Holds.NO for place in places)
    ]
    return tuple(dict.fromkeys((*on, *profile.policies)))


def today() -> date:
    """The day of an evaluation for which none was named."""
    return date.today()  # noqa: DTZ011  a deadline ends where the organisation is
