"""Turns the shortcuts of an interface off, so that captured frames are what a real wire would carry.

Without this, checksums are left to a card that is not there, and segments are longer than any frame. The ioctl and its
commands: linux/sockios.h, linux/ethtool.h.
"""

import ctypes
import fcntl
import socket
import struct

SIOCETHTOOL = 0x8946
SET_TX_CHECKSUM, SET_SEGMENTATION_TCP, SET_SEGMENTATION = 0x17, 0x1F, 0x24


def no_offload(interface: str) -> None:
    """Have the kernel do checksums and segments of an interface of this thread's namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for command in (SET_SEGMENTATION_TCP, SET_SEGMENTATION, SET_TX_CHECKSUM):
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            request = struct.pack("16sP", interface.encode(), ctypes.addressof(value)).ljust(40, b"\0")
            fcntl.ioctl(sock, SIOCETHTOOL, request)
