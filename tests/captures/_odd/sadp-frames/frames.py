"""Sends one raw SADP frame (EtherType 0x8033) from eth0 of a namespace; layout as in docs/protocols.md.

frames.py inquiry ADDRESS, or frames.py reply ADDRESS SERIAL FIRMWARE
"""

import socket
import struct
import sys
import time

TYPE, BROADCAST = b"\x80\x33", b"\xff" * 6
INQUIRY, REPLY = 3, 4
DSP, BOOT = b"V7.3 build 170206", b"2026-11-02 08:14:55"


def checksum(frame):
    total = sum(struct.unpack(f"<{len(frame) // 2}H", frame))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack(">H", ~total & 0xFFFF)


def build(opcode, mac, address, payload, mask=b"\0" * 4):
    size = 38 + len(payload)
    head = struct.pack(">BBBBIHBB", 0x21, 2, 1, size, 1, 0x0604, opcode, 0)
    tail = mac + socket.inet_aton(address) + BROADCAST + b"\0" * 4 + mask + payload
    return head + checksum(head + b"\0\0" + tail) + tail


def main(kind, address, serial="", firmware=""):
    time.sleep(1 if kind == "inquiry" else 2)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(("eth0", 0))
        mac = sock.getsockname()[4]
        if kind == "inquiry":
            body = build(INQUIRY, mac, address, bytes(28))
        else:
            strings = (serial.encode(), 25616, 8000, 1, 0, firmware.encode(), DSP, BOOT)
            body = build(REPLY, mac, address, struct.pack(">48s4I48s48s48s", *strings), b"\xff\xff\xff\0")
        sock.send(BROADCAST + mac + TYPE + body)


main(*sys.argv[1:])
