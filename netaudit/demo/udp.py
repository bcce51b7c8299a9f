"""UDP services of emulated devices: datagrams that are answered when they ask the right thing, by unicast or multicast."""

import socket
import struct
import time
from collections.abc import Iterator

from netaudit.demo.content import build_datagram
from netaudit.demo.device import Datagram, UdpService
from netaudit.demo.framing import fits
from netaudit.demo.loop import READ, Loop
from netaudit.demo.played import PlayedDevice, Seen

BIGGEST = 65535


def open_port(port: int, groups: tuple[str, ...], played: PlayedDevice) -> socket.socket:
    """A socket on a port of the device, in its multicast groups where it has an interface."""
    interface = played.placement.interface
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setblocking(False)
    try:
        # A socket bound to an address hears neither groups nor broadcasts.
        sock.bind(("" if interface else played.address, port))
        if interface:
            _join(sock, groups, socket.if_nametoindex(interface))
    except OSError:
        sock.close()
        raise
    return sock


def _join(sock: socket.socket, groups: tuple[str, ...], index: int) -> None:
    everywhere = socket.inet_aton("0.0.0.0")  # noqa: S104  # struct ip_mreqn: the index says where
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("=4s4si", everywhere, everywhere, index))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    for group in groups:
        request = struct.pack("=4s4si", socket.inet_aton(group), everywhere, index)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)


class Responder:
    """Answers what comes in at one UDP port."""

    def __init__(
        self,
        loop: Loop,
        service: UdpService,
        played: PlayedDevice,
        sock: socket.socket,
        senders: dict[int | None, socket.socket],
    ) -> None:
        self._loop, self._service, self._played, self._sock = loop, service, played, sock
        self._senders = senders  # by the source port that an answer wants; None: the port that was asked
        loop.watch(sock, READ, self._on_ready)

    def close(self) -> None:
        """Answer no more."""
        self._loop.forget(self._sock)
        for sock in self._senders.values():
            sock.close()

    def _on_ready(self, _events: int) -> None:
        for payload, peer in _received(self._sock):
            self._played.seen.append(
                Seen(at=time.time(), transport="udp", port=self._service.port, peer=peer, payload=payload)
            )
            for answer in self._service.answer:
                if _is_meant(answer, payload):
                    self._answer(answer, payload, peer)

    def _answer(self, answer: Datagram, request: bytes, peer: tuple[str, int]) -> None:
        payload = build_datagram(answer, self._played.situation(request))
        destinations = self._destinations(answer, peer)
        self._loop.later(answer.delay_ms / 1000, lambda: self._send(answer.from_port, payload, destinations))

    def _destinations(self, answer: Datagram, peer: tuple[str, int]) -> tuple[tuple[str, int], ...]:
        port = self._service.port
        wants_group = answer.to == "group" or (answer.to == "as-asked" and peer[1] == port)
        if wants_group and self._played.placement.interface:
            return tuple((group, port) for group in self._service.groups)
        return (peer,)

    def _send(self, from_port: int | None, payload: bytes, destinations: tuple[tuple[str, int], ...]) -> None:
        for destination in destinations:
            try:
                self._senders[from_port].sendto(payload, destination)
            except OSError:  # no way back to who asked: the answer is lost, as on a real network
                continue


def _is_meant(answer: Datagram, payload: bytes) -> bool:
    """Whether this answers that: an mDNS response never does, or two responders would answer each other for ever."""
    is_response = payload[2:3] >= b"\x80"  # RFC 6762 section 18.2
    return fits(answer.when, payload) and not (answer.records and is_response)


def _received(sock: socket.socket) -> Iterator[tuple[bytes, tuple[str, int]]]:
    while True:
        try:
            yield sock.recvfrom(BIGGEST)
        except BlockingIOError:
            return
        except ConnectionRefusedError:  # an earlier answer found nobody
            continue
