"""Packet sockets of Linux (packet(7)): whole frames of one interface, with what is not wanted left in the kernel.

For listening, and for the few questions that are frames of their own. Nothing is sent by opening one: a listener
hears multicast because its network card lets it through, not because a group was joined.
"""

import errno
import socket
import struct
import sys
import time
from collections.abc import Iterator
from typing import Self

from netaudit.wire.bpf import Wanted, attach, compile_filter
from netaudit.wire.clock import Clock
from netaudit.wire.closing import let_go
from netaudit.wire.gate import Gate
from netaudit.wire.groups import widen
from netaudit.wire.interfaces import Interface
from netaudit.wire.readiness import Bell, readable
from netaudit.wire.udp import Notes

LARGEST_FRAME_BYTES = 65_535
_AT_ONCE = 256  # frames taken before a stop, and the deadline, have their turn
_MOST_WAITING = 32_768  # taken at the end: more than fit into the kernel's buffer
_PATIENCE_S = 0.1  # after which a stopped run is noticed, where nothing comes
_EVERY_PROTOCOL = 0x0003  # ETH_P_ALL, linux/if_ether.h
# linux/if_packet.h; not exported by Python's socket module.
_SOL_PACKET, _ADD_MEMBERSHIP, _STATISTICS, _IGNORE_OUTGOING = 263, 1, 6, 23
_PROMISCUOUS, _ALL_MULTICAST = 1, 2
_TO_US, _OUTGOING = 0, 4

Frame = tuple[float, bytes]  # (seconds since the epoch, its bytes from the target's hardware address on)
Shots = tuple[tuple[float, bytes], ...]  # (seconds after the start, frame)


def may_hear_frames() -> bool:
    """Whether this process has packet sockets, and the right to them."""
    if sys.platform != "linux":
        return False
    try:
        let_go(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
    except PermissionError:
        return False
    return True


class PacketSocket:
    """Hears the wanted frames of one interface; a context, at whose end it is closed.

    With `all_hosts` also those that a switch sends to a mirror port, for others. PermissionError without the right to
    raw sockets, OSError where the interface is gone, or the system is not Linux.
    """

    def __init__(self, interface: Interface, wanted: Wanted, *, all_hosts: bool = False) -> None:
        if sys.platform != "linux":
            raise OSError(errno.EOPNOTSUPP, "packet sockets are Linux's")
        self.heard = 0  # frames taken
        self.dropped = 0  # frames that the kernel threw away, because its buffer was full
        self.sent = 0
        self._clock = Clock()
        self._sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            self._open(interface, wanted, _PROMISCUOUS if all_hosts else _ALL_MULTICAST)
        except OSError:
            self._sock.close()
            raise

    def _open(self, interface: Interface, wanted: Wanted, reach: int) -> None:
        self._sock.setblocking(False)
        widen(self._sock)
        attach(self._sock, compile_filter(wanted))
        self._sock.bind((interface.name, _EVERY_PROTOCOL))
        member = struct.pack("iHH8s", socket.if_nametoindex(interface.name), reach, 0, b"")
        self._sock.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, member)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        let_go(self._sock)

    def listen(self, seconds: float, gate: Gate, *, to_us: bool = True) -> Iterator[Frame]:
        """The frames of others that come in so many seconds, or until the run is stopped; without `to_us`, not ours."""
        ignored, until = {_OUTGOING} if to_us else {_OUTGOING, _TO_US}, self._clock() + seconds
        ears: list[socket.socket | Bell] = (
            [self._sock, gate.stopped] if isinstance(gate.stopped, Bell) else [self._sock]
        )
        while (left_s := until - self._clock()) > 0 and not gate.stopped.is_set():
            if readable(ears, min(left_s, _PATIENCE_S)):
                yield from self._waiting(ignored, _AT_ONCE)
            self._count_drops()
        yield from self._waiting(ignored, _MOST_WAITING)  # what came while this program stood still is not late
        self._count_drops()

    def _waiting(self, ignored: set[int], most: int) -> Iterator[Frame]:
        for _ in range(most):
            try:
                frame, address = self._sock.recvfrom(LARGEST_FRAME_BYTES)
            except BlockingIOError:
                return
            if address[2] not in ignored:
                self.heard += 1
                yield time.time(), frame

    def _count_drops(self) -> None:
        """The kernel's count begins anew each time that it is read."""
        _, dropped = struct.unpack("II", self._sock.getsockopt(_SOL_PACKET, _STATISTICS, 8))
        self.dropped += dropped

    def ask(self, shots: Shots, to: str, listen_s: float, gate: Gate, notes: Notes | None = None) -> Iterator[Frame]:
        """Send frames on schedule to an address that the gate admits; what comes meanwhile, and for some time after."""
        gate.admit(to)
        started = self._clock()
        for number, (due_s, frame) in enumerate(shots):
            if notes and notes.was_sent(to, number):
                continue
            yield from self.listen(started + due_s - self._clock(), gate)
            yield from self.listen(gate.delay(), gate)
            if gate.stopped.is_set():
                return
            if notes:
                notes.sending(to, number, frame)
            self._sock.send(frame)
            self.sent += 1
        yield from self.listen(listen_s, gate)
