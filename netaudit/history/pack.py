"""An inventory as parts that are the same as long as nothing changes, and back again byte for byte. Pure.

What a device is stands in its core; when and by which reply that was seen is another matter in each run. So the core
has no times and no digests, and is stored once for all runs that found the same. The replies of the first run stand
beside it as its trace; the sheet of a run has the times, and only those replies that are not the trace's. The
references of a run to its cores come in GROUPS groups, each stored once for all runs in which it is the same.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec
from msgspec.structs import replace

from netaudit.history.cover import Cover, cover_of
from netaudit.inventory import (
    AssetDocument,
    CoverageDocument,
    Document,
    EvidenceDocument,
    ProblemDocument,
    RunDocument,
    address_order,
    encode,
    stamp,
)

GROUPS: Final = 64  # of references: a change of one device rewrites a 64th of them
DIGEST_BYTES: Final = 32
NOBODY: Final = bytes(DIGEST_BYTES)  # of a group without members
NEVER: Final = stamp(0)
MOST_BYTES: Final = 1 << 30  # of one part, unpacked: a file from elsewhere may hold anything

Trace = tuple[tuple[str, str | None], ...]  # (value, reply) of each piece of evidence
Encoded = tuple[bytes, bytes]  # core, trace


class Head(msgspec.Struct, frozen=True):
    """An inventory without its assets."""

    run: RunDocument
    coverage: CoverageDocument
    problems: tuple[ProblemDocument, ...]


class Sheet(msgspec.Struct, frozen=True, array_like=True):
    """What is another in each run: of each asset, in the order of the inventory."""

    seen: tuple[tuple[int, ...], ...]  # seconds after the start of the run, of each piece of evidence
    differs: dict[str, tuple[str, str | None]]  # "asset.evidence" -> (value, reply), where not as in the trace
    order: tuple[str, ...] = ()  # ids, where the inventory is not in the usual order


@dataclass(frozen=True, slots=True)
class Packed:
    """An inventory in parts."""

    head: Head
    cover: Cover
    assets: tuple[AssetDocument, ...]
    cores: tuple[bytes, ...]  # digests, in the order of the assets
    encoded: Mapping[bytes, Encoded]  # digest -> core and trace
    groups: tuple[bytes, ...]  # digests; empty for a group without members
    pieces: Mapping[bytes, bytes]  # digest -> the digests of a group's members, one after the other
    sha256: str


def pack(document: Document) -> Packed:
    """The parts of an inventory. ValueError where two assets have one id: references could not tell them apart."""
    ids = Counter(asset.id for asset in document.assets)
    if twice := [name for name, count in ids.items() if count > 1]:
        raise ValueError(f"run {document.run.id}: {twice[0]} is the id of {ids[twice[0]]} assets: it cannot be stored")
    encoded = [_encode(asset) for asset in document.assets]
    cores = tuple(digest_of(core) for core, _ in encoded)
    members: list[list[bytes]] = [[] for _ in range(GROUPS)]
    for asset, core in zip(document.assets, cores, strict=True):
        members[zlib.crc32(asset.id.encode()) % GROUPS].append(core)
    pieces = {digest_of(text): text for group in members if (text := b"".join(sorted(group)))}
    return Packed(
        head=Head(document.run, document.coverage, document.problems),
        cover=cover_of(document),
        assets=document.assets,
        cores=cores,
        encoded=dict(zip(cores, encoded, strict=True)),
        groups=tuple(digest_of(text) if (text := b"".join(sorted(group))) else b"" for group in members),
        pieces=pieces,
        sha256=sha256(encode(document)).hexdigest(),
    )


def _encode(asset: AssetDocument) -> Encoded:
    bare = tuple(replace(e, value="", reply=None, seen_at=NEVER) for e in asset.evidence)
    trace = tuple((e.value, e.reply) for e in asset.evidence)
    return msgspec.json.encode(replace(asset, evidence=bare), order="sorted"), msgspec.json.encode(trace)


def sheet_of(packed: Packed, traces: Mapping[bytes, bytes]) -> Sheet:
    """What only this run knows, beside the traces (JSON, by core) that are stored already."""
    start = seconds(packed.head.run.started_at)
    differs: dict[str, tuple[str, str | None]] = {}
    for number, (asset, core) in enumerate(zip(packed.assets, packed.cores, strict=True)):
        if traces[core] != packed.encoded[core][1]:
            differs.update(_differing(number, asset, read_trace(traces[core])))
    order = tuple(asset.id for asset in packed.assets)
    usual = tuple(asset.id for asset in sorted(packed.assets, key=usual_order))
    return Sheet(
        tuple(tuple(seconds(e.seen_at) - start for e in asset.evidence) for asset in packed.assets),
        differs,
        () if order == usual else order,
    )


def _differing(number: int, asset: AssetDocument, trace: Trace) -> Iterator[tuple[str, tuple[str, str | None]]]:
    for place, (evidence, known) in enumerate(zip(asset.evidence, trace, strict=True)):
        if (evidence.value, evidence.reply) != known:
            yield f"{number}.{place}", (evidence.value, evidence.reply)


def unpack(head: Head, members: Iterable[tuple[AssetDocument, Trace]], sheet: Sheet, digest: str) -> Document:
    """The inventory again. ValueError where it is not the one that was packed, which `digest` tells."""
    by_id = {asset.id: (asset, trace) for asset, trace in members}
    order = sheet.order or [a.id for a in sorted((asset for asset, _ in by_id.values()), key=usual_order)]
    start = seconds(head.run.started_at)
    try:
        assets = tuple(_whole(number, *by_id[name], sheet, start) for number, name in enumerate(order))
    except (IndexError, KeyError):
        assets = ()
    document = Document(run=head.run, coverage=head.coverage, assets=assets, problems=head.problems)
    if sha256(encode(document)).hexdigest() != digest:
        raise ValueError(f"run {head.run.id}: what is stored of it was changed: take it from a copy of the history")
    return document


def _whole(number: int, asset: AssetDocument, trace: Trace, sheet: Sheet, start: int) -> AssetDocument:
    def filled(place: int, evidence: EvidenceDocument) -> EvidenceDocument:
        value, reply = sheet.differs.get(f"{number}.{place}", trace[place])
        return replace(evidence, value=value, reply=reply, seen_at=stamp(start + sheet.seen[number][place]))

    return replace(asset, evidence=tuple(filled(*one) for one in enumerate(asset.evidence)))


def usual_order(asset: AssetDocument) -> tuple[tuple[int, int, str], str]:
    """Sorts assets as an inventory does."""
    return (address_order(next(iter(asset.addresses), "")), asset.id)


def members_of(piece: bytes) -> tuple[bytes, ...]:
    """The digests in a group."""
    return tuple(piece[at : at + DIGEST_BYTES] for at in range(0, len(piece), DIGEST_BYTES))


def groups_of(manifest: bytes) -> tuple[bytes, ...]:
    """The digests of a run's groups: GROUPS of them, zeros for a group without members."""
    return tuple(b"" if digest == NOBODY else digest for digest in members_of(manifest))


def manifest_of(groups: Iterable[bytes]) -> bytes:
    """The digests of groups, one after the other."""
    return b"".join(digest or NOBODY for digest in groups)


def read_core(data: bytes) -> AssetDocument:
    """The core of an asset from its JSON."""
    return msgspec.json.decode(data, type=AssetDocument)


def read_trace(data: bytes) -> Trace:
    """The trace from its JSON."""
    return msgspec.json.decode(data, type=Trace)


def digest_of(data: bytes) -> bytes:
    """What a part is called by."""
    return sha256(data).digest()


def squeeze(data: bytes) -> bytes:
    """The bytes compressed."""
    return zlib.compress(data, 6)


def stretch(data: bytes) -> bytes:
    """The bytes again. ValueError where they are damaged, or too many."""
    inflate = zlib.decompressobj()
    try:
        whole = inflate.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise ValueError(f"the history is damaged: {error}") from None
    if not inflate.eof:
        raise ValueError("the history is damaged: a part has no end")
    return whole


def seconds(text: str) -> int:
    """An RFC 3339 time in UTC as seconds since the epoch."""
    return int(datetime.fromisoformat(text).timestamp())
