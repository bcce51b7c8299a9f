"""UDP sockets for multicast, over IPv4 (RFC 1112) and IPv6 (RFC 3493): one that asks, one that hears a group.

Joining a group makes the kernel announce that by IGMP or MLD: whoever must not send anything uses a packet socket.
"""

import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024  # a burst of 1,000 answers of 1.4 KB, each with its kernel overhead

# Not exported by Python's socket module; values of linux/in.h, linux/in6.h and asm-generic/socket.h.
_IP_MULTICAST_ALL, _IPV6_MULTICAST_ALL = 49, 29
_SO_RCVBUFFORCE = 33
_SO_MEMINFO = 55
_DROPS = 8  # SK_MEMINFO_DROPS of linux/sock_diag.h, one of nine counts


def open_sender(source: str, *, ttl: int, broadcast: bool = False) -> socket.socket:
    """A socket that sends from this address ("" for any IPv4 one), multicast with this time to live, without a loop."""
    return _opened(source, lambda sock: _make_sender(sock, source, ttl, broadcast=broadcast))


def open_listener(group: str, port: int, source: str) -> socket.socket:
    """A socket that hears what is sent to the group on the interface of this address, and nothing else."""
    return _opened(group, lambda sock: _make_listener(sock, group, port, source))


def zoned(source: tuple[Any, ...], interface: str | None) -> str:
    """The address that a datagram came from; a link-local IPv6 one with the interface that it was heard on."""
    address = str(source[0])
    if len(source) == 4 and source[3] and interface and "%" not in address:
        return f"{address}%{interface}"
    return address


def widen(sock: socket.socket) -> None:
    """The largest receive buffer to be had."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
    except OSError:  # only root may go beyond the system's limit
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)


def dropped(sock: socket.socket) -> int:
    """How many datagrams the kernel threw away because the buffer was full; 0 where it does not tell.

    SO_RXQ_OVFL comes with the next datagram only, and so never tells of the last ones.
    """
    if sys.platform != "linux":
        return 0
    counts = sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 4 * (_DROPS + 1))
    return int(struct.unpack_from("I", counts, 4 * _DROPS)[0])


def _opened(address: str, make: Callable[[socket.socket], None]) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        widen(sock)
        make(sock)
    except OSError:
        sock.close()
        raise
    return sock


def _make_sender(sock: socket.socket, source: str, ttl: int, *, broadcast: bool) -> None:
    if sock.family == socket.AF_INET6:
        address, index = _split(source)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, ttl)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        sock.bind((address, 0, 0, index))
        return
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    if broadcast:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    if source:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(source))
        sock.bind((source, 0))


def _make_listener(sock: socket.socket, group: str, port: int, source: str) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    _only_joined_groups(sock)
    if sock.family == socket.AF_INET6:
        _, index = _split(source)
        sock.bind(("" if sys.platform == "win32" else group, port, 0, index))
        request = struct.pack("16sI", socket.inet_pton(socket.AF_INET6, group), index)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
        return
    sock.bind(("" if sys.platform == "win32" else group, port))
    request = struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton(source or "0.0.0.0"))  # noqa: S104
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)


def _only_joined_groups(sock: socket.socket) -> None:
    """On Linux a socket hears the groups that any other socket joined, unless told not to (ip(7), ipv6(7))."""
    if sys.platform != "linux":
        return
    if sock.family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        with suppress(OSError):  # from Linux 4.20 on; before, what other sockets joined is heard too
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_MULTICAST_ALL, 0)


def _split(source: str) -> tuple[str, int]:
    """(address, index of the interface) of a link-local address with its zone; OSError where the interface is gone."""
    address, _, zone = source.partition("%")
    return address, socket.if_nametoindex(zone) if zone else 0
