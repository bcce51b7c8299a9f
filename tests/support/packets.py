"""Packets and capture files, built byte by byte. Checksums are left zero where no reader looks at them."""

import socket
import struct

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
CAMERA_MAC, CLIENT_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
CAMERA, CLIENT = "192.0.2.10", "192.0.2.20"


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ethernet(kind, body, source=CAMERA_MAC, target=CLIENT_MAC):
    return mac(target) + mac(source) + struct.pack(">H", kind) + body


def vlan(frame, tag=7, kind=0x8100):
    return frame[:12] + struct.pack(">HH", kind, tag) + frame[12:]


def arp(sender=CAMERA, target=CLIENT, sender_mac=CAMERA_MAC, operation=2):
    head = struct.pack(">HHBBH", 1, 0x0800, 6, 4, operation)
    return head + mac(sender_mac) + socket.inet_aton(sender) + mac(CLIENT_MAC) + socket.inet_aton(target)


def ipv4(protocol, body, source=CAMERA, target=CLIENT, *, number=1, fragment=0, options=b""):
    head = 0x45 + len(options) // 4
    size = 20 + len(options) + len(body)
    fixed = struct.pack(">BBHHHBBH", head, 0, size, number, fragment, 64, protocol, 0)
    return fixed + socket.inet_aton(source) + socket.inet_aton(target) + options + body


def ipv6(protocol, body, source="2001:db8::10", target="2001:db8::20"):
    head = struct.pack(">IHBB", 6 << 28, len(body), protocol, 64)
    return head + socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target) + body


def udp(source, target, payload):
    return struct.pack(">HHHH", source, target, 8 + len(payload), 0) + payload


def tcp(source, target, sequence=0, acknowledged=0, flags=ACK, payload=b""):
    head = struct.pack(">HHIIBBHHH", source, target, sequence % 2**32, acknowledged % 2**32, 0x50, flags, 8192, 0, 0)
    return head + payload


def udp_frame(source, target, payload, **addresses):
    return ethernet(0x0800, ipv4(17, udp(source, target, payload), **addresses))


def fragments(datagram, size, number=1):
    """The frames of a UDP datagram in pieces of this size, a multiple of eight."""
    for at in range(0, len(datagram), size):
        more = 0x2000 if at + size < len(datagram) else 0
        yield ethernet(0x0800, ipv4(17, datagram[at : at + size], number=number, fragment=more | at // 8))


def pcap_file(frames, byteorder="<", *, nanosecond=False, linktype=1, snaplen=262144, modified=False):
    """A pcap file; frames come one second apart, and are cut at the snap length."""
    magic = 0xA1B2CD34 if modified else 0xA1B23C4D if nanosecond else 0xA1B2C3D4
    parts = [struct.pack(byteorder + "IHHiIII", magic, 2, 4, 0, 0, snaplen, linktype)]
    fraction = 500_000_000 if nanosecond else 500_000
    for number, frame in enumerate(frames):
        kept = frame[:snaplen]
        parts.append(struct.pack(byteorder + "IIII", 1_700_000_000 + number, fraction, len(kept), len(frame)))
        parts += [bytes(8)] * modified + [kept]
    return b"".join(parts)


def block(kind, body, byteorder="<"):
    size = 12 + len(body) + -len(body) % 4
    return struct.pack(byteorder + "II", kind, size) + body + bytes(-len(body) % 4) + struct.pack(byteorder + "I", size)


def option(code, value, byteorder="<"):
    return struct.pack(byteorder + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(byteorder="<"):
    return block(0x0A0D0D0A, struct.pack(byteorder + "IHHq", 0x1A2B3C4D, 1, 0, -1), byteorder)


def interface(linktype=1, snaplen=0, options=b"", byteorder="<"):
    return block(1, struct.pack(byteorder + "HHI", linktype, 0, snaplen) + options, byteorder)


def packet(frame, ticks=1_700_000_000_500_000, number=0, byteorder="<"):
    head = struct.pack(byteorder + "IIIII", number, ticks >> 32, ticks % 2**32, len(frame), len(frame))
    return block(6, head + frame, byteorder)


def pcapng_file(frames, byteorder="<", linktype=1, options=b""):
    """A pcapng file of one section and one interface; frames come one second apart, in microseconds."""
    parts = [section(byteorder), interface(linktype, options=options, byteorder=byteorder)]
    parts += [packet(f, 1_700_000_000_500_000 + i * 10**6, byteorder=byteorder) for i, f in enumerate(frames)]
    return b"".join(parts)
