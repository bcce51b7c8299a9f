"""One capture in other forms: what a recorded wire says must not depend on how the file writes it down.

Formats as in tests/support/packets.py. Checksums of packets that are taken apart are left as they were.
"""

import gzip
import struct

from support.packets import block, interface, section, vlan

ETHERNET, SLL, SLL2 = 1, 113, 276
PIECE = 256  # bytes of an IPv4 fragment's payload, a multiple of eight
UDP, TCP = 17, 6


def read_frames(path):
    """(seconds, microseconds, frame) of a capture as `support.sniffer` writes it, packed with gzip or not."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    frames, at = [], 24
    while at < len(data):
        seconds, micros, size = struct.unpack_from("<III", data, at)
        frames.append((seconds, micros, data[at + 16 : at + 16 + size]))
        at += 16 + size
    return frames


def pcap(frames, order="<", nano=False, link=ETHERNET):
    head = struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    scale = 1000 if nano else 1
    return head + b"".join(struct.pack(order + "IIII", s, us * scale, len(f), len(f)) + f for s, us, f in frames)


def pcapng(frames, links=(ETHERNET,), order="<"):
    """The frames in turn on as many interfaces as there are link types, each in its own form."""
    parts = [section(order), *(interface(link, byteorder=order) for link in links)]
    for count, (seconds, micros, frame) in enumerate(frames):
        number, ticks = count % len(links), seconds * 10**6 + micros
        kept = IN_FORM[links[number]](frame)
        head = struct.pack(order + "IIIII", number, ticks >> 32, ticks % 2**32, len(kept), len(kept))
        parts.append(block(6, head + kept, order))
    return b"".join(parts)


def cooked(frame):
    """LINKTYPE_LINUX_SLL: packet type, ARPHRD_ETHER, address length, address, protocol."""
    return struct.pack(">HHH", 0, 1, 6) + frame[6:12] + b"\0\0" + frame[12:]


def cooked_v2(frame):
    """LINKTYPE_LINUX_SLL2: protocol, interface, ARPHRD_ETHER, packet type, address length, address."""
    return frame[12:14] + b"\0\0" + struct.pack(">IHBB", 2, 1, 0, 6) + frame[6:12] + b"\0\0" + frame[14:]


IN_FORM = {ETHERNET: lambda frame: frame, SLL: cooked, SLL2: cooked_v2}


def each(frames, change):
    return [(seconds, micros, change(frame)) for seconds, micros, frame in frames]


def tagged_twice(frame):
    return vlan(vlan(frame, 20), 7, 0x88A8)


def fragmented(frames):
    """UDP datagrams in small pieces, the last piece first."""
    return [(s, us, piece) for s, us, frame in frames for piece in _pieces(frame)]


def _pieces(frame):
    is_whole_udp = (
        frame[12:14] == b"\x08\x00" and frame[23] == UDP and not struct.unpack(">H", frame[20:22])[0] & 0x3FFF
    )
    if not is_whole_udp:
        return [frame]
    size = struct.unpack(">H", frame[16:18])[0] - 20
    body = frame[34 : 34 + size]
    places = range(0, size, PIECE)
    return [_fragment(frame, body[at : at + PIECE], at, more=at + PIECE < size) for at in reversed(places)]


def _fragment(frame, piece, at, *, more):
    fields = struct.pack(">H", 20 + len(piece)) + frame[18:20] + struct.pack(">H", more << 13 | at // 8)
    return frame[:16] + fields + frame[22:34] + piece


def reordered(frames):
    """Each TCP segment with data in two halves, the second first, and once more as a whole, later.

    Where another segment of that direction follows at once, the first half comes behind that one.
    """
    timed = []
    for number, (seconds, micros, frame) in enumerate(frames):
        start = _data_at(frame)
        middle = (start + len(frame)) // 2
        if not 0 < start < middle:
            timed.append((number, (seconds, micros, frame)))
            continue
        following = frames[number + 1][2] if number + 1 < len(frames) else b""
        delay = 1.5 if following[26:38] == frame[26:38] and _data_at(following) else 0
        halves = _segment(frame, start, middle, len(frame)), _segment(frame, start, start, middle)
        for late, part in zip((0, delay, 9), (*halves, frame), strict=True):
            timed.append((number + late, (seconds, micros, part)))
    return [entry for _, entry in sorted(timed, key=lambda item: item[0])]


def _data_at(frame):
    """Where the data of a TCP segment begins; 0 where there is no segment, or one that opens or ends something."""
    if frame[12:14] != b"\x08\x00" or frame[23] != TCP or frame[47] & 0x07:
        return 0
    return 34 + (frame[46] >> 4) * 4


def _segment(frame, start, first, end):
    """The part of a segment's data from `first` to `end`."""
    sequence = (struct.unpack(">I", frame[38:42])[0] + first - start) % 2**32
    length = struct.pack(">H", start - 14 + end - first)
    return frame[:16] + length + frame[18:38] + struct.pack(">I", sequence) + frame[42:start] + frame[first:end]
