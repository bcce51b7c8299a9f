"""TCP services of emulated devices: connections that are answered, request by request, on one loop."""

import socket
import ssl
import time

from netaudit.demo.content import build_answer
from netaudit.demo.device import Answer, TcpService
from netaudit.demo.framing import choose_answer, ends_connection, may_become_request, split_request
from netaudit.demo.loop import READ, WRITE, Loop
from netaudit.demo.played import PlayedDevice, Seen

BACKLOG = 128  # a queue that overflows would slow visitors down by whole seconds
CHUNK = 65536


def listen(service: TcpService, played: PlayedDevice) -> socket.socket:
    """A listening socket for the service, where the device is placed."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setblocking(False)
    try:
        sock.bind((played.address, played.placement.port(service.port)))
        sock.listen(BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


class Listener:
    """Takes the connections of one service."""

    def __init__(
        self, loop: Loop, service: TcpService, played: PlayedDevice, sock: socket.socket, tls: ssl.SSLContext | None
    ) -> None:
        self.loop, self.service, self.played = loop, service, played
        self.connections: set[Connection] = set()
        self._sock, self._tls = sock, tls
        loop.watch(sock, READ, self._on_ready)

    def close(self) -> None:
        """Hang up on everybody."""
        self.loop.forget(self._sock)
        self._sock.close()
        for connection in tuple(self.connections):
            connection.close()

    def _on_ready(self, _events: int) -> None:
        while True:
            try:
                sock, peer = self._sock.accept()
            except BlockingIOError:
                return
            except ConnectionAbortedError:
                continue
            self._take(sock, peer)

    def _take(self, sock: socket.socket, peer: tuple[str, int]) -> None:
        sock.setblocking(False)
        try:
            secured = self._tls.wrap_socket(sock, True, do_handshake_on_connect=False) if self._tls else sock
        except OSError:  # it has hung up already
            sock.close()
            return
        self.connections.add(Connection(self, secured, peer))


class Connection:
    """One visitor of one service."""

    def __init__(self, listener: Listener, sock: socket.socket, peer: tuple[str, int]) -> None:
        self._listener, self._sock, self._peer = listener, sock, peer
        self._inbox, self._outbox = b"", b""
        self._refill = b""  # what the outbox is filled with again, for an answer that never ends
        self._shaking = isinstance(sock, ssl.SSLSocket)
        self._owed = 0  # answers that are not in the outbox yet
        self._ending = False  # close when all is sent
        self._deserted = False  # the other side sends no more
        self._closed = False
        listener.played.opened(sock)
        self._note(b"")
        listener.loop.watch(sock, READ, self._on_ready)
        if not self._shaking:
            self._greet()

    def close(self) -> None:
        """Hang up."""
        if self._closed:
            return
        self._closed = True
        self._listener.loop.forget(self._sock)
        self._listener.played.closed(self._sock)
        self._sock.close()
        self._listener.connections.discard(self)

    def _on_ready(self, events: int) -> None:
        try:
            if self._shaking:
                self._shake_hands()
            if events & READ:
                self._read()
            self._write()
        except (BlockingIOError, ssl.SSLWantReadError):
            self._wait()
        except ssl.SSLWantWriteError:
            self._listener.loop.change(self._sock, READ | WRITE)
        except (OSError, ValueError):  # it is gone, or it talks nonsense
            self.close()

    def _shake_hands(self) -> None:
        self._sock.do_handshake()  # type: ignore[attr-defined]  # it is an SSLSocket while we are shaking hands
        self._shaking = False
        self._greet()

    def _greet(self) -> None:
        self._outbox += bytes.fromhex(self._listener.service.greeting)
        self._wait()

    def _read(self) -> None:
        while not self._deserted:
            try:
                received = self._sock.recv(CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError):
                return
            if received:
                self._take(received)
            else:
                self._deserted = self._ending = True
                self._refill, self._owed = b"", 0

    def _take(self, received: bytes) -> None:
        if self._listener.service.speaks == "nothing":
            self._note(received)
            return
        if self._listener.service.strict and not may_become_request(self._inbox + received):
            raise ValueError("no request")
        request, self._inbox = split_request(self._inbox + received)
        while request:
            self._note(request)
            self._answer(request)
            request, self._inbox = split_request(self._inbox)

    def _answer(self, request: bytes) -> None:
        service = self._listener.service
        device = self._listener.played.device
        answer = choose_answer(device.answers(service), service.speaks, request, device.login)
        head, body = build_answer(answer, self._listener.played.situation(request))
        last = answer.close or ends_connection(request, head)
        self._owed += 1
        self._listener.loop.later(answer.delay_ms / 1000, lambda: self._put(answer, head + body, body, last=last))

    def _put(self, answer: Answer, payload: bytes, body: bytes, *, last: bool) -> None:
        if self._closed or self._deserted:
            return
        size = 1 if answer.drip_ms else len(payload)
        self._outbox += payload[:size]
        if payload[size:]:
            self._listener.loop.later(answer.drip_ms / 1000, lambda: self._put(answer, payload[size:], body, last=last))
        else:
            self._owed -= 1
            self._refill = body * (CHUNK // len(body) + 1) if answer.endless else b""
            self._ending |= last
        self._listener.loop.change(self._sock, READ | WRITE)

    def _write(self) -> None:
        while self._outbox:
            sent = self._sock.send(self._outbox)
            self._outbox = self._outbox[sent:] or self._refill
            if self._refill:
                break  # the endless must not keep the others waiting
        self._wait()
        if self._ending and not self._outbox and not self._owed:
            self.close()

    def _wait(self) -> None:
        wanted = WRITE if self._deserted else READ
        self._listener.loop.change(self._sock, wanted | WRITE if self._outbox else wanted)

    def _note(self, payload: bytes) -> None:
        service = self._listener.service
        transport = "tls" if service.tls else "tcp"
        self._listener.played.seen.append(
            Seen(at=time.time(), transport=transport, port=service.port, peer=self._peer, payload=payload)
        )
