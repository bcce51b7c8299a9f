"""The shape of an inventory's JSON, schema "netaudit.inventory/1": one struct for each object in it.

An absent key means "never asked", `null` means "asked, no answer". The JSON Schema (2020-12) is made from the structs.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from netaudit.vocabulary import KINDS, STATUSES, STRENGTHS, VERDICTS

SCHEMA = "netaudit.inventory/1"
SCHEMA_ID = "urn:netaudit:inventory:1"

if TYPE_CHECKING:
    Verdict: TypeAlias = str
    Kind: TypeAlias = str
    Strength: TypeAlias = str
    Status: TypeAlias = str
else:  # the closed lists stand in vocabulary.py and nowhere else
    Verdict, Kind, Strength = Literal[VERDICTS], Literal[KINDS], Literal[STRENGTHS]
    Status = Literal[tuple(sorted(STATUSES))]

Text = str | None | UnsetType
Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None | UnsetType
Count = Annotated[int, Meta(ge=0)]
Time = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
Mac = Annotated[str, Meta(pattern="^([0-9a-f]{2}:){5}[0-9a-f]{2}$")]
Digest = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]
Family = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]*$")]


class ToolDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The program that wrote the inventory."""

    name: str
    version: str


class FingerprintsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The fingerprints that were used."""

    count: Count
    sha256: str
    newest: Text = UNSET


class ScopeDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What the user allowed to be touched."""

    targets: tuple[str, ...]
    excluded: tuple[str, ...]
    profile: str | None


class RunDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One scan or replay."""

    id: str
    feed: str
    site: str | None
    started_at: Time
    finished_at: Time
    tool: ToolDocument
    fingerprints: FingerprintsDocument
    scope: ScopeDocument


class ChannelDocument(msgspec.Struct, frozen=True, kw_only=True):
    """How one channel fared over the whole run."""

    name: str
    status: str
    reason: str | None
    sent: Count
    received: Count


class GapDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could not be seen, and why."""

    kind: str
    asset: str | None
    detail: str
    address: Text = UNSET


class SubnetChannelDocument(msgspec.Struct, frozen=True, kw_only=True):
    """How one channel fared in one network."""

    name: str
    status: str
    reason: str | None
    sent: Count
    answering: Count
    failed: dict[str, Count]


class SubnetDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One network that the scope reaches into; network `null`: all that is not attached."""

    network: str | None
    interface: str | None
    addresses: Count
    answering: Count
    only_arp: Count
    channels: tuple[SubnetChannelDocument, ...]


class HarmDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the devices that had answered still did at the end of the run."""

    checked: Count
    still_answering: Count
    unchecked: Count
    silent: tuple[str, ...]


class CoverageDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What was in scope, what answered, and what could not be seen."""

    addresses_in_scope: Count
    addresses_answering: Count
    channels: tuple[ChannelDocument, ...]
    gaps: tuple[GapDocument, ...]
    subnets: tuple[SubnetDocument, ...] | UnsetType = UNSET
    harm: HarmDocument | UnsetType = UNSET


class PortDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One service that answered."""

    transport: str
    port: Annotated[int, Meta(ge=0, le=65535)]
    service: str


class ChildrenDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Cameras behind a recorder: how many it declares, how many were inspected."""

    declared: Count
    inspected: Count


class EvidenceDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One fingerprint that fitted one thing seen, and what it speaks for."""

    channel: str
    field: str
    value: str
    fingerprint: str
    supports: dict[str, str]
    strength: Strength
    reply: Digest | None
    seen_at: Time


class AssetDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One device, what it is said to be, and why."""

    id: str
    addresses: tuple[str, ...]
    macs: tuple[Mac, ...]
    hostnames: tuple[str, ...]
    family: Family
    verdict: Verdict
    certainty: Annotated[float, Meta(ge=0, le=1)]
    kind: Kind
    ports: tuple[PortDocument, ...]
    children: ChildrenDocument
    evidence: tuple[EvidenceDocument, ...]
    conflicts: tuple[str, ...]
    manufacturer: Text = UNSET
    brand: Text = UNSET
    model: Text = UNSET
    line: Text = UNSET
    generation: Text = UNSET
    firmware: Text = UNSET
    firmware_date: Day = UNSET
    serial: Text = UNSET
    produced: Day = UNSET
    behind: Text = UNSET


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Something that failed."""

    stage: str
    channel: str | None
    address: str | None
    status: Status
    detail: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The inventory of one run."""

    schema: Annotated[str, Meta(extra_json_schema={"const": SCHEMA})] = SCHEMA
    run: RunDocument
    coverage: CoverageDocument
    assets: tuple[AssetDocument, ...]
    problems: tuple[ProblemDocument, ...]


class Surveyed(Protocol):
    """An inventory to go through: a Document, or one that is read device by device."""

    @property
    def run(self) -> RunDocument:
        """What made it."""

    @property
    def coverage(self) -> CoverageDocument:
        """What it could not see."""

    @property
    def problems(self) -> tuple[ProblemDocument, ...]:
        """What failed."""

    @property
    def assets(self) -> Iterable[AssetDocument]:
        """Its devices; they can be gone through again."""


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the inventory."""
    (top,), parts = msgspec.json.schema_components([Document], ref_template="#/$defs/{name}")
    root = parts.pop(top["$ref"].rpartition("/")[2])
    root["required"] = sorted({*root["required"], "schema"})
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    return {**head, **root, "title": "netaudit inventory", "$defs": parts}
