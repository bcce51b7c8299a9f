"""Many frames that differ in a few bytes, given to the kernel in one call: sendmmsg(2), which Python does not export.

A call for each frame takes longer than the frame, and whoever else has work in this process must wait meanwhile. Where
there is no such call, or the link is no socket of the system, frames are sent one after the other.

What is going to leave in one call is told by the audit event "netaudit.wire.burst" (PEP 578), as no socket's method
that could be watched is called.
"""

import ctypes
import os
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol

MOST = 512  # frames in one call: beyond, nothing is gained, and a stopped run has to wait for it


class Sender(Protocol):
    """What frames are sent through."""

    def send(self, frame: bytes | bytearray, /) -> object: ...


class _Piece(ctypes.Structure):
    """struct iovec."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Message(ctypes.Structure):
    """struct msghdr."""

    _fields_ = (
        ("name", ctypes.c_void_p), ("name_length", ctypes.c_uint32), ("pieces", ctypes.POINTER(_Piece)),
        ("pieces_count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )  # fmt: skip


class _Posted(ctypes.Structure):
    """struct mmsghdr."""

    _fields_ = (("message", _Message), ("sent", ctypes.c_uint))


class Burst:
    """A frame that is sent many times, each time with other bytes at one place."""

    def __init__(self, link: Sender, frame: bytes | bytearray, place: int) -> None:
        self._link, self._size, self._place = link, len(frame), place
        self._memory = ctypes.create_string_buffer(bytes(frame) * MOST, len(frame) * MOST)
        self._frames = memoryview(self._memory).cast("B")
        self._call = _sendmmsg() if isinstance(link, socket.socket) else None
        self._posted = _post(ctypes.addressof(self._memory), self._size) if self._call else None

    def send(self, fillings: Sequence[bytes]) -> int:
        """Send the frame with each of these, MOST at once; how many of them, from the first on, were sent.

        OSError where not even the first one was.
        """
        count = min(len(fillings), MOST)
        frames, size = self._frames, self._size
        for place, filling in zip(range(self._place, count * size, size), fillings, strict=False):
            frames[place : place + len(filling)] = filling
        return self._send_at_once(count) if self._call else self._send_each(count)

    def _send_at_once(self, count: int) -> int:
        assert self._call is not None  # noqa: S101
        assert isinstance(self._link, socket.socket)  # noqa: S101
        sys.audit("netaudit.wire.burst", bytes(self._frames[: count * self._size]), self._size)
        sent = int(self._call(self._link.fileno(), self._posted, count, 0))
        if sent < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return sent

    def _send_each(self, count: int) -> int:
        for number in range(count):
            try:
                self._link.send(bytes(self._frames[number * self._size : (number + 1) * self._size]))
            except OSError:
                if not number:
                    raise
                return number
        return count


def _post(start: int, size: int) -> "ctypes.Array[_Posted]":
    """A message for each frame in the memory that starts here."""
    posted = (_Posted * MOST)()
    for number, one in enumerate(posted):
        one.message.pieces = ctypes.pointer(_Piece(start + number * size, size))
        one.message.pieces_count = 1
    return posted


def _sendmmsg() -> Callable[..., Any] | None:
    """The system's call; None where it has none."""
    if sys.platform != "linux":
        return None
    call: Callable[..., Any] | None = getattr(ctypes.CDLL(None, use_errno=True), "sendmmsg", None)
    return call
