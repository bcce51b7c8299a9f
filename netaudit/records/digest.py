"""The digest by which recorded files are known, reckoned by a thread of its own while somebody else reads them.

FIPS 180-4: SHA-256 of the digests of the files, in their order. hashlib lets other threads run meanwhile.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from threading import Thread

_PIECE_SIZE = 8 << 20  # bytes; large, because the thread waits for its turn after each


class Digest:
    """The digest of files, begun at once."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._whole = sha256()
        self._error: OSError | None = None
        self._thread = Thread(target=self._reckon, args=(tuple(paths),), daemon=True)
        self._thread.start()

    def text(self) -> str:
        """In hexadecimal; waits for the end. OSError where a file cannot be read."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._whole.hexdigest()

    def _reckon(self, paths: tuple[Path, ...]) -> None:
        try:
            for path in paths:
                self._whole.update(_digest(path))
        except OSError as error:
            self._error = error


def _digest(path: Path) -> bytes:
    digest, room = sha256(), bytearray(min(_PIECE_SIZE, path.stat().st_size + 1))
    with path.open("rb", buffering=0) as stream, memoryview(room) as view:
        while size := stream.readinto(view):
            digest.update(view[:size])
    return digest.digest()
