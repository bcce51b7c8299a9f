"""The digest by which recorded files are known, reckoned by a process of its own while somebody else reads them.

FIPS 180-4: SHA-256 of the digests of the files, in their order.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from netaudit.records.elsewhere import Elsewhere

_PIECE_SIZE = 256 << 10  # bytes; what the fastest memory of a processor holds


class Digest:
    """The digest of files. A context, whose end is the end of the reckoning too."""

    def __init__(self, paths: Sequence[Path], *, worth_it: bool = True) -> None:
        """Begin at once, elsewhere, where that is worth it."""
        self._digests = Elsewhere(partial(_digests, tuple(paths)), worth_it=worth_it)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._digests.close()

    def text(self) -> str:
        """In hexadecimal; waits for the end. OSError where a file cannot be read."""
        return sha256(b"".join(self._digests)).hexdigest()


def _digests(paths: Sequence[Path]) -> Iterator[bytes]:
    room = bytearray(_PIECE_SIZE)
    for path in paths:
        digest = sha256()
        with path.open("rb", buffering=0) as stream, memoryview(room) as view:
            while size := stream.readinto(view):
                digest.update(view[:size])
        yield digest.digest()
