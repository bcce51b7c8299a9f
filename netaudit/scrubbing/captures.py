"""A capture without names: every frame anew, as long as before, with checksums that are true (pcapng, section 4).

What a device says may be spread over several packets. So a connection's segments, and a datagram's fragments, are laid
side by side, scrubbed as one, and cut into the same pieces again.
"""

import gzip
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import BinaryIO, Final

from netaudit.records.frames import PCAP, Frame, Interface, read_pcap
from netaudit.records.links import IPV4, IPV6, LINKS
from netaudit.records.pcapng import PCAPNG, read_pcapng
from netaudit.records.window import Window, read_chunks
from netaudit.scrubbing.packets import Piece, mend, pieces_of
from netaudit.scrubbing.pseudonyms import Pseudonyms
from netaudit.scrubbing.replacer import Replacer

MAX_CAPTURE_BYTES: Final = 1 << 30  # of frames, unpacked: all are in memory at once
MAX_STREAM_BYTES: Final = 64 << 20  # between the first and the last byte of one connection
_NANOSECONDS: Final = 10**9
_SECTION, _DESCRIPTION, _PACKET = 0x0A0D0D0A, 1, 6
_MOST_KEPT: Final = 1 << 18


@dataclass(slots=True)
class Kept:
    """One frame of a capture, and when and where it was heard."""

    data: bytes
    nanoseconds: int
    interface: Interface


def read_frames(path: Path) -> list[Kept]:
    """All whole frames of a capture. ValueError where it is none, or larger than can be scrubbed."""
    found, size = [], 0
    with path.open("rb") as stream:
        window = Window(read_chunks(stream))
        try:
            for frame in _frames(path, window):
                found.append(_kept(frame))
                size += len(found[-1].data)
                _check_size(path, size)
        except EOFError:  # it was cut off: what came before counts
            pass
    return found


def hardware_addresses(frames: Iterable[Kept]) -> set[bytes]:
    """Who sent these frames."""
    found = set()
    for kept in frames:
        locate = LINKS.get(kept.interface.link)
        mac = locate(kept.data + bytes(64), 0)[2] if locate else -1
        if mac >= 0:
            found.add(kept.data[mac : mac + 6])
    return found


def scrub_capture(frames: list[Kept], out: Path, replacer: Replacer, names: Pseudonyms) -> None:
    """Write the frames without names, as pcapng; packed with gzip where the file is called so."""
    cleaned = clean_frames(frames, replacer, names)
    with out.open("wb") as file:
        if out.suffix == ".gz":
            with gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as packed:
                _write(packed, frames, cleaned)
        else:
            _write(file, frames, cleaned)


def clean_frames(frames: list[Kept], replacer: Replacer, names: Pseudonyms) -> Iterator[bytes]:
    """The frames one by one, each as long as it was."""
    pieces = [_pieces(kept) for kept in frames]
    streams = {key: replacer(text) for key, text in _joined(pieces, frames).items()}
    for kept, found in zip(frames, pieces, strict=True):
        data = bytearray(replacer(kept.data))
        for piece in found:
            if piece.key in streams:
                data[piece.start : piece.end] = streams[piece.key][piece.place : piece.place + piece.end - piece.start]
        _move(data, kept, names)
        yield bytes(data)


def _check_size(path: Path, size: int) -> None:
    if size > MAX_CAPTURE_BYTES:
        raise ValueError(
            f"{path}: more than {MAX_CAPTURE_BYTES >> 20} MiB of packets: scrub it in parts, with one --key"
        )


def _frames(path: Path, window: Window) -> Iterator[Frame]:
    if not window.need(12):
        raise ValueError(f"{path}: not a packet capture")
    if window.buffer.startswith(PCAPNG):
        return read_pcapng(window, Counter())
    if window.buffer[:4] in PCAP:
        return read_pcap(window)
    raise ValueError(f"{path}: not a packet capture")


def _kept(frame: Frame) -> Kept:
    buffer, start, end, high, low, interface = frame
    ticks = high * interface.weight + low
    moment = ticks * _NANOSECONDS // interface.ticks + interface.offset * _NANOSECONDS
    return Kept(buffer[start:end], moment if 0 <= moment < 1 << 63 else 0, interface)


