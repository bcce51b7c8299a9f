"""The evidence pack: one zip archive with all that an evaluation rests on, chained, sealed and, with a key, signed.

manifest.json lists every file with its SHA-256, each link of the chain over the one before; seal.json holds the hash of
the manifest and its signature. Files are stored uncompressed, in order, without times: the same content is the same
bytes, so that an archive of which any byte was changed is not the archive that its content makes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from io import BytesIO
from typing import Final, TypeAlias
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import msgspec

from netaudit.inventory import Surveyed, escape
from netaudit.policy.findings import Finding, Findings, encode
from netaudit.policy.words import AGAINST

SCHEMA: Final = "netaudit.evidence/1"
MANIFEST, SEAL = "manifest.json", "seal.json"
MAX_BYTES: Final = 1024**3
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # where the times of a zip archive begin
TEXT: Final = """\
Evidence of an evaluation by netaudit. It supports a reasonable inquiry; it is not legal advice, and no certificate.

inventory.json   what was seen, with its coverage and its gaps
findings.json    what each rule comes to for each device, and why
policies/        the instruments as they were applied
inputs/          profile, register and waivers as they were given
replies/         the bytes that devices sent, named by their SHA-256, of devices that findings speak of
manifest.json    every file with its SHA-256, in a chain
seal.json        the SHA-256 of the manifest, and who signed it

Check it: netaudit comply verify FILE --signer KEY.pub
"""

Sign: TypeAlias = Callable[[bytes], tuple[str, str]]
IsSigned: TypeAlias = Callable[[str, str, bytes], bool]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the pack."""

    name: str
    size: int
    sha256: str
    chain: str  # SHA-256 over the chain so far, the name and the hash


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All files of the pack, and what was not to be had."""

    schema: str = SCHEMA
    tool: str
    as_of: str
    inventory: str  # the id of the run
    policies: str  # the hash of all policies that were loaded
    fingerprints: str  # the hash of all fingerprints that the inventory was made with
    addresses_in_scope: int
    addresses_answering: int
    gaps: int
    missing_replies: tuple[str, ...]  # that evidence names, and no recording was given that holds them
    files: tuple[Entry, ...]


class Seal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The hash of the manifest, and its signature."""

    manifest: str
    public_key: str | None = None
    signature: str | None = None


def pack(
    *,
    document: Surveyed,
    inventory: bytes,
    findings: Findings,
    files: Mapping[str, bytes],
    replies: Mapping[str, bytes],
    policies: str,
    sign: Sign | None = None,
) -> bytes:
    """The pack of an evaluation. `files` are policies and inputs by name, `replies` recorded bytes by digest."""
    wanted = sorted(_wanted(document, findings.findings))
    held = {f"replies/{name.removeprefix('sha256:')}.bin": replies[name] for name in wanted if name in replies}
    content = {
        "README.txt": TEXT.encode(),
        "inventory.json": inventory,
        "findings.json": encode(findings),
        **files,
        **held,
    }
    coverage = document.coverage
    manifest = _json(
        Manifest(
            tool=findings.tool,
            as_of=findings.as_of,
            inventory=document.run.id,
            policies=policies,
            fingerprints=document.run.fingerprints.sha256,
            addresses_in_scope=coverage.addresses_in_scope,
            addresses_answering=coverage.addresses_answering,
            gaps=len(coverage.gaps),
            missing_replies=tuple(name for name in wanted if name not in replies),
            files=tuple(_chained(content)),
        )
    )
    public, signature = sign(manifest) if sign else (None, None)
    seal = _json(Seal(manifest=sha256(manifest).hexdigest(), public_key=public, signature=signature))
    return _zipped({**content, MANIFEST: manifest, SEAL: seal})


def _wanted(document: Surveyed, findings: Iterable[Finding]) -> set[str]:
    """The digests of the replies that prove who made a device, of devices that findings speak of."""
    spoken = {f.asset for f in findings if f.outcome in AGAINST or f.outcome == "needs-review"}
    return {e.reply for asset in document.assets if asset.id in spoken for e in asset.evidence if e.reply}


def _chained(content: Mapping[str, bytes]) -> Iterator[Entry]:
    chain = ""
    for name in sorted(content):
        digest = sha256(content[name]).hexdigest()
        chain = sha256(f"{chain}\n{name}\n{digest}".encode()).hexdigest()
        yield Entry(name, len(content[name]), digest, chain)


def _json(value: msgspec.Struct) -> bytes:
    return escape(msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=2)) + b"\n"


def _zipped(content: Mapping[str, bytes]) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_STORED) as archive:
        for name in sorted(content):
            entry = ZipInfo(name, EPOCH)
            entry.create_system = 3  # the same on every system
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content[name])
    return stream.getvalue()


def faults(data: bytes, signer: str | None, is_signed: IsSigned) -> Iterator[str]:
    """What is wrong with a pack, a sentence each; none: it is whole and, with a signer, by him."""
    try:
        content = _unzipped(data)
        manifest = msgspec.json.decode(content.pop(MANIFEST, b""), type=Manifest)
        seal = msgspec.json.decode(content.pop(SEAL, b""), type=Seal)
    except (BadZipFile, ValueError, NotImplementedError, OSError, EOFError, RuntimeError) as error:
        yield f"not an evidence pack: {error}"
        return
    yield from _content_faults(content, manifest)
    if sha256(_json(manifest)).hexdigest() != seal.manifest:
        yield "the manifest is not the one that was sealed"
    yield from _signature_faults(seal, _json(manifest), signer, is_signed)
    if _zipped({**content, MANIFEST: _json(manifest), SEAL: _json(seal)}) != data:
        yield "the archive is not as it was written: bytes around its files were changed"


def _unzipped(data: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
        if len({entry.filename for entry in entries}) < len(entries):
            raise ValueError("it holds a file twice")
        if sum(entry.file_size for entry in entries) > MAX_BYTES:
            raise ValueError(f"it holds more than {MAX_BYTES:,} bytes")
        return {entry.filename: archive.read(entry) for entry in entries}


def _content_faults(content: Mapping[str, bytes], manifest: Manifest) -> Iterator[str]:
    listed = {entry.name: entry for entry in manifest.files}
    yield from (f"{name}: missing" for name in sorted(listed.keys() - content.keys()))
    yield from (f"{name}: not in the manifest" for name in sorted(content.keys() - listed.keys()))
    for name in sorted(content.keys() & listed.keys()):
        if sha256(content[name]).hexdigest() != listed[name].sha256:
            yield f"{name}: changed"
    if listed.keys() == content.keys() and tuple(_chained(content)) != manifest.files:
        yield "the chain of files is broken"
    for name, data in content.items():
        if name.startswith("replies/") and name != f"replies/{sha256(data).hexdigest()}.bin":
            yield f"{name}: not the reply that its name says"


def _signature_faults(seal: Seal, manifest: bytes, signer: str | None, is_signed: IsSigned) -> Iterator[str]:
    if seal.signature is None or seal.public_key is None:
        if signer is not None or seal.signature is not seal.public_key:
            yield "it is not signed"
        return
    if not is_signed(seal.public_key, seal.signature, manifest):
        yield "the signature is not of this manifest"
    if signer is not None and signer != seal.public_key:
        yield f"signed by another key: {seal.public_key}"


def signer_of(data: bytes) -> str | None:
    """The public key of who signed a pack that is whole; None: nobody did."""
    return msgspec.json.decode(_unzipped(data)[SEAL], type=Seal).public_key
