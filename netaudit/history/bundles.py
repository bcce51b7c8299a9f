"""Recordings beside the database: files named by the SHA-256 of what they hold, so that each is kept once."""

import os
import re
import secrets
import shutil
from collections.abc import Collection
from hashlib import file_digest
from pathlib import Path

CHUNK_BYTES = 1 << 20
_DIGEST = re.compile(r"^[0-9a-f]{64}\Z")


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def path_of(folder: Path, digest: str) -> Path:
    """Where the recording with this digest stands. ValueError on what is no digest: it may come from elsewhere."""
    if not _DIGEST.match(digest):
        raise ValueError(f"{digest[:80]!r} is no digest of a recording: the history is damaged")
    return folder / f"{digest}.bundle"


def keep(folder: Path, source: Path) -> str:
    """Copy a recording into the folder, whole or not at all; its digest. The source is left as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f".{secrets.token_hex(8)}.part"
    try:
        with source.open("rb") as given, os.fdopen(_new_file(part), "wb") as kept:
            shutil.copyfileobj(given, kept, CHUNK_BYTES)
            kept.flush()
            os.fsync(kept.fileno())
        digest = digest_of(part)
        part.replace(path_of(folder, digest))
    finally:
        part.unlink(missing_ok=True)
    return digest


def _new_file(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)


def sound(folder: Path, digest: str) -> Path:
    """The recording with this digest. ValueError where it is missing or was changed."""
    path = path_of(folder, digest)
    if not path.is_file():
        raise ValueError(f"{path}: the recording is missing: copy it back, or take it from a copy of the history")
    if digest_of(path) != digest:
        raise ValueError(f"{path}: the recording was changed: take it from a copy of the history")
    return path


def drop_all_but(folder: Path, wanted: Collection[str]) -> int:
    """Remove the recordings that nothing refers to; the bytes that are free then."""
    freed = 0
    for path in sorted(folder.glob("*.bundle")) if folder.is_dir() else ():
        if path.stem not in wanted:
            freed += path.stat().st_size
            path.unlink()
    return freed