def _network(kept: Kept) -> tuple[int, int]:
    """EtherType of a frame, and where what follows begins; (0, 0) where the link layer is not known."""
    locate = LINKS.get(kept.interface.link)
    kind, start, _ = locate(kept.data + bytes(64), 0) if locate else (0, 0, 0)
    return (kind, start) if kind in {IPV4, IPV6} and start < len(kept.data) else (0, 0)


def _pieces(kept: Kept) -> list[Piece]:
    kind, start = _network(kept)
    return pieces_of(kept.data, start) if kind else []


def _joined(pieces: list[list[Piece]], frames: list[Kept]) -> dict[tuple[object, ...], bytes]:
    """The bytes of each connection's half and each datagram in fragments; `Piece.place` is counted from its first."""
    groups: dict[tuple[object, ...], list[tuple[Piece, bytes]]] = defaultdict(list)
    for found, kept in zip(pieces, frames, strict=True):
        for piece in found:
            groups[piece.key].append((piece, kept.data[piece.start : piece.end]))
    joined = {}
    for key, members in groups.items():
        origin = members[0][0].place
        for piece, _ in members:  # sequence numbers run in a circle (RFC 9293 section 3.4)
            piece.place = (piece.place - origin + (1 << 31)) % (1 << 32) - (1 << 31)
        for number, near in enumerate(_neighbours(members)):
            least, size = near[0][0].place, max(piece.place + len(data) for piece, data in near) - near[0][0].place
            if len(near) > 1 and size <= MAX_STREAM_BYTES:
                joined[(*key, number)] = _laid(near, (*key, number), least, size)
    return joined


def _neighbours(members: list[tuple[Piece, bytes]]) -> Iterator[list[tuple[Piece, bytes]]]:
    """The pieces by their place, parted at holes: packets are missing there, or another connection begins."""
    near: list[tuple[Piece, bytes]] = []
    end = 0
    for piece, data in sorted(members, key=lambda member: member[0].place):
        if near and piece.place > end:
            yield near
            near = []
        end = max(end, piece.place + len(data)) if near else piece.place + len(data)
        near.append((piece, data))
    yield near


def _laid(members: list[tuple[Piece, bytes]], key: tuple[object, ...], least: int, size: int) -> bytes:
    text = bytearray(size)
    for piece, data in members:
        piece.key, piece.place = key, piece.place - least
        text[piece.place : piece.place + len(data)] = data
    return bytes(text)


def _move(data: bytearray, kept: Kept, names: Pseudonyms) -> None:
    """Put the packet's addresses into the ranges for documentation, and make its checksums true."""
    kind, start = _network(kept)
    if not kind:
        return
    size, first = (4, start + 12) if kind == IPV4 else (16, start + 8)
    for at in (first, first + size):
        old = kept.data[at : at + size]
        if len(old) == size:
            data[at : at + size] = _moved(old, names) or data[at : at + size]
    mend(data, start)


def _moved(packed: bytes, names: Pseudonyms) -> bytes | None:
    address = IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)
    if not address.is_global or address.is_multicast:
        return None
    return (names.address4(address) if isinstance(address, IPv4Address) else names.address6(address)).packed


def _write(out: BinaryIO | gzip.GzipFile, frames: list[Kept], cleaned: Iterable[bytes]) -> None:
    out.write(_block(_SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
    numbers: dict[tuple[int, str | None], int] = {}
    for kept, data in zip(frames, cleaned, strict=True):
        place = (kept.interface.link, kept.interface.name)
        if place not in numbers:
            numbers[place] = len(numbers)
            out.write(_block(_DESCRIPTION, _description(len(numbers), kept.interface)))
        head = struct.pack(
            "<IIIII", numbers[place], kept.nanoseconds >> 32, kept.nanoseconds & 0xFFFFFFFF, len(data), len(data)
        )
        out.write(_block(_PACKET, head + data))


def _description(number: int, interface: Interface) -> bytes:
    """An interface under a plain name, with times in nanoseconds."""
    name = f"if{number}".encode() if interface.name else b""
    options = struct.pack("<HHB3x", 9, 1, 9)
    if name:
        options += struct.pack("<HH", 2, len(name)) + name + bytes(-len(name) % 4)
    return struct.pack("<HHI", interface.link, 0, _MOST_KEPT) + options + bytes(4)


def _block(kind: int, body: bytes) -> bytes:
    padded = body + bytes(-len(body) % 4)
    size = struct.pack("<I", len(padded) + 12)
    return struct.pack("<I", kind) + size + padded + size
