"""A crowd: thousands of emulated devices, played in one namespace that owns all their addresses.

TCP services have a socket each, as in the demo. A UDP port has one socket for all: what comes for a group is for every
device that has joined it, what comes for an address is for that device; answers leave from the device's own address
(IP_PKTINFO, ip(7)).
"""

import resource
import socket
import struct
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache

from support.namespaces import inside
from support.wiring import Segment

from netaudit.demo import EmulatedDevice, PlayedDevice
from netaudit.demo.certificates import make_key, server_context
from netaudit.demo.content import build_datagram
from netaudit.demo.device import Datagram, UdpService
from netaudit.demo.framing import fits
from netaudit.demo.loop import READ
from netaudit.demo.place import Placement
from netaudit.demo.tcp import Listener, listen
from netaudit.demo.udp import BIGGEST

IP_PKTINFO = 8
SO_RCVBUFFORCE, SO_SNDBUFFORCE = 33, 32
BUFFER_BYTES = 32 * 1024 * 1024
LIMITED = "255.255.255.255"

Asked = tuple[bytes, tuple[str, int]]  # a request, and who sent it


class Crowd:
    """The devices of a segment while they are played; a stack closes them."""

    def __init__(self, segment: Segment, spread_s: float, within: int) -> None:
        self.segment = segment
        self.within = within  # the number of its addresses among which devices live
        self.spread_s = spread_s  # a device may wait so long before it answers by UDP, beside its own delay
        self.devices: dict[str, PlayedDevice] = {}  # by address
        self.answers = 0  # datagrams sent
        self.repeats: dict[str, int] = {}  # how often a device that floods sends each answer, by address
        self._by_port: dict[int, list[tuple[PlayedDevice, UdpService]]] = defaultdict(list)

    def play(self, placed: Iterable[tuple[str, EmulatedDevice]], stack: ExitStack) -> None:
        """Open all sockets; the segment's loop serves them."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        key_of = cache(make_key)
        contexts = {}
        with inside(self.segment.namespace):
            for address, device in placed:
                played = PlayedDevice(device=device, placement=Placement(address=address))
                self.devices[address] = played
                for service in device.udp:
                    self._by_port[service.port].append((played, service))
                for tcp in device.tcp:
                    if tcp.tls and tcp.tls not in contexts:  # makers ship one certificate to many devices
                        contexts[tcp.tls] = server_context(tcp.tls, key_of(tcp.tls.key_bits), played.situation(b""))
                    context = contexts[tcp.tls] if tcp.tls else None
                    stack.callback(Listener(self.segment.loop, tcp, played, listen(tcp, played), context).close)
            for port in self._by_port:
                stack.callback(self._open(port).close)

    def replace(self, address: str, device: EmulatedDevice) -> None:
        """Let another device answer by UDP at an address; to be called before the segment carries anything."""
        played = PlayedDevice(device=device, placement=Placement(address=address))
        for number, services in self._by_port.items():
            own = [service for service in device.udp if service.port == number]
            services[:] = [pair for pair in services if pair[0].address != address] + [(played, s) for s in own]

    def _open(self, port: int) -> socket.socket:
        services = self._by_port[port]
        opened = _Port(
            self, port, _socket(self.segment.tun, port, {g for _, service in services for g in service.groups})
        )
        self.segment.loop.watch(opened.sock, READ, lambda _: opened.on_ready(services))
        return opened.sock


@dataclass(frozen=True, slots=True)
class _Port:
    """One UDP port of all devices that have it."""

    crowd: Crowd
    number: int
    sock: socket.socket

    def on_ready(self, services: list[tuple[PlayedDevice, UdpService]]) -> None:
        """Take what has come, and let those answer for whom it was."""
        while True:
            try:
                payload, ancillary, _, peer = self.sock.recvmsg(BIGGEST, 64)
            except (BlockingIOError, ConnectionRefusedError):
                return
            destination = socket.inet_ntoa(ancillary[0][2][8:12])
            to_all = {LIMITED, str(self.crowd.segment.network.broadcast_address)}
            for played, service in services:
                if destination in {played.address, *service.groups} | to_all:
                    for answer in service.answer:
                        if fits(answer.when, payload):
                            self._answer(played, service, answer, (payload, peer))

    def _answer(self, played: PlayedDevice, service: UdpService, answer: Datagram, asked: Asked) -> None:
        request, peer = asked
        payload = build_datagram(answer, played.situation(request))
        wants_group = answer.to == "group" or (answer.to == "as-asked" and peer[1] == self.number)
        to = (service.groups[0], self.number) if wants_group else peer
        segment = self.crowd.segment
        delay_s = answer.delay_ms / 1000 + segment.dice.random() * self.crowd.spread_s
        segment.loop.later(delay_s, lambda: self._send(payload, socket.inet_aton(played.address), to))

    def _send(self, payload: bytes, source: bytes, to: tuple[str, int]) -> None:
        info = struct.pack("=I4s4s", 0, source, bytes(4))
        for _ in range(self.crowd.repeats.get(socket.inet_ntoa(source), 1)):
            self.crowd.answers += 1
            self.sock.sendmsg([payload], [(socket.IPPROTO_IP, IP_PKTINFO, info)], 0, to)


def _socket(interface: str, port: int, groups: set[str]) -> socket.socket:
    index = socket.if_nametoindex(interface)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    for option in (SO_RCVBUFFORCE, SO_SNDBUFFORCE):
        sock.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("=4s4si", bytes(4), bytes(4), index))
    sock.bind(("", port))
    for group in groups:
        request = struct.pack("=4s4si", socket.inet_aton(group), bytes(4), index)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
    return sock
