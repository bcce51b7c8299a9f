"""The link layer: ARP requests out, ARP packets in (RFC 826).

On Linux one AF_PACKET socket sends a frame that was built once and is patched in place, and a kernel filter keeps
everything but ARP away. Elsewhere scapy's link-layer socket does the same work; it is the only use of live scapy.
"""

import contextlib
import select
import socket
import struct
import sys
import time
from collections.abc import Iterator
from typing import Protocol

from netaudit.model import ChannelReport, Event, Gap, Problem, Reply
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface

PASSES = 2  # the second asks only those that were silent
TAIL_S = 1.0  # after the last request of a pass; a sleeping radio takes its time
ETHERTYPE_ARP = 0x0806
_FRAME_BYTES = 60  # the least that Ethernet carries, without its check sequence
_HEADER = struct.Struct("!6s6sH")
_ARP = struct.Struct("!HHBBH6s4s6s4s")
_OWN_BYTES = 28


class Link(Protocol):
    """A socket that sends and receives whole frames."""

    def fileno(self) -> int: ...
    def send(self, frame: bytes | bytearray, /) -> int: ...
    def recv(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


def build_request(interface: Interface) -> bytearray:
    """An ARP request frame whose target address, the four bytes from offset 38, is still zero."""
    own_mac = bytes.fromhex((interface.mac or "").replace(":", ""))
    own_address = socket.inet_aton(interface.address)
    frame = bytearray(_FRAME_BYTES)
    _HEADER.pack_into(frame, 0, b"\xff" * 6, own_mac, ETHERTYPE_ARP)
    _ARP.pack_into(frame, _HEADER.size, 1, 0x0800, 6, 4, 1, own_mac, own_address, bytes(6), bytes(4))
    return frame


def sweep(interface: Interface, addresses: list[str], gate: Gate) -> Iterator[Event]:
    """Ask each address for its hardware address; yield every ARP packet heard meanwhile, then a ChannelReport.

    PermissionError where this process may not open the link layer.
    """
    link = open_link(interface)
    frame, sent = build_request(interface), 0
    silent = set(addresses)
    try:
        for _ in range(PASSES):
            for address in [a for a in addresses if a in silent]:
                if gate.stopped.is_set():
                    break
                for reply in _listen(link, interface, gate, gate.delay()):
                    silent.discard(reply.address)
                    yield reply
                gate.admit(address)
                frame[38:42] = socket.inet_aton(address)
                link.send(frame)
                sent += 1
            for reply in _listen(link, interface, gate, TAIL_S):
                silent.discard(reply.address)
                yield reply
    except OSError as error:
        detail = f"{interface.name}: {error.strerror or error}"
        yield Problem(stage="find", channel="arp", address=interface.address, status="unreachable", detail=detail)
        yield Gap(kind="interface", detail=f"the ARP sweep broke off on {detail}", address=interface.address)
        yield ChannelReport(name="arp", status="partial" if sent else "failed", reason=detail, sent=sent)
    else:
        yield ChannelReport(name="arp", status="done", sent=sent)
    finally:
        link.close()


def open_link(interface: Interface) -> Link:
    """A link-layer socket on this interface that hears ARP only. PermissionError without the right to it."""
    return _open_packet_socket(interface) if sys.platform == "linux" else _open_scapy_socket(interface)


def _open_packet_socket(interface: Interface) -> Link:
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        link.setblocking(False)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        link.bind((interface.name, ETHERTYPE_ARP))  # the protocol is the kernel's filter: nothing but ARP comes up
    except OSError:
        link.close()
        raise
    return link


def _open_scapy_socket(interface: Interface) -> Link:
    import scapy.arch  # noqa: F401, PLC0415  sets conf.L2socket for this platform
    from scapy.config import conf  # noqa: PLC0415  slow, and not needed on Linux

    try:
        return _ScapyLink(conf.L2socket(iface=interface.name, filter="arp"))
    except OSError as error:
        raise PermissionError(error.errno, str(error)) from error


class _ScapyLink:
    """scapy's link-layer socket with the few methods that we use."""

    def __init__(self, raw: object) -> None:
        self.raw = raw

    def fileno(self) -> int:
        return int(self.raw.fileno())  # type: ignore[attr-defined]

    def send(self, frame: bytes | bytearray) -> int:
        return int(self.raw.send(bytes(frame)))  # type: ignore[attr-defined]

    def recv(self, size: int) -> bytes:
        frame: bytes | None = self.raw.recv_raw(size)[1]  # type: ignore[attr-defined]
        if not frame:
            raise BlockingIOError
        return frame

    def close(self) -> None:
        self.raw.close()  # type: ignore[attr-defined]


def _listen(link: Link, interface: Interface, gate: Gate, seconds: float) -> Iterator[Reply]:
    until = time.monotonic() + seconds
    while not gate.stopped.is_set():
        left = until - time.monotonic()
        ready, _, _ = select.select([link], [], [], min(max(left, 0.0), 0.2))
        reply = _receive(link, interface) if ready else None
        if reply:
            yield reply
        if left <= 0 and not ready:
            return


def _receive(link: Link, interface: Interface) -> Reply | None:
    with contextlib.suppress(BlockingIOError):
        return _read_frame(link.recv(2048), interface)
    return None


def _read_frame(frame: bytes, interface: Interface) -> Reply | None:
    """An ARP packet of somebody else; the sender's address is the reply's."""
    arp = frame[_HEADER.size : _HEADER.size + _OWN_BYTES]
    if len(arp) < _OWN_BYTES or frame[12:14] != b"\x08\x06" or arp[:6] != b"\x00\x01\x08\x00\x06\x04":
        return None
    mac = frame[6:12].hex(":")
    address = socket.inet_ntoa(arp[14:18])
    if mac == interface.mac or address == interface.address:
        return None
    return Reply(
        channel="arp",
        transport="link",
        address="" if address == "0.0.0.0" else address,  # noqa: S104  an ARP probe: RFC 5227
        payload=arp,
        heard_at=time.time(),
        mac=mac,
        destination=socket.inet_ntoa(arp[24:28]),
        interface=interface.name,
    )
