"""Records every frame of an interface inside a namespace, and writes it as a capture (pcap, microseconds, Ethernet)."""

import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from select import POLLIN, poll

from support.namespaces import inside

EVERY_PROTOCOL = 0x0003  # ETH_P_ALL
OUTGOING = 4  # PACKET_OUTGOING
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35  # asm-generic/socket.h
TIMESPEC = struct.Struct("@ll")  # clock_gettime(2): when the kernel saw a frame, however late it is read
TOLD_BYTES = socket.CMSG_SPACE(TIMESPEC.size)
BUFFER_BYTES = 32 * 1024 * 1024
SNAPLEN = 65535


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, without its checksum, as on the wire."""

    at: float  # seconds since the epoch
    payload: bytes
    sent: bool  # by the namespace itself, not received


@dataclass(slots=True)
class Sniffer:
    """What was recorded; complete when the context has ended."""

    frames: list[Frame] = field(default_factory=list)

    def sent(self) -> list[bytes]:
        """The frames that the namespace itself sent."""
        return [frame.payload for frame in self.frames if frame.sent]

    def received(self) -> list[bytes]:
        """The frames that came from others."""
        return [frame.payload for frame in self.frames if not frame.sent]

    def write(self, path: Path) -> None:
        """Write a capture of both directions."""
        with path.open("wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, SNAPLEN, 1))
            for frame in self.frames:
                seconds, length = divmod(round(frame.at * 1_000_000), 1_000_000), len(frame.payload)
                file.write(struct.pack("<IIII", *seconds, length, length) + frame.payload)


@contextmanager
def sniff(namespace: str, interface: str) -> Iterator[Sniffer]:
    """Record what crosses an interface until the context ends."""
    sniffer = Sniffer()
    with ExitStack() as stack:
        with inside(namespace):
            sock = stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL)))
            sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            sock.bind((interface, EVERY_PROTOCOL))
        sock.setblocking(False)
        stopped, stop = map(stack.enter_context, socket.socketpair())
        thread = stack.enter_context(ThreadPoolExecutor(max_workers=1, thread_name_prefix="sniffer"))
        done = thread.submit(_record, sock, stopped, sniffer.frames)
        try:
            yield sniffer
        finally:
            stop.send(b"\0")
            done.result()


def _record(sock: socket.socket, stopped: socket.socket, frames: list[Frame]) -> None:
    polled = poll()  # which, unlike select(2), knows sockets of any number
    for one in (sock, stopped):
        polled.register(one, POLLIN)
    while all(descriptor != stopped.fileno() for descriptor, _ in polled.poll()):
        frames.extend(_waiting(sock))
    frames.extend(_waiting(sock))


def _waiting(sock: socket.socket) -> Iterator[Frame]:
    while True:
        try:
            payload, told, _, address = sock.recvmsg(SNAPLEN, TOLD_BYTES)
        except BlockingIOError:
            return
        seconds, nanoseconds = TIMESPEC.unpack(told[0][2])
        yield Frame(seconds + nanoseconds / 1e9, payload, address[2] == OUTGOING)
