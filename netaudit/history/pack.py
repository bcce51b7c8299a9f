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
    EvidenceDocument,
    ProblemDocument,
    RunDocument,
    Surveyed,
    address_order,
    encode_parts,
    stamp,
)

AT_ONCE: Final = 500  # parts in one question: SQLite takes 32,766 variables, older ones 999
GROUPS: Final = 64  # of references: a change of one device rewrites a 64th of them
DIGEST_BYTES: Final = 32
NOBODY: Final = bytes(DIGEST_BYTES)  # of a group without members
NEVER: Final = stamp(0)
MOST_BYTES: Final = 1 << 30  # of one part, unpacked: a file from elsewhere may hold anything

Trace = tuple[tuple[str, str | None], ...]  # (value, reply) of each piece of evidence


class Head(msgspec.Struct, frozen=True):
    """An inventory without its assets."""

    run: RunDocument
    coverage: CoverageDocument
    problems: tuple[ProblemDocument, ...]


class Sheet(msgspec.Struct, frozen=True, array_like=True):
    """What is another in each run: of each asset, in the order of the inventory."""

    seen: tuple[msgspec.Raw, ...]  # JSON: seconds after the start of the run, of each piece of evidence
    differs: dict[str, tuple[str, str | None]]  # "asset.evidence" -> (value, reply), where not as in the trace
    order: tuple[str, ...] = ()  # ids, where the inventory is not in the usual order


@dataclass(frozen=True, slots=True)
class Packed:
    """An inventory without what its assets say: who they are, and where each of them is found."""

    head: Head
    cover: Cover
    order: tuple[str, ...]  # ids, where they are not in the usual order
    cores: tuple[bytes, ...]  # digests, in the order of the assets
    groups: tuple[bytes, ...]  # digests; empty for a group without members
    pieces: Mapping[bytes, bytes]  # digest -> the digests of a group's members, one after the other
    sha256: str


def pack(document: Surveyed) -> Packed:
    """What refers to the assets of an inventory. ValueError where two have one id: references could not tell them apart."""
    noted: list[tuple[bytes, str, tuple[int, int, str]]] = []

    def passing() -> Iterator[AssetDocument]:
        for asset in document.assets:
            noted.append((digest_of(core_of(asset)), asset.id, place_order(asset)))
            yield asset

    digest = sha256_of(encode_parts(document, passing()))
    usual = sorted(noted, key=lambda one: (one[2], one[1]))
    groups, pieces = refer(document.run.id, ((name, core) for core, name, _ in noted))
    return Packed(
        head=Head(document.run, document.coverage, document.problems),
        cover=cover_of(document),
        order=() if usual == noted else tuple(name for _, name, _ in noted),
        cores=tuple(core for core, _, _ in noted),
        groups=groups,
        pieces=pieces,
        sha256=digest,
    )


def sha256_of(parts: Iterable[bytes]) -> str:
    """The digest of these bytes together, in hexadecimal."""
    whole = sha256()
    for part in parts:
        whole.update(part)
    return whole.hexdigest()


def refer(run: str, cores: Iterable[tuple[str, bytes]]) -> tuple[tuple[bytes, ...], dict[bytes, bytes]]:
    """The groups of a run's (id, core), and the piece of each. ValueError where an id comes twice."""
    ids: Counter[str] = Counter()
    members: list[list[bytes]] = [[] for _ in range(GROUPS)]
    for name, core in cores:
        ids[name] += 1
        members[zlib.crc32(name.encode()) % GROUPS].append(core)
    if twice := [name for name, count in ids.items() if count > 1]:
        raise ValueError(f"run {run}: {twice[0]} is the id of {ids[twice[0]]} assets: it cannot be stored")
    texts = [b"".join(sorted(group)) for group in members]
    return tuple(digest_of(text) if text else b"" for text in texts), {digest_of(text): text for text in texts if text}


def core_of(asset: AssetDocument) -> bytes:
    """What an asset is, as JSON: its evidence without values, times and replies."""
    bare = tuple(replace(e, value="", reply=None, seen_at=NEVER) for e in asset.evidence)
    return msgspec.json.encode(replace(asset, evidence=bare), order="sorted")


def trace_of(asset: AssetDocument) -> bytes:
    """What its evidence said, and in which replies, as JSON."""
    return msgspec.json.encode(tuple((e.value, e.reply) for e in asset.evidence))


def sheet_of(packed: Packed, traced: Iterable[tuple[AssetDocument, bytes, bytes]]) -> Sheet:
    """What only this run knows of its assets, each of which comes with its trace and the one that is stored, as JSON."""
    start = seconds(packed.head.run.started_at)
    seen: list[msgspec.Raw] = []
    differs: dict[str, tuple[str, str | None]] = {}
    for number, (asset, own, stored) in enumerate(traced):
        if own != stored:
            differs.update(_differing(number, asset, read_trace(stored)))
        seen.append(msgspec.Raw(msgspec.json.encode([seconds(e.seen_at) - start for e in asset.evidence])))
    return Sheet(tuple(seen), differs, packed.order)


def _differing(number: int, asset: AssetDocument, trace: Trace) -> Iterator[tuple[str, tuple[str, str | None]]]:
    for place, (evidence, known) in enumerate(zip(asset.evidence, trace, strict=True)):
        if (evidence.value, evidence.reply) != known:
            yield f"{number}.{place}", (evidence.value, evidence.reply)


def whole(number: int, asset: AssetDocument, trace: Trace, sheet: Sheet, start: int) -> AssetDocument:
    """The asset of this number again, as a run saw it that began at `start`. IndexError or ValueError where that fails."""
    times = msgspec.json.decode(sheet.seen[number], type=tuple[int, ...])
    told = enumerate(zip(asset.evidence, trace, times, strict=True))
    evidence = (
        _filled(one, sheet.differs.get(f"{number}.{place}", said), start + after) for place, (one, said, after) in told
    )
    return replace(asset, evidence=tuple(evidence))


def _filled(evidence: EvidenceDocument, said: tuple[str, str | None], at: int) -> EvidenceDocument:
    value, reply = said
    return replace(evidence, value=value, reply=reply, seen_at=stamp(at))


def place_order(asset: AssetDocument) -> tuple[int, int, str]:
    """Sorts assets as an inventory does, together with their ids."""
    return address_order(next(iter(asset.addresses), ""))


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
