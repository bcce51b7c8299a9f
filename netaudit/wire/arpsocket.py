"""Link-layer sockets that hear nothing but ARP: of Linux itself (packet(7)), elsewhere scapy's."""

import errno
import socket
import sys
from typing import Protocol

from netaudit.wire.groups import widen
from netaudit.wire.interfaces import Interface
from netaudit.wire.readiness import readable

ETHERTYPE_ARP = 0x0806


class Link(Protocol):
    """A socket that sends and receives whole frames."""

    def fileno(self) -> int: ...
    def send(self, frame: bytes | bytearray, /) -> object: ...
    def recv(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


def open_link(interface: Interface) -> Link:
    """A link-layer socket on this interface that hears ARP only. PermissionError without the right to it."""
    return _open_packet_socket(interface) if sys.platform == "linux" else _open_scapy_socket(interface)


def _open_packet_socket(interface: Interface) -> Link:
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        link.setblocking(False)
        widen(link)
        link.bind((interface.name, ETHERTYPE_ARP))  # the protocol is the kernel's filter: nothing but ARP comes up
    except OSError:
        link.close()
        raise
    return link


def _open_scapy_socket(interface: Interface) -> Link:
    import scapy.arch  # noqa: F401, PLC0415  sets conf.L2socket for this platform
    from scapy.config import conf  # noqa: PLC0415  slow, and not needed on Linux
    from scapy.error import Scapy_Exception  # noqa: PLC0415

    try:
        return _ScapyLink(conf.L2socket(iface=interface.name, filter="arp"))
    except Scapy_Exception as error:  # what it makes of a capture device that may not be opened
        raise PermissionError(errno.EPERM, str(error)) from error
    except ValueError as error:  # what it makes of an interface that is gone
        raise OSError(errno.ENODEV, str(error)) from error


class _ScapyLink:
    """scapy's link-layer socket with the few methods that we use."""

    def __init__(self, raw: object) -> None:
        self.raw = raw

    def fileno(self) -> int:
        return int(self.raw.fileno())  # type: ignore[attr-defined]

    def send(self, frame: bytes | bytearray) -> object:
        return self.raw.send(bytes(frame))  # type: ignore[attr-defined]

    def recv(self, size: int) -> bytes:
        if not readable([self], 0):  # scapy's sockets block
            raise BlockingIOError
        frame: bytes | None = self.raw.recv_raw(size)[1]  # type: ignore[attr-defined]
        if not frame:
            raise BlockingIOError
        return frame

    def close(self) -> None:
        self.raw.close()  # type: ignore[attr-defined]
