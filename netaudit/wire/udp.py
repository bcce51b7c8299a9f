"""One channel's datagrams on one interface: send on schedule, listen until the deadline, keep every reply.

Replies are only taken from the socket here and read elsewhere: a parser inside the loop would let the kernel's
buffer overflow when a thousand devices answer at once. What is thrown away, by the kernel (SO_MEMINFO) or by a limit
of ours, is told.
"""

import errno
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from netaudit.model import ChannelReport, Event, Gap, Problem, Reply
from netaudit.wire.clock import Clock
from netaudit.wire.gate import GROUPS, Gate
from netaudit.wire.groups import dropped, open_listener, open_sender, zoned
from netaudit.wire.readiness import Bell, readable

LARGEST_DATAGRAM_BYTES = 65_535  # none is cut: what is too long for its protocol is judged by its reader
DATAGRAMS_PER_SOURCE = 32  # a device that says more is not heard out
MOST_DATAGRAMS = 262_144  # four for each address of a /16: more is a flood, not an answer
MOST_PROBLEMS = 16  # of one kind: 65,536 unreachable addresses are one fact
MADE_UP_S = 0.05  # that a datagram may be late, and the next ones make up for
_AT_ONCE = 256  # datagrams taken from a socket before the others, and the deadline, have their turn
_MOST_WAITING = 32_768  # taken at the end: more than fit into the kernel's buffer
_PATIENCE_S = 0.1  # after which a stopped run is noticed, where nothing comes
_FULL = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS})  # of the sending side: nothing is wrong, but late
_FULL_S = 0.02  # until the next try
_FULL_TRIES = 50  # in a row, over all destinations


class Notes(Protocol):
    """Who is told of each datagram before it is sent, and knows those that need not be sent any more."""

    def was_sent(self, destination: str, number: int) -> bool: ...
    def sending(self, destination: str, number: int, datagram: bytes) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Volley:
    """What one channel sends from one interface, and how long it listens."""

    channel: str
    port: int  # where it is sent to
    shots: tuple[tuple[float, bytes], ...]  # (seconds after the start, datagram)
    destinations: tuple[str, ...]
    listen_s: float  # after the last datagram
    source: str = ""  # our address; empty: the kernel chooses
    interface: str | None = None
    group: str | None = None  # also listen to what is sent to this group on `port`
    ttl: int = 1  # of multicast datagrams
    pace_s: float = 0.0  # between two destinations, at least
    notes: Notes | None = None
    enough: Bell | None = None  # set where answers need not be waited for any longer

    def __post_init__(self) -> None:
        if not all(datagram for _, datagram in self.shots):
            raise ValueError("an empty datagram is never sent: it stops old responders (CVE-2011-1002)")


def fire(volley: Volley, gate: Gate) -> Iterator[Event]:
    """Send the volley and yield each reply as it comes, problems, and at the end one ChannelReport."""
    with ExitStack() as stack:
        try:
            broadcast = any(gate.is_broadcast(d) for d in volley.destinations)
            sender = stack.enter_context(open_sender(volley.source, ttl=volley.ttl, broadcast=broadcast))
        except OSError as error:
            yield from _could_not_open(volley, error)
            return
        sockets = [sender]
        if volley.group:
            try:
                sockets.append(stack.enter_context(open_listener(volley.group, volley.port, volley.source)))
            except OSError as error:
                yield _no_listener(volley, error)
        yield from _Salvo(volley, gate, sockets).run()


