"""TCP conversations: thousands at once on one selectors loop, one connection per device at a time.

What is said stands elsewhere, in generators that never see a socket: they yield steps (`Connect`, `Secure`,
`Exchange`, `Pause`) and are sent an `Outcome` for each; whatever else they yield is a result and goes to the caller.
So a conversation can be tested without a network, and a device's ports are asked in turn by construction.
"""

import contextlib
import errno
import heapq
import selectors
import socket
import ssl
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import count

from netaudit.model import Event
from netaudit.wire.gate import Gate
from netaudit.wire.secure import TlsSession

IN_FLIGHT = 64  # devices that are talked to at the same time
CONNECT_TIMEOUT_S = 1.0  # 350 to 700 ms do on a wired LAN; a NAT may delay a reset by more
HANDSHAKE_TIMEOUT_S = 5.0  # an old camera takes seconds for a 2048-bit key exchange
READ_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a connection; an open one is closed first."""

    port: int
    timeout_s: float = CONNECT_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Secure:
    """Start TLS on the open connection. The outcome's data is the certificate (DER)."""

    context: ssl.SSLContext
    timeout_s: float = HANDSHAKE_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Exchange:
    """Send (nothing, where the request is empty) and read until enough, closed, full or late."""

    request: bytes
    enough: Callable[[bytes], bool]
    limit_bytes: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Close what is open and wait."""

    seconds: float


Step = Connect | Secure | Exchange | Pause


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a step went: "ok", or one of vocabulary.STATUSES, with what was read by then."""

    status: str = "ok"
    data: bytes = b""
    detail: str = ""
    tls_version: str = ""
    local: tuple[str, int] = ("", 0)
    at: float = 0.0


Conversation = Generator[Step | Event, Outcome, None]


def converse(
    conversations: Iterator[tuple[str, Conversation]], gate: Gate, in_flight: int = IN_FLIGHT
) -> Iterator[Event]:
    """Hold the conversations, each with its address, at most `in_flight` at once; yield their results as they come."""
    yield from _Loop(conversations, gate, in_flight).run()


class _Loop:
    """The selectors loop: sockets that wait, and a heap of the times at which waiting ends."""

    def __init__(self, conversations: Iterator[tuple[str, Conversation]], gate: Gate, in_flight: int) -> None:
        self.waiting = conversations
        self.gate = gate
        self.in_flight = in_flight
        self.talks: set[_Talk] = set()
        self.selector = selectors.DefaultSelector()
        self.alarms: list[tuple[float, int, int, _Talk]] = []
        self.numbers = count()
        self.exhausted = False

    def run(self) -> Iterator[Event]:
        try:
            while not self.gate.stopped.is_set():
                yield from self.admit()
                if not self.talks:
                    return
                for key, _ in self.selector.select(self.patience()):
                    yield from self.advance(key.data, key.data.on_ready())
                yield from self.ring()
        finally:
            for talk in list(self.talks):
                talk.close()
            self.selector.close()

    def admit(self) -> Iterator[Event]:
        while not self.exhausted and len(self.talks) < self.in_flight:
            found = next(self.waiting, None)
            if found is None:
                self.exhausted = True
                return
            talk = _Talk(self, *found)
            self.talks.add(talk)
            yield from self.advance(talk, None, first=True)

    def advance(self, talk: "_Talk", outcome: Outcome | None, *, first: bool = False) -> Iterator[Event]:
        """Give the conversation its outcome, pass on its results, and start its next step."""
        while outcome is not None or first:
            try:
                item = next(talk.conversation) if first else talk.conversation.send(outcome or Outcome())
                first = False
                while not isinstance(item, Connect | Secure | Exchange | Pause):
                    yield item
                    item = talk.conversation.send(Outcome())
            except StopIteration:
                talk.close()
                self.talks.discard(talk)
                return
            outcome = talk.start(item)

    def alarm(self, talk: "_Talk", seconds: float) -> None:
        heapq.heappush(self.alarms, (time.monotonic() + seconds, next(self.numbers), talk.turn, talk))

    def patience(self) -> float:
        return min(0.5, max(0.0, self.alarms[0][0] - time.monotonic())) if self.alarms else 0.5

    def ring(self) -> Iterator[Event]:
        now = time.monotonic()
        while self.alarms and self.alarms[0][0] <= now:
            _, _, turn, talk = heapq.heappop(self.alarms)
            if turn == talk.turn and talk in self.talks:
                yield from self.advance(talk, talk.on_alarm())


