"""A switch in user space: one segment with thousands of devices, each with a hardware address of its own.

Stations (the scanner, a router) hang on it by tap interfaces. The devices' IP packets come and go by one tun interface
of a namespace that owns all their addresses; the switch gives each its hardware address, answers ARP for it (RFC 826),
keeps packets from devices that do not listen, and loses what the link is to lose. What stations send is recorded
before anything is lost: it is what a witness would have seen (linux/if_tun.h).
"""

import fcntl
import os
import random
import socket
import struct
import time
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Network

from support.namespaces import inside, ip

from netaudit.demo.loop import READ, Loop

TUNSETIFF = 0x400454CA
TUN, TAP, NO_PI = 0x0001, 0x0002, 0x1000
LARGEST = 2048
AT_ONCE = 64  # frames of one interface, until the others have their turn
QUEUE = 20_000  # frames: what is lost is lost by the link, not by a short queue
BROADCAST = b"\xff" * 6
RST = 0x04  # of TCP's flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """How a device takes part in its segment."""

    mac: bytes
    silent: bool = False  # answers ARP, and nothing else
    firewalled: frozenset[int] | None = None  # the TCP ports that are open, where others are dropped; None: refused
    delay_s: float = 0.0  # that everything it says takes
    asleep_s: float = 0.0  # that the first packet after a second without any waits until it wakes


@dataclass(slots=True)
class Station:
    """Somebody with a kernel of his own on the segment."""

    descriptor: int
    mac: bytes
    address: bytes
    loss: float = 0.0  # of the frames in each direction
    sent: list[tuple[float, bytes]] | None = None  # every frame that it sent, with the time, where it is watched
    routes: bool = False  # a tun interface: packets without frames, and no ARP
    resets: list[tuple[float, bytes]] = field(default_factory=list)  # what reached it of TCP resets, where it is


