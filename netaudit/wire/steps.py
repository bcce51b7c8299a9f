"""The steps of a TCP conversation, and how each went: all that a conversation and the wire say to each other."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from netaudit.model import Event

if TYPE_CHECKING:
    import ssl  # visits need it, and nobody before

CONNECT_TIMEOUT_S = 1.0  # 350 to 700 ms do on a wired LAN; a NAT may delay a reset by more
HANDSHAKE_TIMEOUT_S = 5.0  # an old camera takes seconds for a 2048-bit key exchange


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a connection; one that is still open is closed first, without waiting for the device."""

    port: int
    timeout_s: float = CONNECT_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Secure:
    """Start TLS on the open connection. The outcome's data is the certificate (DER)."""

    context: "ssl.SSLContext"
    timeout_s: float = HANDSHAKE_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Exchange:
    """Send (nothing, where the request is empty) and read until enough, closed, full or late."""

    request: bytes
    enough: Callable[[bytes], bool]
    limit_bytes: int
    timeout_s: float  # for the whole exchange, however slowly the device drips


@dataclass(frozen=True, slots=True)
class Pause:
    """Hang up, and wait: the device has this time to hang up as well."""

    seconds: float


Step = Connect | Secure | Exchange | Pause
STEPS = (Connect, Secure, Exchange, Pause)


class Outcome(NamedTuple):
    """How a step went: "ok", or one of vocabulary.STATUSES, with what was read by then."""

    status: str = "ok"
    data: bytes = b""
    detail: str = ""
    tls_version: str = ""
    local: tuple[str, int] = ("", 0)
    at: float = 0.0
    took_s: float = 0.0  # a connection, from its first packet to the answer


Conversation = Generator[Step | Event, Outcome, None]
