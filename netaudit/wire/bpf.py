"""A packet filter that the Linux kernel runs, so that only frames that somebody reads wake us (classic BPF).

Instructions as in linux/filter.h and linux/bpf_common.h. The kernel has taken VLAN tags off before the filter sees a
frame. What is kept: some EtherTypes, CDP in its SNAP header, and of IP some protocols, UDP of some ports, and the
fragments of datagrams, which have no ports.
"""

import ctypes
import socket
import struct
from dataclasses import dataclass

ARP, LLDP, SADP, IPV4, IPV6 = 0x0806, 0x88CC, 0x8033, 0x0800, 0x86DD  # EtherTypes
IGMP, UDP, ICMPV6 = 2, 17, 58  # protocol numbers of IP
_HOP_BY_HOP, _FRAGMENT = 0, 44  # of IPv6: MLD reports come with the first
_SO_ATTACH_FILTER = 26  # asm-generic/socket.h; not exported by Python's socket module
_MOST_LENGTH = 1500  # up to this, the field of the EtherType is a length

_LOAD_WORD, _LOAD_HALF, _LOAD_BYTE, _LOAD_HALF_AT_X, _LOAD_X_HEADER_LENGTH = 0x20, 0x28, 0x30, 0x48, 0xB1
_IF_EQUAL, _IF_MORE, _IF_BITS, _RETURN = 0x15, 0x25, 0x45, 0x06
_ALL_BYTES = 0x40000
_NEXT = ""

Step = tuple[int, int, str, str]  # code, value, where to go if so, where to go if not; empty: the next step
Program = bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be heard."""

    ethertypes: tuple[int, ...] = ()
    cdp: bool = False
    igmp: bool = False
    icmpv6: bool = False
    udp_ports: frozenset[int] = frozenset()  # either end; over IPv4 and IPv6, with fragments


def compile_filter(wanted: Wanted) -> Program:
    """The filter as the kernel takes it."""
    blocks = {
        "kind": _of_kind(wanted),
        "snap": [
            (_LOAD_WORD, 14, _NEXT, _NEXT),
            (_IF_EQUAL, 0xAAAA0300, _NEXT, "drop"),
            (_LOAD_WORD, 18, _NEXT, _NEXT),
            (_IF_EQUAL, 0x000C2000, "keep", "drop"),
        ],
        "ipv4": _of_ipv4(wanted),
        "ipv6": _of_ipv6(wanted),
        "keep": [(_RETURN, _ALL_BYTES, _NEXT, _NEXT)],
        "drop": [(_RETURN, 0, _NEXT, _NEXT)],
    }
    places: dict[str, int] = {}
    steps: list[Step] = []
    for name, block in blocks.items():
        places[name] = len(steps)
        steps += block
    return b"".join(_packed(at, step, places) for at, step in enumerate(steps))


def _of_kind(wanted: Wanted) -> list[Step]:
    steps: list[Step] = [(_LOAD_HALF, 12, _NEXT, _NEXT)]
    steps += [(_IF_EQUAL, kind, "keep", _NEXT) for kind in wanted.ethertypes]
    steps += [(_IF_EQUAL, IPV4, "ipv4", _NEXT), (_IF_EQUAL, IPV6, "ipv6", _NEXT)]
    return [*steps, (_IF_MORE, _MOST_LENGTH, "drop", "snap" if wanted.cdp else "drop")]


def _of_ipv4(wanted: Wanted) -> list[Step]:
    protocol: list[Step] = [(_LOAD_BYTE, 23, _NEXT, _NEXT)]
    if wanted.igmp:
        protocol.append((_IF_EQUAL, IGMP, "keep", _NEXT))
    return [
        *protocol,
        (_IF_EQUAL, UDP, _NEXT, "drop"),
        (_LOAD_HALF, 20, _NEXT, _NEXT),
        (_IF_BITS, 0x1FFF, "keep" if wanted.udp_ports else "drop", _NEXT),  # a later fragment
        (_LOAD_X_HEADER_LENGTH, 14, _NEXT, _NEXT),
        *_of_ports(wanted, _LOAD_HALF_AT_X, 14),
    ]


def _of_ipv6(wanted: Wanted) -> list[Step]:
    protocol: list[Step] = [(_LOAD_BYTE, 20, _NEXT, _NEXT)]
    if wanted.icmpv6:
        protocol += [(_IF_EQUAL, ICMPV6, "keep", _NEXT), (_IF_EQUAL, _HOP_BY_HOP, "keep", _NEXT)]
    if wanted.udp_ports:
        protocol.append((_IF_EQUAL, _FRAGMENT, "keep", _NEXT))
    return [*protocol, (_IF_EQUAL, UDP, _NEXT, "drop"), *_of_ports(wanted, _LOAD_HALF, 54)]


def _of_ports(wanted: Wanted, load: int, at: int) -> list[Step]:
    """Keep what has one of the ports at either end; `at` is where the UDP header begins."""
    steps: list[Step] = []
    for place in (at, at + 2):
        steps.append((load, place, _NEXT, _NEXT))
        steps += [(_IF_EQUAL, port, "keep", _NEXT) for port in sorted(wanted.udp_ports)]
    return [*steps, (_RETURN, 0, _NEXT, _NEXT)]


def _packed(at: int, step: Step, places: dict[str, int]) -> bytes:
    """One instruction: code, two jumps that count from the next one, value."""
    code, value, yes, no = step
    jumps = [places[place] - at - 1 if place else 0 for place in (yes, no)]
    return struct.pack("HBBI", code, *jumps, value)


def attach(sock: socket.socket, program: Program) -> None:
    """Let the kernel drop what the filter does not keep; OSError where it does not take the filter."""
    kept = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HL", len(program) // 8, ctypes.addressof(kept))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, head)
