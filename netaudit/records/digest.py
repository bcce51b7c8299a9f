"""The digest by which recorded input is known: that of all that was read of it, and of how its files begin.

FIPS 180-4, SHA-256. Most of a large capture is video, on which no inventory rests: its digest would take as long as
reading it. Whatever is added to the evidence, left out or changed makes another one.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from netaudit.model import Event, Observation, Reply

_HEAD_SIZE = 64 << 10  # bytes


class Digest:
    """It grows with what is read."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Of these files, of which nothing was read yet. OSError where one cannot be."""
        self._sum = sha256()
        for path in paths:
            with path.open("rb") as stream:
                self._add((path.stat().st_size,), stream.read(_HEAD_SIZE))

    def take(self, event: Event | Observation) -> None:
        """One more thing was read."""
        if isinstance(event, Reply):
            known = (
                event.transport, event.address, event.port, event.heard_at, event.mac, event.destination,
                event.destination_port, event.interface, event.asked, event.facts,
            )  # fmt: skip
            self._add(known, event.payload, event.request)
        else:
            self._add((event,))

    def text(self) -> str:
        """In hexadecimal."""
        return self._sum.hexdigest()

    def _add(self, known: tuple[object, ...], *raw: bytes) -> None:
        self._sum.update(repr((known, *map(len, raw))).encode("utf-8", "surrogatepass"))
        for piece in raw:
            self._sum.update(piece)
