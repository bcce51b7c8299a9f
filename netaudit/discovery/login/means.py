"""What logging in may use: the operator's credentials, the guard, and somebody who knows what was found."""

from dataclasses import dataclass
from typing import Protocol

from netaudit.credentials import Credentials
from netaudit.discovery.login.lockout import Guard
from netaudit.model import Asset, Event


class Witness(Protocol):
    """Hears all that a run hears, and tells what it comes to by then."""

    def take(self, event: Event) -> None:
        """Hear one event."""

    def assets(self) -> tuple[Asset, ...]:
        """The devices so far, identified."""

    def barred(self) -> frozenset[str]:
        """The addresses that must be left alone: locked, overloaded or in trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """All that the login phase needs besides the course of the run."""

    credentials: Credentials
    guard: Guard
    witness: Witness
