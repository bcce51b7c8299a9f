"""What the reading of one device may use, how its login went, and what ends the reading."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from netaudit.credentials import Credential
from netaudit.wire.line import Line, Site


class Stop(Exception):  # noqa: N818  it is no error: what ended the asking, in words of vocabulary.STATUSES
    """The device is not asked further."""

    def __init__(self, status: str, detail: str, *, locked: bool = False) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.locked = locked


class Fate(Enum):
    """How a login went."""

    UNSENT = "unsent"
    UNKNOWN = "unknown"  # sent, and no answer
    REFUSED = "refused"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that the reading of one device may use."""

    line: Line
    site: Site
    credential: Credential
    claim: Callable[[], str | None]  # asked before the login is sent: why it must not be, or None
    path: str = ""
    recorder: bool = False
