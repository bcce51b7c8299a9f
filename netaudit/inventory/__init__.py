"""The inventory: what a run leaves behind, and what reports, policies and comparisons start from.

`collect` makes the document of a run, `shape` says what it holds, `jsonfile` writes and reads it, `stored` reads it
device by device.
"""

from netaudit.inventory.collect import address_order, document, stamp
from netaudit.inventory.jsonfile import (
    decode,
    encode,
    encode_lines,
    encode_parts,
    encode_schema,
    escape,
    portions,
    read,
    replacing,
    write,
)
from netaudit.inventory.shape import (
    SCHEMA,
    AssetDocument,
    ChannelDocument,
    ChildrenDocument,
    CoverageDocument,
    Document,
    EvidenceDocument,
    FingerprintsDocument,
    GapDocument,
    PortDocument,
    ProblemDocument,
    RunDocument,
    ScopeDocument,
    SubnetDocument,
    Surveyed,
    ToolDocument,
    schema,
)
from netaudit.inventory.stored import Stored, open_stored, survey, surveyed
from netaudit.plain import UNPRINTABLE

__all__ = [
    "SCHEMA",
    "UNPRINTABLE",
    "AssetDocument",
    "ChannelDocument",
    "ChildrenDocument",
    "CoverageDocument",
    "Document",
    "EvidenceDocument",
    "FingerprintsDocument",
    "GapDocument",
    "PortDocument",
    "ProblemDocument",
    "RunDocument",
    "ScopeDocument",
    "Stored",
    "SubnetDocument",
    "Surveyed",
    "ToolDocument",
    "address_order",
    "decode",
    "document",
    "encode",
    "encode_lines",
    "encode_parts",
    "encode_schema",
    "escape",
    "open_stored",
    "portions",
    "read",
    "replacing",
    "schema",
    "stamp",
    "survey",
    "surveyed",
    "write",
]
