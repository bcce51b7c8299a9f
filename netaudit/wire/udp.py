"""One channel's datagrams on one interface: send on schedule, listen until the deadline, keep every reply.

Replies are only taken from the socket here and read elsewhere: a parser inside the loop would let the kernel's
buffer overflow when a thousand devices answer at once. What the kernel drops is counted (SO_RXQ_OVFL) and told.
"""

import errno
import select
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from netaudit.model import ChannelReport, Event, Gap, Problem, Reply
from netaudit.wire.gate import GROUPS, LIMITED_BROADCAST, Gate

LARGEST_DATAGRAM_BYTES = 16_384
DATAGRAMS_PER_SOURCE = 32  # a device that says more is not heard out
RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024  # a burst of 1,000 answers of 1.4 KB, each with its kernel overhead

# Not exported by Python's socket module; values of linux/in.h and asm-generic/socket.h.
_IP_MULTICAST_ALL = 49
_SO_RXQ_OVFL = 40
_SO_RCVBUFFORCE = 33


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


def fire(volley: Volley, gate: Gate) -> Iterator[Event]:
    """Send the volley and yield each reply as it comes, problems, and at the end one ChannelReport."""
    with ExitStack() as stack:
        try:
            sender = stack.enter_context(_open_sender(volley))
        except OSError as error:
            yield from _could_not_open(volley, error)
            return
        sockets = [sender]
        if volley.group:
            try:
                sockets.append(stack.enter_context(_open_listener(volley, volley.group)))
            except OSError as error:
                yield Gap(
                    kind="port_taken",
                    detail=f"{volley.channel}: UDP port {volley.port} could not be shared ({error.strerror}): "
                    "devices that answer to the group instead of to the sender are not heard",
                    address=volley.source,
                )
        yield from _Salvo(volley, gate, sockets).run()


class _Salvo:
    """The running state of one volley."""

    def __init__(self, volley: Volley, gate: Gate, sockets: list[socket.socket]) -> None:
        self.volley = volley
        self.gate = gate
        self.sockets = sockets
        self.sender = sockets[0]
        self.sent = 0
        self.failures: Counter[str] = Counter()
        self.heard: Counter[str] = Counter()
        self.dropped: dict[socket.socket, int] = {}
        self.last_sent = b""

    def run(self) -> Iterator[Event]:
        started = time.monotonic()
        for due_s, datagram in self.volley.shots:
            yield from self.listen(started + due_s)
            for destination in self.volley.destinations:
                delay = self.gate.delay()
                yield from self.listen(time.monotonic() + delay)
                if self.gate.stopped.is_set():
                    break
                yield from self.send(datagram, destination)
        yield from self.listen(time.monotonic() + self.volley.listen_s)
        yield from self.report()

    def send(self, datagram: bytes, destination: str) -> Iterator[Event]:
        try:
            self.gate.admit(destination)
            self.sender.sendto(datagram, (destination, self.volley.port))
        except PermissionError as error:
            yield self.problem(destination, "permission", str(error))
        except OSError as error:
            yield self.problem(destination, "unreachable", error.strerror or str(error))
        else:
            self.sent += 1
            self.last_sent = datagram

    def listen(self, until: float) -> Iterator[Reply]:
        """Yield what comes until this time; at least one look, so that a fast sender still listens."""
        while not self.gate.stopped.is_set():
            left = until - time.monotonic()
            ready, _, _ = select.select(self.sockets, [], [], min(max(left, 0.0), 0.2))
            for sock in ready:
                yield from self.drain(sock)
            if left <= 0:
                return

    def drain(self, sock: socket.socket) -> Iterator[Reply]:
        while True:
            try:
                payload, ancillary, _flags, source = sock.recvmsg(LARGEST_DATAGRAM_BYTES, 64)
            except BlockingIOError:
                return
            except ConnectionError:
                continue  # an ICMP error of an earlier datagram
            for level, kind, data in ancillary:
                if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL:
                    self.dropped[sock] = struct.unpack("I", data)[0]
            address, port = source[0], source[1]
            self.heard[address] += 1
            if payload and address != self.volley.source and self.heard[address] <= DATAGRAMS_PER_SOURCE:
                yield self.reply(sock, payload, address, port)

    def reply(self, sock: socket.socket, payload: bytes, address: str, port: int) -> Reply:
        own = sock.getsockname()
        return Reply(
            channel=self.volley.channel,
            transport="udp",
            address=address,
            port=port,
            payload=payload,
            heard_at=time.time(),
            destination=own[0],
            destination_port=own[1],
            interface=self.volley.interface,
            request=self.last_sent,
            asked=address if address in self.volley.destinations else None,
        )

    def problem(self, destination: str, status: str, detail: str) -> Problem:
        self.failures[detail] += 1
        return Problem(
            stage="find", channel=self.volley.channel, address=destination, status=status, detail=self.where(detail)
        )

    def where(self, detail: str) -> str:
        return f"{self.volley.interface}: {detail}" if self.volley.interface else detail

    def report(self) -> Iterator[Event]:
        lost = sum(self.dropped.values())
        if lost:
            yield Gap(
                kind="dropped_packets",
                detail=self.where(f"{self.volley.channel}: the kernel dropped {lost} datagrams: its buffer was full"),
                address=self.volley.source,
            )
        reason = self.where(", ".join(sorted(self.failures))) if self.failures else None
        state = "done" if not self.failures else ("partial" if self.sent else "failed")
        yield ChannelReport(name=self.volley.channel, status=state, reason=reason, sent=self.sent)


def _could_not_open(volley: Volley, error: OSError) -> Iterator[Event]:
    status = "permission" if error.errno in {errno.EPERM, errno.EACCES} else "unreachable"
    detail = f"{volley.interface or volley.source or 'any interface'}: {error.strerror or error}"
    yield Problem(stage="find", channel=volley.channel, address=volley.source, status=status, detail=detail)
    yield ChannelReport(name=volley.channel, status="failed", reason=detail)


def _open_sender(volley: Volley) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        _widen(sock)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, volley.ttl)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        if any(d == LIMITED_BROADCAST or d.endswith(".255") for d in volley.destinations):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        if volley.source:
            if any(d in GROUPS for d in volley.destinations):
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(volley.source))
            sock.bind((volley.source, 0))
    except OSError:
        sock.close()
        raise
    return sock


def _open_listener(volley: Volley, group: str) -> socket.socket:
    """A socket that hears what is sent to the group on this interface, and nothing else."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        _widen(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        _only_joined_groups(sock)
        sock.bind(("" if sys.platform == "win32" else group, volley.port))
        request = struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton(volley.source or "0.0.0.0"))  # noqa: S104
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
    except OSError:
        sock.close()
        raise
    return sock


def _widen(sock: socket.socket) -> None:
    """The largest receive buffer to be had, and a count of what overflows it."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
    except OSError:  # only root may go beyond the system's limit
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    if sys.platform == "linux":
        sock.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)


def _only_joined_groups(sock: socket.socket) -> None:
    """On Linux a socket hears the groups that any other socket joined, unless told not to (ip(7))."""
    if sys.platform == "linux":
        sock.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
