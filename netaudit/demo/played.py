"""What an emulated device saw of its visitors: the proof of who was polite."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

from netaudit.demo.device import EmulatedDevice
from netaudit.demo.place import Placement
from netaudit.demo.placeholders import Situation

ENDED = frozenset({7, 8})  # TCP_CLOSE, TCP_CLOSE_WAIT of linux/tcp_states.h: the visitor has hung up


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A datagram or a request as it came in, or, without payload, a connection that was opened."""

    at: float  # seconds since the epoch
    transport: str  # "udp", "tcp", "tls"
    port: int  # as in the data file
    peer: tuple[str, int]
    payload: bytes


@dataclass(slots=True, kw_only=True)
class PlayedDevice:
    """One device while it is played."""

    device: EmulatedDevice
    placement: Placement
    seen: list[Seen] = field(default_factory=list)
    visitors: set[socket.socket] = field(default_factory=set)  # connections that are not closed on our side
    most_open: int = 0  # connections at one time

    @property
    def address(self) -> str:
        return self.placement.address

    def requests(self, port: int | None = None) -> Iterator[bytes]:
        """What was asked, in order; of one port, or of all."""
        return (seen.payload for seen in self.seen if seen.payload and port in {None, seen.port})

    def connections(self) -> Iterator[Seen]:
        """Each TCP connection that was opened, in order."""
        return (seen for seen in self.seen if not seen.payload and seen.transport != "udp")

    def situation(self, request: bytes) -> Situation:
        """What an answer to this request is filled in from."""
        return Situation(mac=self.device.mac, address=self.address, ports=self.placement.ports, request=request)

    def opened(self, sock: socket.socket) -> None:
        """Count a connection. One that its visitor has ended, although we have not read so far, is open no more."""
        self.visitors.add(sock)
        self.most_open = max(self.most_open, sum(not _has_left(visitor) for visitor in self.visitors))

    def closed(self, sock: socket.socket) -> None:
        """Count a connection no longer."""
        self.visitors.discard(sock)


def _has_left(sock: socket.socket) -> bool:
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] in ENDED
