"""Facts that no scan can see: who the organisation is, where its sites are, and what its register knows of a device.

An absent fact is None and is named where a rule needs it; nothing is guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from netaudit.policy.dates import PATTERN
from netaudit.policy.words import Purpose, Segment, Sensitivity, SiteType, State

Partial = Annotated[str, Meta(pattern=PATTERN)]
Place = Annotated[str, Meta(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]


class Site(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A place where devices stand. What it says of itself replaces what the organisation says."""

    name: str = ""
    networks: tuple[str, ...] = ()  # devices with these addresses stand here, unless the register says otherwise
    entity_types: tuple[str, ...] | None = None
    jurisdictions: tuple[Place, ...] | None = None
    sensitivity: Sensitivity | None = None
    types: tuple[SiteType, ...] | None = None
    purpose: Purpose | None = None
    segment: Segment | None = None
    internet_reachable: bool | None = None


class Organisation(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Who we are."""

    name: str = ""
    entity_types: tuple[str, ...] = ()  # every kind of body that it is
    jurisdictions: tuple[Place, ...] = ()
    site: tuple[Site, ...] = ()
    targets: Mapping[str, date] = {}  # own target dates: policy id, or policy id/rule id
    policies: tuple[str, ...] = ()  # ids to hold it against, beside those that are on
    columns: Mapping[str, str] = {}  # how the register calls what we call serial, acquired, …


class Facts(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What the register knows of one device."""

    serial: str | None = None
    mac: str | None = None
    address: str | None = None
    asset: str | None = None  # the register's own number
    site: str | None = None
    acquired: Partial | None = None
    installed: Partial | None = None
    renewal: Partial | None = None  # of the contract under which the device runs
    replacement: Partial | None = None  # when it is planned to be replaced
    funding: str | None = None
    purpose: Purpose | None = None
    owner: str | None = None
    state: State | None = None
    segment: Segment | None = None
    internet_reachable: bool | None = None
    cloud_enabled: bool | None = None
    made_in: str | None = None
    supplier_country: str | None = None
    met: tuple[str, ...] = ()  # conditions and papers that are proven
    not_met: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()  # rules (policy id/rule id) whose criterion somebody found to be met
    meets_not: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()  # exceptions that are claimed: policy id/exception id


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The entries of an asset register, and what in it could not be read: a sentence each."""

    entries: tuple[Facts, ...] = ()
    remarks: tuple[str, ...] = ()


class Waiver(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One excuse: who gave it, why, until when, and what compensates."""

    id: str
    policy: str
    reason: str
    approver: tuple[str, ...]  # the offices that granted it, in the words of the policy
    granted: date
    until: date
    rule: str | None = None  # none: all rules of the policy
    assets: tuple[str, ...] = ()  # ids, serials, MACs or addresses
    sites: tuple[str, ...] = ()
    delegated: bool = False  # given by somebody on the approver's behalf
    papers: tuple[str, ...] = ()
    compensating: tuple[str, ...] = ()
