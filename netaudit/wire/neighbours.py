"""The kernel's own table of neighbours: what ARP and Neighbor Discovery have already learnt, readable by everybody.

Without the right to open raw sockets this is how hardware addresses are learnt: connects make the kernel resolve, and
the table is read afterwards. Linux keeps ARP's in /proc/net/arp (proc(5)) and gives IPv6's out by rtnetlink(7).
"""

import socket
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv6Address
from pathlib import Path

from netaudit.model import Reply

TABLE = Path("/proc/net/arp")
_ETHERNET = "0x1"  # ARPHRD_ETHER, linux/if_arp.h
_COMPLETE = 0x2  # ATF_COM, the same

_GET_NEIGHBOURS, _NEIGHBOUR, _DONE = 30, 28, 3  # RTM_GETNEIGH, RTM_NEWNEIGH, NLMSG_DONE; linux/rtnetlink.h
_REQUEST_ALL = 0x301  # NLM_F_REQUEST | NLM_F_DUMP, linux/netlink.h
_RESOLVED = 0x02 | 0x04 | 0x08 | 0x10 | 0x80  # reachable, stale, delay, probe, permanent; linux/neighbour.h
_DESTINATION, _HARDWARE = 1, 2  # NDA_DST, NDA_LLADDR, the same
_HEAD = struct.Struct("=IHHII")
_ENTRY = struct.Struct("=BxxxiHBB")
_ATTRIBUTE = struct.Struct("=HH")
_MOST_BYTES = 1 << 20


def read_neighbours(table: Path = TABLE) -> Iterator[Reply]:
    """A Reply for each complete entry of ARP, its line as the payload; nothing where there is no such table."""
    try:
        lines = table.read_text(encoding="ascii", errors="replace").splitlines()[1:]
    except OSError:
        return
    now = time.time()
    for line in lines:
        columns = line.split()
        if len(columns) == 6 and columns[1] == _ETHERNET and int(columns[2], 16) & _COMPLETE:
            yield Reply(
                channel="arp",
                transport="table",
                address=columns[0],
                payload=line.encode("ascii", "replace"),
                heard_at=now,
                mac=columns[3].lower(),
                interface=columns[5],
            )


def read_ipv6_neighbours(interface: str) -> Iterator[Reply]:
    """A Reply for each IPv6 neighbour that the kernel has resolved on this interface, in words as ip-neighbour(8) has."""
    if sys.platform != "linux":
        return
    now = time.time()
    try:
        index, answer = socket.if_nametoindex(interface), _ask_kernel()
    except OSError:
        return
    for address, mac in _entries(answer, index):
        place = f"{address}%{interface}" if address.is_link_local else str(address)
        line = f"{address} lladdr {mac} dev {interface}"
        yield Reply(
            channel="ndp", transport="table", address=place, payload=line.encode(), heard_at=now, mac=mac,
            interface=interface,
        )  # fmt: skip


def _ask_kernel() -> bytes:
    """The messages of the whole table."""
    request = _HEAD.pack(_HEAD.size + _ENTRY.size, _GET_NEIGHBOURS, _REQUEST_ALL, 1, 0)
    request += _ENTRY.pack(socket.AF_INET6, 0, 0, 0, 0)
    answer = b""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as sock:
        sock.settimeout(1.0)
        sock.send(request)
        while len(answer) < _MOST_BYTES:
            piece = sock.recv(1 << 16)
            answer += piece
            if any(kind != _NEIGHBOUR for kind, _ in _messages(piece)):  # the end, or an error
                break
    return answer


def _messages(answer: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, body) of each message."""
    at = 0
    while at + _HEAD.size <= len(answer):
        size, kind, *_ = _HEAD.unpack_from(answer, at)
        if size < _HEAD.size:
            return
        yield kind, answer[at + _HEAD.size : at + size]
        at += -(-size // 4) * 4


def _entries(answer: bytes, index: int) -> Iterator[tuple[IPv6Address, str]]:
    """Address and hardware address of the resolved neighbours on the interface of this index."""
    for kind, body in _messages(answer):
        if kind != _NEIGHBOUR or len(body) < _ENTRY.size:
            continue
        _, where, state, _, _ = _ENTRY.unpack_from(body)
        found = dict(_attributes(body[_ENTRY.size :]))
        mac = found.get(_HARDWARE, b"")
        if where == index and state & _RESOLVED and len(mac) == 6 and any(mac) and not mac[0] & 1:
            with suppress(ValueError):
                yield IPv6Address(found.get(_DESTINATION, b"")), mac.hex(":")


def _attributes(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _ATTRIBUTE.size <= len(body):
        size, kind = _ATTRIBUTE.unpack_from(body, at)
        if size < _ATTRIBUTE.size:
            return
        yield kind, body[at + _ATTRIBUTE.size : at + size]
        at += -(-size // 4) * 4
