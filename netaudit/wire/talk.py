"""One device's conversation on the wire: its one connection, and the step that it is at.

A connection is never reset where that can be avoided, because old stacks keep half-open sessions then: we end our side,
hear out what is still under way, and close when the device has ended its side, or after a moment.
"""

import errno
import math
import socket
import ssl
import sys
import time
from typing import Protocol

from netaudit.wire.clock import Clock
from netaudit.wire.failures import status_of, told
from netaudit.wire.gate import Gate
from netaudit.wire.readiness import ENDED, FAILED, READ, WRITE, Watch
from netaudit.wire.secure import TlsSession
from netaudit.wire.steps import Connect, Conversation, Exchange, Outcome, Pause, Secure, Step

READ_BYTES = 16_384
HANDSHAKE_BYTES = 64 * 1024  # taken at one go; then others have their turn
FAREWELL_S = 0.1  # that the device has to hang up after the last step
UNHEARD_S = 2.0  # that the kernel has to repeat a lost farewell, before the next connection is begun all the same
FAREWELL_BYTES = 256 * 1024  # that are heard out after we have hung up: who floods us gets a reset
_UNHEARD = frozenset({4, 9, 11})  # FIN_WAIT1, LAST_ACK, CLOSING of linux/tcp_states.h: our FIN has no answer yet
_STREAM = socket.SOCK_STREAM | socket.SOCK_NONBLOCK
_UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK})


class Loop(Protocol):
    """What a talk needs of the loop that runs it."""

    gate: Gate
    watch: "Watch[Talk]"
    clock: Clock  # of all deadlines

    def alarm(self, talk: "Talk") -> None: ...