class _Salvo:
    """The running state of one volley."""

    def __init__(self, volley: Volley, gate: Gate, sockets: list[socket.socket]) -> None:
        self.volley = volley
        self.gate = gate
        self.clock = Clock()
        self.sockets = sockets
        self.sender = sockets[0]
        self.names = {sock: sock.getsockname()[:2] for sock in sockets}
        self.asked = frozenset(volley.destinations)
        self.shared = frozenset(d for d in volley.destinations if d in GROUPS or gate.is_broadcast(d))
        self.sent = 0
        self.failures: Counter[str] = Counter()
        self.heard: Counter[str] = Counter()
        self.kept = 0
        self.ignored = 0
        self.last_sent = b""
        self.tries_left = _FULL_TRIES

    def run(self) -> Iterator[Event]:
        started = self.clock()
        notes = self.volley.notes
        for number, (due_s, datagram) in enumerate(self.volley.shots):
            yield from self.listen(started + due_s)
            next_at = started + due_s
            for destination in self.volley.destinations:
                if notes and notes.was_sent(destination, number):
                    continue
                if self.volley.pace_s:
                    yield from self.listen(next_at)
                    next_at = max(next_at, self.clock() - MADE_UP_S) + self.volley.pace_s
                yield from self.await_slot("" if destination in self.shared else destination)
                if self.gate.stopped.is_set():
                    break
                if notes:
                    notes.sending(destination, number, datagram)
                yield from self.send(datagram, destination)
        yield from self.listen(self.clock() + self.volley.listen_s, self.volley.enough)
        for sock in self.sockets:
            yield from self.drain(sock, _MOST_WAITING)  # what came while this program stood still is not late
        yield from self.report()

    def await_slot(self, device: str) -> Iterator[Event]:
        """Listen until the gate's next slot comes, and once more where this program stood still when it came."""
        delay_s = self.gate.delay(device)
        slot_at = time.monotonic() + delay_s
        yield from self.listen(self.clock() + delay_s)
        if delay_s > 0 and self.gate.missed(slot_at):
            yield from self.listen(self.clock() + self.gate.delay(device))

    def send(self, datagram: bytes, destination: str) -> Iterator[Event]:
        """Send one datagram; a full buffer is waited for, because a local error says nothing of the device."""
        try:
            self.gate.admit(destination)
        except PermissionError:
            yield from self.problem(destination, "out_of_scope", "outside the scope: nothing is sent to it")
            return
        error = self.try_to_send(datagram, destination)
        while error and error.errno in _FULL and self.tries_left > 0 and not self.gate.stopped.is_set():
            self.tries_left -= 1
            yield from self.listen(self.clock() + _FULL_S)
            error = self.try_to_send(datagram, destination)
        if error:
            yield from self.problem(destination, _status(error), error.strerror or str(error))

    def try_to_send(self, datagram: bytes, destination: str) -> OSError | None:
        try:
            self.sender.sendto(datagram, (destination, self.volley.port))
        except OSError as error:
            return error
        self.sent += 1
        self.last_sent = datagram
        self.tries_left = _FULL_TRIES
        return None

    def listen(self, until: float, enough: Bell | None = None) -> Iterator[Event]:
        """Yield what comes until this time, or until nobody waits for it any longer.

        At least one look, so that a fast sender still listens.
        """
        ears: list[socket.socket | Bell] = [*self.sockets, enough] if enough else [*self.sockets]
        while not self.gate.stopped.is_set():
            left_s = until - self.clock()
            for ear in readable(ears, min(left_s, _PATIENCE_S)):
                yield from self.drain(ear, _AT_ONCE) if isinstance(ear, socket.socket) else ()
            if left_s <= 0 or (enough and enough.is_set()):
                return

    def drain(self, sock: socket.socket, most: int) -> Iterator[Event]:
        for _ in range(most):
            try:
                payload, _, _, source = sock.recvmsg(LARGEST_DATAGRAM_BYTES)
            except BlockingIOError:
                return
            except OSError:
                continue  # the ICMP error of an earlier datagram
            address = zoned(source, self.volley.interface)
            if payload and address != self.volley.source:
                yield from self.keep(sock, payload, address, source[1])

    def keep(self, sock: socket.socket, payload: bytes, address: str, port: int) -> Iterator[Event]:
        if self.kept >= MOST_DATAGRAMS:
            self.ignored += 1
            return
        self.heard[address] += 1
        if self.heard[address] <= DATAGRAMS_PER_SOURCE:
            self.kept += 1
            yield self.reply(sock, payload, address, port)
        elif self.heard[address] == DATAGRAMS_PER_SOURCE + 1:
            detail = f"more than {DATAGRAMS_PER_SOURCE} datagrams: the others were not heard"
            yield self.told(address, "too_large", detail)

    def reply(self, sock: socket.socket, payload: bytes, address: str, port: int) -> Reply:
        destination, destination_port = self.names[sock]
        return Reply(
            channel=self.volley.channel,
            transport="udp",
            address=address,
            port=port,
            payload=payload,
            heard_at=time.time(),
            destination=destination,
            destination_port=destination_port,
            interface=self.volley.interface,
            request=self.last_sent,
            asked=address if address in self.asked else None,
        )

    def problem(self, destination: str, status: str, detail: str) -> Iterator[Problem]:
        self.failures[detail] += 1
        if self.failures[detail] <= MOST_PROBLEMS:
            yield self.told(destination, status, detail)

    def told(self, address: str, status: str, detail: str) -> Problem:
        channel = self.volley.channel
        return Problem(stage="find", channel=channel, address=address, status=status, detail=self.where(detail))

    def where(self, detail: str) -> str:
        return f"{self.volley.interface}: {detail}" if self.volley.interface else detail

    def report(self) -> Iterator[Event]:
        lost = sum(dropped(sock) for sock in self.sockets)
        if lost:
            yield self.loss(f"the kernel dropped {lost} datagrams: its buffer was full")
        if self.ignored:
            yield self.loss(f"{self.ignored} datagrams were thrown away after the first {MOST_DATAGRAMS:,}: a flood")
        reasons = [
            f"{detail} ({count} times)" if count > 1 else detail for detail, count in sorted(self.failures.items())
        ]
        if self.gate.stopped.is_set():
            reasons.append("interrupted")
        state = "done" if not reasons else ("partial" if self.sent else "failed")
        reason = self.where(", ".join(reasons)) if reasons else None
        yield ChannelReport(name=self.volley.channel, status=state, reason=reason, sent=self.sent)

    def loss(self, detail: str) -> Gap:
        return Gap(
            kind="dropped_packets", detail=self.where(f"{self.volley.channel}: {detail}"), address=self.volley.source
        )


def _could_not_open(volley: Volley, error: OSError) -> Iterator[Event]:
    detail = f"{volley.interface or volley.source or 'any interface'}: {error.strerror or error}"
    yield Problem(stage="find", channel=volley.channel, address=volley.source, status=_status(error), detail=detail)
    yield ChannelReport(name=volley.channel, status="failed", reason=detail)


def _no_listener(volley: Volley, error: OSError) -> Gap:
    lost = "devices that answer to the group instead of to the sender are not heard"
    if error.errno == errno.EADDRINUSE:
        detail = f"{volley.channel}: another program holds UDP port {volley.port} for itself: {lost}"
        return Gap(kind="port_taken", detail=detail, address=volley.source)
    where = volley.interface or volley.source
    detail = f"{volley.channel}: {where} cannot listen to {volley.group} ({error.strerror}): {lost}"
    return Gap(kind="interface", detail=detail, address=volley.source)


def _status(error: OSError) -> str:
    return "permission" if error.errno in {errno.EPERM, errno.EACCES} else "unreachable"
