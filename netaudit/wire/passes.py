"""The passes of an ARP sweep, and how far the present one has come: noted now and then, so that a sweep can be gone on with."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

NOTED_S = 0.5  # between two notes; what was asked by the one is noted by the next, when answers have had their time


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep has come in the order of its addresses."""

    answered: tuple[int, ...] = ()  # of those asked in each pass that is over
    last: str = ""  # in the present pass: it and all before it were asked, and their answers waited for


class Notes(Protocol):
    """Who is told now and then how far a sweep has come, and knows how far an earlier one of these addresses came."""

    @property
    def begun(self) -> Progress: ...
    @property
    def heard(self) -> Collection[str]: ...  # by that one
    def came(self, progress: Progress) -> None: ...


class Passes:
    """Those that are over, and the present one."""

    def __init__(self, addresses: Sequence[str], notes: Notes | None) -> None:
        begun = notes.begun if notes else Progress()
        self.answered = list(begun.answered)  # of those asked in each pass that is over
        self.silent = set(addresses).difference(notes.heard if notes else ())
        self._addresses, self._notes = addresses, notes
        self._last, self._asked = begun.last, ""
        self._looked_at = 0.0  # monotonic

    def begin(self) -> list[str]:
        """Whom a pass, or what an earlier sweep has left of it, is to ask."""
        self._looked_at, self._asked = time.monotonic(), ""
        first = self._addresses.index(self._last) + 1 if self._last else 0
        return [a for a in self._addresses[first:] if a in self.silent]

    def came_to(self, address: str) -> None:
        """Note that the present pass has asked this address, if it is time."""
        now = time.monotonic()
        if now - self._looked_at >= NOTED_S:
            if self._asked:
                self._note(self._asked)
            self._looked_at, self._asked = now, address

    def end(self) -> None:
        """Note that the present pass is over, and nobody waited for any more."""
        self.answered.append(len(self._addresses) - len(self.silent) - sum(self.answered))
        self._note("")

    def _note(self, last: str) -> None:
        self._last = last
        if self._notes:
            self._notes.came(Progress(tuple(self.answered), last))