class Talk:
    """One device's conversation: its connection and the step it is at."""

    __slots__ = (
        "_broken", "_dialled_at", "_discarded", "_ended", "_incoming", "_limit_s", "_local", "_outgoing", "_parted_at",
        "_slot_at", "_sock", "_step", "_tls", "_until", "_watched", "address", "armed", "conversation", "deadline", "loop", "over",
    )  # fmt: skip

    def __init__(self, loop: Loop, address: str, conversation: Conversation, limit_s: float | None = None) -> None:
        self.loop = loop
        self.address = address
        self.conversation = conversation
        self.deadline = math.inf  # when the present step ends, whatever comes
        self.armed = math.inf  # the earliest time at which the loop looks at the deadline
        self.over = False
        self._limit_s = limit_s  # from the first connection on; None: as long as it takes
        self._until = math.inf  # when the conversation must have ended
        self._sock: socket.socket | None = None
        self._tls: TlsSession | None = None
        self._step: Step | None = None
        self._watched = 0
        self._ended = False  # the device has ended its side
        self._broken = False  # a step failed: the connection serves for nothing any more
        self._local = ("", 0)
        self._outgoing = b""
        self._incoming = b""
        self._discarded = 0
        self._parted_at = -math.inf  # when we last hung up
        self._dialled_at = 0.0  # when the last connection was begun
        self._slot_at = 0.0  # when the gate's slot comes for the next one, monotonic

    def is_late(self) -> bool:
        """Whether the conversation has taken longer than the user allows."""
        return self._until < math.inf and self.loop.clock() >= self._until

    def start(self, step: Step) -> Outcome | None:
        """Begin a step; an Outcome where it ended at once."""
        self._step, self._incoming = step, b""
        if isinstance(step, Connect):
            return self._wait_for_slot(step)
        if isinstance(step, Pause):
            self._part()
            self._set_deadline(step.seconds)
            return None
        sock = self._sock
        if sock is None or self._broken:
            return Outcome("closed", detail="the connection is not open")
        try:
            outcome = (
                self._begin_handshake(sock, step) if isinstance(step, Secure) else self._begin_exchange(sock, step)
            )
        except OSError as error:
            return self._went_wrong(error)
        if outcome is None:
            self._set_deadline(step.timeout_s)
        return outcome

    def on_ready(self, events: int) -> Outcome | None:
        """The socket can be read or written, as `readiness` says; the Outcome, if that ended the step."""
        step, sock = self._step, self._sock
        if sock is None:
            return None
        try:
            if isinstance(step, Exchange):
                return self._read_answer(sock, step, events)
            if isinstance(step, Connect):
                return self._connected(sock, events)
            if isinstance(step, Secure):
                return self._shake_hands(sock, events)
        except OSError as error:
            return self._went_wrong(error)
        self._hear_out(sock, events)
        return None

    def on_alarm(self) -> Outcome | None:
        """The step's time is up; the Outcome, if that ended it."""
        step = self._step
        if isinstance(step, Connect) and self._sock is None and not self.is_late():
            return self._wait_for_slot(step) if self.loop.gate.missed(self._slot_at) else self._connect(step)
        if isinstance(step, Pause):
            if self._is_unheard():
                self._set_deadline(FAREWELL_S)
                return None
            self.close()
            return self._end("ok")
        if step is None:
            self.close()
            return None
        return self._end("timeout")

    def finish(self) -> None:
        """The conversation is over: hang up."""
        self._step, self._limit_s, self.deadline, self._until = None, None, math.inf, math.inf
        self._incoming = b""  # the loop's alarms know this talk for a while yet
        self._part()
        if self._sock:
            self._set_deadline(FAREWELL_S)
        else:
            self.over = True

    def close(self) -> None:
        """Close the connection at once; after `finish`, this ends the talk."""
        self.over = self.over or self._step is None
        sock, self._sock, self._tls, self._outgoing = self._sock, None, None, b""
        if sock:
            self._watch(sock, 0)
            sock.close()

    def _set_deadline(self, seconds: float) -> None:
        self.deadline = min(self.loop.clock() + seconds, self._until)
        if self.deadline < self.armed:
            self.loop.alarm(self)

    def _wait_for_slot(self, step: Connect) -> Outcome | None:
        if self._sock:
            self.close()
        delay_s = self.loop.gate.delay(self.address)
        if delay_s <= 0:
            return self._connect(step)
        self._slot_at = time.monotonic() + delay_s
        self._set_deadline(delay_s)
        return None

    def _connect(self, step: Connect) -> Outcome | None:
        self._ended = self._broken = False
        self._local = ("", 0)
        if self._limit_s and self._until == math.inf:
            self._until = self.loop.clock() + self._limit_s
        try:
            self.loop.gate.admit(self.address)
        except PermissionError as error:
            return self._end("out_of_scope", str(error))
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        try:
            self._sock = sock = socket.socket(family, _STREAM)
            self._dialled_at = self.loop.clock()
            code = sock.connect_ex((self.address, step.port))
        except OSError as error:
            return self._failed(error.errno or 0)
        self.loop.gate.connected(self.address)
        if code in _UNDER_WAY:
            self._watch(sock, WRITE)
            self._set_deadline(step.timeout_s)
            return None
        return self._failed(code) if code else self._open(sock)

    def _connected(self, sock: socket.socket, events: int) -> Outcome:
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if events & FAILED else 0
        return self._failed(code) if code else self._open(sock)

    def _open(self, sock: socket.socket) -> Outcome:
        self._local = sock.getsockname()[:2]
        return self._end("ok")

    def _failed(self, code: int) -> Outcome:
        self.close()
        return self._end(status_of(code), told(code))

    def _begin_handshake(self, sock: socket.socket, step: Secure) -> Outcome | None:
        self._tls = TlsSession(step.context)
        return self._shake_hands(sock, 0)

    def _shake_hands(self, sock: socket.socket, events: int) -> Outcome | None:
        assert self._tls is not None  # noqa: S101
        if events & ~WRITE:
            self._tls.feed(self._pull(sock, HANDSHAKE_BYTES, events), ended=self._ended)
        try:
            certificate = self._tls.shake_hands()
        finally:
            self._push(sock, self._tls.pending())  # also our alert: the device should learn why
        if certificate is not None:
            return self._end("ok", data=certificate)
        return self._end("closed", "the device hung up during the TLS handshake") if self._ended else None

    def _begin_exchange(self, sock: socket.socket, step: Exchange) -> Outcome | None:
        self._push(sock, self._tls.wrap(step.request) if self._tls else step.request)
        return self._judge(step) if self._tls else None  # bytes may have come with the end of the handshake

    def _read_answer(self, sock: socket.socket, step: Exchange, events: int) -> Outcome | None:
        if self._outgoing:
            self._push(sock, b"")
        data = self._pull(sock, step.limit_bytes - len(self._incoming), events)
        if self._tls:
            self._tls.feed(data, ended=self._ended)
        else:
            self._incoming += data
        return self._judge(step)

    def _judge(self, step: Exchange) -> Outcome | None:
        """Whether what has come ends the exchange."""
        if self._tls:
            plain, ended = self._tls.read()
            self._incoming += plain
            self._ended = self._ended or ended
        if self._incoming and step.enough(self._incoming):
            return self._end("ok")
        if len(self._incoming) >= step.limit_bytes:
            return self._end("too_large")
        return self._end("closed") if self._ended else None

    def _pull(self, sock: socket.socket, limit_bytes: int, events: int) -> bytes:
        """What has come, up to a limit: whoever floods us, the deadline has its turn. Notes the end, where it has come."""
        data = b""
        size = READ_BYTES
        try:
            while len(data) < limit_bytes and not self._ended and (size == READ_BYTES or events & ENDED):
                piece = sock.recv(READ_BYTES)
                data += piece
                size = len(piece)
                self._ended = not piece
        except BlockingIOError:
            return data
        except OSError:
            if not data:
                raise
            self._ended = True  # what came before a reset is an answer like any other
        return data

    def _push(self, sock: socket.socket, data: bytes) -> None:
        """Send what is due, as far as the socket takes it, and wait for the rest."""
        outgoing = self._outgoing + data if self._outgoing else data
        if outgoing:
            outgoing = outgoing[_sent(sock, outgoing) :]
        self._outgoing = outgoing
        self._watch(sock, READ | WRITE if outgoing else READ)

    def _watch(self, sock: socket.socket, events: int) -> None:
        if events == self._watched:
            return
        if not self._watched:
            self.loop.watch.add(sock.fileno(), events, self)
        elif events:
            self.loop.watch.change(sock.fileno(), events)
        else:
            self.loop.watch.drop(sock.fileno())
        self._watched = events

    def _went_wrong(self, error: OSError) -> Outcome:
        if isinstance(error, ssl.SSLError):
            return self._end("tls", error.reason or str(error))
        self._ended = True
        return self._end(status_of(error.errno or 0), error.strerror or str(error))

    def _end(self, status: str, detail: str = "", data: bytes = b"") -> Outcome:
        """The outcome of the present step. A connection on which a step failed serves for hanging up only."""
        self.deadline = math.inf
        self._broken = self._broken or status != "ok"
        version, took_s = "", 0.0
        if isinstance(self._step, Connect):
            took_s = self.loop.clock() - self._dialled_at
            if self._broken:
                self.close()  # nothing was said: there is nothing to hear out
        if self._tls:
            version = self._tls.object.version() or ""
            data = data or self._incoming or (self._tls.first if status == "tls" else b"")
        return Outcome(status, data or self._incoming, detail, version, self._local, time.time(), took_s)

    def _part(self) -> None:
        """Hang up on our side; the connection stays until the device has done so too, or until the time is up."""
        sock = self._sock
        if sock is None:
            return
        if not self._ended:
            self._ended = not self._say_farewell(sock)
        if self._ended:
            self.close()
        else:
            self._discarded = 0
            self._parted_at = self.loop.clock()
            self._watch(sock, READ)

    def _is_unheard(self) -> bool:
        """Whether the device may not know yet that we have hung up: then it would have two connections of ours."""
        if self._sock is None or self.loop.clock() >= min(self._parted_at + UNHEARD_S, self._until):
            return False
        return sys.platform == "linux" and _state_of(self._sock) in _UNHEARD

    def _say_farewell(self, sock: socket.socket) -> bool:
        try:
            if self._tls and not self._outgoing:
                farewell = self._tls.farewell()
                if farewell:
                    sock.send(farewell)
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True

    def _hear_out(self, sock: socket.socket, events: int) -> None:
        """Take and forget what still comes, so that closing does not reset."""
        try:
            self._discarded += len(self._pull(sock, FAREWELL_BYTES - self._discarded, events))
        except OSError:
            self._ended = True
        if self._ended or self._discarded >= FAREWELL_BYTES:
            self.close()


def _sent(sock: socket.socket, data: bytes) -> int:
    """How much of it was taken."""
    try:
        return sock.send(data)
    except BlockingIOError:
        return 0


def _state_of(sock: socket.socket) -> int:
    return int(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0])  # type: ignore[attr-defined,unused-ignore]
