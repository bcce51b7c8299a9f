"""The offline feed: packet captures in, replies out, as if they had been heard live.

Reads pcap and pcapng, packed with gzip or not, as a stream: a capture of any size needs the same memory.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from netaudit.model import Gap, Problem, Reply
from netaudit.records.connections import MAX_HELD_SIZE, MAX_OPEN, Connections
from netaudit.records.datagrams import Datagrams
from netaudit.records.frames import PCAP, Frame, read_pcap
from netaudit.records.interest import Interest
from netaudit.records.links import LINKS
from netaudit.records.packets import Packet, read_packets
from netaudit.records.pcapng import BYTE_ORDERS, PCAPNG, read_pcapng
from netaudit.records.replies import replies_of
from netaudit.records.window import Window, open_window, unpack_head

_HEAD_SIZE = 12  # bytes that tell a capture from other files
_REASONS_SHOWN = 8


def read_capture(path: Path, udp_ports: frozenset[int]) -> Iterator[Reply | Problem | Gap]:
    """All that a capture holds of link-layer packets, IGMP and ICMPv6, of UDP from and to these ports, and of TCP.

    Each connection is one reply: what the server sent is the payload, what the client sent is the request. At the end
    stand problems that count what could not be read, and a gap if the file is cut off.
    ValueError if it is no capture, or if nothing in it has a link layer that is known here.
    """
    with path.open("rb") as stream:
        window = open_window(stream)
        _check(path, window)
        yield from _read(path, window, udp_ports)


def is_capture(head: bytes) -> bool:
    """Whether a file that begins so is a packet capture, packed with gzip or not."""
    return _is_unpacked_capture(unpack_head(head))


def _is_unpacked_capture(head: bytes) -> bool:
    return head[:4] in PCAP or (head[:4] == PCAPNG and head[8:_HEAD_SIZE] in BYTE_ORDERS)


def _check(path: Path, window: Window) -> None:
    try:
        window.need(_HEAD_SIZE)
    except EOFError as error:
        raise ValueError(f"{path}: {error}; fetch it again") from None
    if window.limit == 0:
        raise ValueError(f"{path}: the file is empty; give a capture in pcap or pcapng format")
    if not _is_unpacked_capture(window.buffer[: min(_HEAD_SIZE, window.limit)]):
        raise ValueError(f"{path}: not a packet capture; give a file in pcap or pcapng format")


def _read(path: Path, window: Window, udp_ports: frozenset[int]) -> Iterator[Reply | Problem | Gap]:
    skipped: Counter[str] = Counter()
    links: set[int] = set()
    cut: list[str] = []
    connections = Connections(skipped)
    interest = Interest(ports=udp_ports, listening=set(udp_ports), ignored=connections.ignored)
    packets = read_packets(_frames(window, skipped, interest), interest, links, skipped)
    yield from replies_of(_until_cut(packets, cut), Datagrams(interest), connections, skipped)
    if links and links.isdisjoint(LINKS):
        raise ValueError(f"{path}: link type {min(links)} is not read; capture on Ethernet, or with -i any")
    yield from _problems(skipped, connections)
    yield from (Gap(kind="truncated_input", detail=f"{path.name}: {reason}") for reason in cut)


def _frames(window: Window, skipped: Counter[str], interest: Interest) -> Iterator[Frame]:
    is_pcapng = window.buffer.startswith(PCAPNG)
    return read_pcapng(window, skipped, interest) if is_pcapng else read_pcap(window, interest)


def _until_cut(packets: Iterator[Packet], cut: list[str]) -> Iterator[Packet]:
    try:
        yield from packets
    except EOFError as error:
        cut.append(str(error))


def _problems(skipped: Counter[str], connections: Connections) -> Iterator[Problem]:
    lacking = []
    if skipped:
        reasons = ", ".join(f"{count} {reason}" for reason, count in skipped.most_common(_REASONS_SHOWN))
        lacking.append(f"{skipped.total()} packets could not be read, or not in full: {reasons}")
    if connections.broken:
        lacking.append(f"{connections.broken} TCP answers have gaps, as the capture lacks packets of them")
    if lacking:
        yield _problem("malformed", "; ".join(lacking))
    if connections.given_up:
        limits = f"more than {MAX_OPEN} at once, or more than {MAX_HELD_SIZE >> 20} MiB in them"
        yield _problem("too_large", f"{connections.given_up} TCP connections were given up before their end: {limits}")


def _problem(status: str, detail: str) -> Problem:
    return Problem(stage="read", channel="capture", address="", status=status, detail=detail)