@dataclass(slots=True)
class Segment:
    """One broadcast domain."""

    loop: Loop
    namespace: str  # of its devices
    network: IPv4Network
    tun: str
    dice: random.Random
    residents: dict[bytes, Resident] = field(default_factory=dict)  # by IPv4 address
    claims: dict[bytes, list[bytes]] = field(default_factory=dict)  # ARP answers beside the residents' own
    proxy: bytes | None = None  # answers ARP for every address
    stations: dict[bytes, Station] = field(default_factory=dict)  # by hardware address
    gateway: bytes | None = None  # the station that devices send foreign packets to
    descriptor: int = -1
    lost: int = 0
    awake_at: dict[bytes, float] = field(default_factory=dict)  # when who sleeps now and then wakes, or woke
    asked_at: dict[bytes, float] = field(default_factory=dict)  # when he was last sent something

    def open(self) -> None:
        """Make the devices' interface; their addresses are added by `settle`."""
        with inside(self.namespace):
            self.descriptor = open_tun(self.tun, TUN)
        broadcast = self.network.broadcast_address
        ip(
            "link set lo up", f"link set {self.tun} txqueuelen {QUEUE} up", f"route add default dev {self.tun}",
            f"route add broadcast {broadcast} dev {self.tun} table local", inside=self.namespace,
        )  # fmt: skip
        self.loop.watch(_File(self.descriptor), READ, self._from_devices)

    def close(self) -> None:
        """Take all interfaces away."""
        for descriptor in (self.descriptor, *(s.descriptor for s in self.stations.values())):
            self.loop.forget(_File(descriptor))
            os.close(descriptor)

    def settle(self, residents: dict[str, Resident]) -> None:
        """Devices move in: the namespace takes their addresses for its own."""
        self.residents |= {socket.inet_aton(address): resident for address, resident in residents.items()}
        ip(*(f"route add local {address} dev lo" for address in residents), inside=self.namespace)

    def attach(
        self, namespace: str, interface: str, address: str, mac: str, *, loss: float = 0.0, routes: bool = False
    ) -> Station:
        """Put a station on the segment: a tap interface of its namespace.

        routes: a tun instead. All namespaces share one table of neighbours, and a router's would crowd out the scanner's.
        """
        with inside(namespace):
            descriptor = open_tun(interface, TUN if routes else TAP)
        hardware = "" if routes else f"address {mac}"
        ip(
            "link set lo up", f"link set {interface} {hardware} txqueuelen {QUEUE} up",
            f"address add {address}/{self.network.prefixlen} brd + dev {interface}", inside=namespace,
        )  # fmt: skip
        station = Station(
            descriptor, bytes.fromhex(mac.replace(":", "")), socket.inet_aton(address), loss, None, routes
        )
        self.stations[station.mac] = station
        self.loop.watch(_File(descriptor), READ, lambda _: self._from_station(station))
        return station

    def _from_station(self, station: Station) -> None:
        for data in _waiting(station.descriptor):
            frame = self._framed(data, station) if station.routes else data
            if station.sent is not None:
                station.sent.append((time.monotonic(), frame))
            if not self._loses(station):
                self._carry(frame, station)

    def _framed(self, packet: bytes, station: Station) -> bytes:
        resident = self.residents.get(packet[16:20])
        return (resident.mac if resident else bytes(6)) + station.mac + b"\x08\x00" + packet

    def _carry(self, frame: bytes, station: Station) -> None:
        target = self.stations.get(frame[:6])
        if target:
            self._to_station(target, frame)
            return
        if frame[0] & 1:
            for other in self.stations.values():
                if other is not station:
                    self._to_station(other, frame)
        kind = frame[12:14]
        if kind == b"\x08\x06" and frame[20:22] == b"\x00\x01":
            self._answer_arp(frame, station)
        elif kind == b"\x08\x00" and (frame[0] & 1 or self._takes(frame)):
            self.loop.later(self._sleeps_s(frame), lambda: _write(self.descriptor, frame[14:]))

    def _sleeps_s(self, frame: bytes) -> float:
        """How long a packet has to wait until the device that it is for is awake."""
        resident, address, now = self.residents.get(frame[30:34]), frame[30:34], time.monotonic()
        if resident is None or not resident.asleep_s:
            return 0.0
        if now > self.asked_at.get(address, 0.0) + 1.0:
            self.awake_at[address] = now + resident.asleep_s
        self.asked_at[address] = now
        return max(0.0, self.awake_at[address] - now)

    def _answer_arp(self, frame: bytes, station: Station) -> None:
        target = frame[38:42]
        resident = self.residents.get(target)
        macs = [*([resident.mac] if resident else ()), *self.claims.get(target, ())]
        if self.proxy and target not in {s.address for s in self.stations.values()}:
            macs.append(self.proxy)
        for mac in macs:
            answer = station.mac + mac + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02" + mac + target + frame[22:32]
            self._to_station(station, answer.ljust(60, b"\0"))

    def _takes(self, frame: bytes) -> bool:
        """Whether the device that a packet is for takes it in."""
        resident = self.residents.get(frame[30:34])
        if resident is None or resident.mac != frame[:6] or resident.silent:
            return False
        if resident.firewalled is None or frame[23] != socket.IPPROTO_TCP:
            return True
        port = struct.unpack_from("!H", frame, 14 + (frame[14] & 15) * 4 + 2)[0]
        return port in resident.firewalled

    def _from_devices(self, _events: int) -> None:
        for packet in _waiting(self.descriptor):
            resident = self.residents.get(packet[12:16])
            if resident is None or resident.silent or packet[0] >> 4 != 4:
                continue
            for target, mac in self._targets(packet[16:20]):
                frame = mac + resident.mac + b"\x08\x00" + packet
                self.loop.later(resident.delay_s, partial(self._to_station, target, frame))

    def _targets(self, destination: bytes) -> list[tuple[Station, bytes]]:
        if 224 <= destination[0] < 240:
            mac = b"\x01\x00\x5e" + bytes([destination[1] & 0x7F]) + destination[2:]
            return [(station, mac) for station in self.stations.values()]
        if destination in {b"\xff" * 4, self.network.broadcast_address.packed}:
            return [(station, BROADCAST) for station in self.stations.values()]
        near = next((s for s in self.stations.values() if s.address == destination), None)
        target = near or self.stations.get(self.gateway or b"")
        return [(target, target.mac)] if target else []

    def _to_station(self, station: Station, frame: bytes) -> None:
        if self._loses(station):
            return
        if station.routes:
            if frame[12:14] == b"\x08\x00":
                _write(station.descriptor, frame[14:])
            return
        if station.sent is not None and frame[23] == socket.IPPROTO_TCP and frame[14 + (frame[14] & 15) * 4 + 13] & RST:
            station.resets.append((time.monotonic(), frame))
        _write(station.descriptor, frame)

    def _loses(self, station: Station) -> bool:
        if station.loss and self.dice.random() < station.loss:
            self.lost += 1
            return True
        return False


def open_tun(name: str, kind: int) -> int:
    """A tun or tap interface in this thread's namespace; the descriptor is its other end."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), kind | NO_PI))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


@dataclass(frozen=True, slots=True)
class _File:
    """A descriptor as the loop knows sockets."""

    descriptor: int

    def fileno(self) -> int:
        return self.descriptor


def _waiting(descriptor: int) -> list[bytes]:
    frames: list[bytes] = []
    try:
        while len(frames) < AT_ONCE:
            frames.append(os.read(descriptor, LARGEST))
    except BlockingIOError:
        pass
    return frames


def _write(descriptor: int, data: bytes) -> None:
    try:
        os.write(descriptor, data)
    except OSError:  # the interface is down, or full: lost, as on a wire
        return
