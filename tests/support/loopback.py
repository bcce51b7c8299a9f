"""A corner of loopback for this test process alone, so that test runs side by side do not meet; and plain requests."""

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from netaudit.demo import EmulatedDevice, Placement, loopback_place

CORNER = f"127.{100 + os.getpid() // 250 % 100}.{os.getpid() % 250}"
PATIENCE_S = 5.0
SOON_S = 1.0  # ten times as long as the slowest of them takes


def corner_place(device: EmulatedDevice) -> Placement:
    """As loopback_place, in the corner of this process."""
    return replace(loopback_place(device), address=f"{CORNER}.{device.host}")


@contextmanager
def quick_answers() -> Iterator[None]:
    """Devices of loopback answer at once: scans in this process do not wait as long for them as for those of a network."""
    with pytest.MonkeyPatch.context() as patch:
        for channel in ("dhip", "mdns", "sadp", "ssdp", "wsd"):
            patch.setattr(f"netaudit.discovery.{channel}._LISTEN_S", SOON_S)
        yield


@contextmanager
def kept_port() -> Iterator[int]:
    """A port of 127.0.0.1 on which nobody listens, and that the system gives to nobody meanwhile.

    A server that says SO_REUSEADDR, as most do, can still have it (socket(7)).
    """
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]


def ask_tcp(address: str, port: int, request: bytes, tls: ssl.SSLContext | None = None, limit: int = 1 << 20) -> bytes:
    """What a service sends for one request until it hangs up, or until the limit."""
    with socket.create_connection((address, port), PATIENCE_S) as plain:
        sock = tls.wrap_socket(plain) if tls else plain
        sock.sendall(request)
        received = b""
        while len(received) < limit and (more := sock.recv(65536)):
            received += more
        if tls:
            sock.close()
    return received


def ask_udp(address: str, port: int, request: bytes, answers: int = 1) -> list[tuple[bytes, tuple[str, int]]]:
    """So many datagrams that answer a request, with their senders; TimeoutError where there are fewer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE_S)
        sock.sendto(request, (address, port))
        return [sock.recvfrom(65535) for _ in range(answers)]