class _Talk:
    """One device's conversation: its socket and the step it is at."""

    def __init__(self, loop: _Loop, address: str, conversation: Conversation) -> None:
        self.loop = loop
        self.address = address
        self.conversation = conversation
        self.turn = 0  # alarms of earlier steps are void
        self.sock: socket.socket | None = None
        self.tls: TlsSession | None = None
        self.step: Step | None = None
        self.outgoing = b""
        self.incoming = b""

    def start(self, step: Step) -> Outcome | None:
        """Begin a step; an Outcome where it ended at once."""
        self.turn += 1
        self.step, self.incoming = step, b""
        if isinstance(step, Pause):
            self.close()
            self.loop.alarm(self, step.seconds)
            return None
        if isinstance(step, Connect):
            self.close()
            delay = self.loop.gate.delay()
            self.loop.alarm(self, delay)  # the connect itself starts when its slot has come
            return None
        if self.sock is None:
            return Outcome("closed", detail="the connection is not open")
        self.loop.alarm(self, step.timeout_s)
        if isinstance(step, Secure):
            self.tls = TlsSession(step.context)
        else:
            self.outgoing = self.tls.wrap(step.request) if self.tls else step.request
        return self.on_ready()

    def on_alarm(self) -> Outcome | None:
        step = self.step
        if isinstance(step, Connect) and self.sock is None:
            return self.connect(step)
        return Outcome() if isinstance(step, Pause) else self.end("timeout")

    def connect(self, step: Connect) -> Outcome | None:
        self.turn += 1
        try:
            self.loop.gate.admit(self.address)
        except PermissionError as error:
            return Outcome("out_of_scope", detail=str(error))
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.setblocking(False)
        self.loop.gate.connections += 1
        code = self.sock.connect_ex((self.address, step.port))
        if code not in {0, errno.EINPROGRESS, errno.EWOULDBLOCK}:
            return self.end(_status(code), errno.errorcode.get(code, str(code)))
        self.loop.selector.register(self.sock, selectors.EVENT_WRITE, self)
        self.loop.alarm(self, step.timeout_s)
        return None

    def on_ready(self) -> Outcome | None:
        try:
            if isinstance(self.step, Connect):
                return self.connected()
            if isinstance(self.step, Secure):
                return self.shake_hands()
            if isinstance(self.step, Exchange):
                return self.exchange(self.step)
        except ssl.SSLError as error:
            return self.end("tls", error.reason or str(error))
        except OSError as error:
            return self.end(_status(error.errno or 0), error.strerror or str(error))
        return None

    def connected(self) -> Outcome:
        assert self.sock is not None  # noqa: S101
        code = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            return self.end(_status(code), errno.errorcode.get(code, str(code)))
        return self.end("ok")

    def shake_hands(self) -> Outcome | None:
        assert self.tls is not None  # noqa: S101
        ended = self.pull(self.tls.feed, READ_BYTES * 4)
        try:
            certificate = self.tls.shake_hands()
        finally:
            self.push(self.tls.pending())  # also our alert: the device should learn why
        if certificate is not None:
            return self.end("ok", data=certificate)
        return self.end("closed", "the device ended the connection during the TLS handshake") if ended else None

    def exchange(self, step: Exchange) -> Outcome | None:
        self.push(b"")
        ended = self.pull(self.keep, step.limit_bytes)
        if step.enough(self.incoming):
            return self.end("ok")
        if len(self.incoming) >= step.limit_bytes:
            return self.end("too_large")
        return self.end("closed") if ended else None

    def keep(self, data: bytes) -> bool:
        """Add what a device sent to what is kept; whether it ended its side."""
        plain, ended = self.tls.unwrap(data) if self.tls else (data, not data)
        self.incoming += plain
        return ended

    def pull(self, sink: Callable[[bytes], bool], limit_bytes: int) -> bool:
        """Hand what has come to the sink; whether the device has ended its side."""
        assert self.sock is not None  # noqa: S101
        taken = 0
        while taken < limit_bytes:  # then the deadline has its turn, whoever floods us
            try:
                data = self.sock.recv(READ_BYTES)
            except BlockingIOError:
                return False
            taken += len(data)
            if sink(data):
                return True
        return False

    def push(self, data: bytes) -> None:
        """Send what is due, as far as the socket takes it, and wait for the rest."""
        assert self.sock is not None  # noqa: S101
        self.outgoing += data
        with contextlib.suppress(BlockingIOError):
            self.outgoing = self.outgoing[self.sock.send(self.outgoing) if self.outgoing else 0 :]
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.outgoing else 0)
        if self.loop.selector.get_key(self.sock).events != wanted:
            self.loop.selector.modify(self.sock, wanted, self)

    def end(self, status: str, detail: str = "", data: bytes = b"") -> Outcome:
        """The outcome of the present step; a connection that failed is closed."""
        self.turn += 1
        local = self.sock.getsockname()[:2] if self.sock else ("", 0)
        version = (self.tls.object.version() or "") if self.tls else ""
        self.step = None
        read = data or self.incoming or (self.tls.first if self.tls and status == "tls" else b"")
        outcome = Outcome(status, read, detail, version, local, time.time())
        if status != "ok":
            self.close()
        return outcome

    def close(self) -> None:
        """Close in the ordinary way: never with a reset (old stacks keep half-open sessions)."""
        if self.sock is None:
            return
        if self.sock in self.loop.selector.get_map():
            self.loop.selector.unregister(self.sock)
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
        self.sock.close()
        self.sock = self.tls = None
        self.outgoing = b""


def _status(code: int) -> str:
    return _STATUSES.get(code, "unreachable")


_STATUSES = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "closed",
    errno.EPIPE: "closed",
    errno.ECONNABORTED: "closed",
    errno.ETIMEDOUT: "timeout",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
}
