"""Plays emulated devices: one thread, one loop, all their sockets. Nothing is sent but answers to requests."""

import socket
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from netaudit.demo.certificates import make_key, server_context
from netaudit.demo.device import EmulatedDevice, TcpService, UdpService
from netaudit.demo.loop import Loop
from netaudit.demo.place import EmulationError, Placement
from netaudit.demo.played import PlayedDevice
from netaudit.demo.tcp import Listener, listen
from netaudit.demo.udp import Responder, open_port


@dataclass(frozen=True, slots=True)
class Emulation:
    """The devices of a network while they are played. What they have seen is complete when the emulation has ended."""

    devices: tuple[PlayedDevice, ...]

    def __getitem__(self, name: str) -> PlayedDevice:
        return next(played for played in self.devices if played.device.name == name)

    @property
    def tcp_ports(self) -> tuple[int, ...]:
        """Every TCP port that is open somewhere."""
        ports = {played.placement.port(service.port) for played in self.devices for service in played.device.tcp}
        return tuple(sorted(ports))


@contextmanager
def emulate(devices: Iterable[EmulatedDevice], place: Callable[[EmulatedDevice], Placement]) -> Iterator[Emulation]:
    """Play devices at the places that are given for them, until the context ends; EmulationError where that fails."""
    with ExitStack() as stack:
        loop = Loop()
        stack.callback(loop.close)
        key_of = cache(make_key)  # one key for each size
        emulation = Emulation(tuple(PlayedDevice(device=device, placement=place(device)) for device in devices))
        for played in emulation.devices:
            _open(played, loop, key_of, stack)
        thread = stack.enter_context(ThreadPoolExecutor(max_workers=1, thread_name_prefix="emulation"))
        ended = thread.submit(loop.run)
        try:
            yield emulation
        finally:
            loop.stop()
            ended.result()  # an emulation that has failed must not go unnoticed


def _open(played: PlayedDevice, loop: Loop, key_of: Callable[[int], RSAPrivateKey], stack: ExitStack) -> None:
    with played.placement.enter():
        for udp in played.device.udp:
            stack.callback(_open_udp(udp, played, loop).close)
        for tcp in played.device.tcp:
            stack.callback(_open_tcp(tcp, played, loop, key_of).close)


def _open_udp(service: UdpService, played: PlayedDevice, loop: Loop) -> Responder:
    with ExitStack() as opened:
        asked = opened.enter_context(_opened(service.port, service.groups, played))
        senders: dict[int | None, socket.socket] = {None: asked}
        for port in {answer.from_port for answer in service.answer} - {None}:
            senders[port] = opened.enter_context(_opened(port or 0, (), played))
        opened.pop_all()
    return Responder(loop, service, played, asked, senders)


def _opened(port: int, groups: tuple[str, ...], played: PlayedDevice) -> socket.socket:
    try:
        return open_port(port, groups, played)
    except OSError as error:
        raise EmulationError(f"cannot open UDP {played.address}:{port} for {played.device.name}: {error}") from error


def _open_tcp(
    service: TcpService, played: PlayedDevice, loop: Loop, key_of: Callable[[int], RSAPrivateKey]
) -> Listener:
    context = None
    if service.tls:
        context = server_context(service.tls, key_of(service.tls.key_bits), played.situation(b""))
    try:
        return Listener(loop, service, played, listen(service, played), context)
    except OSError as error:
        port = played.placement.port(service.port)
        raise EmulationError(f"cannot open TCP {played.address}:{port} for {played.device.name}: {error}") from error
