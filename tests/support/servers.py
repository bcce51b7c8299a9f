"""Servers on loopback whose manners a test decides, and conversations held with them."""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from netaudit.wire.gate import Gate
from netaudit.wire.tcp import converse

PATIENCE_S = 5.0


@dataclass(slots=True)
class Service:
    """What a server saw of its visitors."""

    address: str
    port: int
    received: list[bytes] = field(default_factory=list)  # after the answer, until the visitor hung up
    endings: list[str] = field(default_factory=list)  # "fin" or "rst", in the order of hanging up
    begun: int = 0
    open_now: int = 0
    most_open: int = 0


@contextmanager
def serving(answer: Callable[[socket.socket], object], address: str = "127.0.0.1") -> Iterator[Service]:
    """A server that gives each connection to `answer`, in a thread, and then waits until the visitor hangs up."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.bind((address, 0))
    listener.listen(64)
    service = Service(address, listener.getsockname()[1])
    visits: list[tuple[socket.socket, threading.Thread]] = []
    lock = threading.Lock()
    ended, end = socket.socketpair()
    accepting = threading.Thread(target=_accept, args=(listener, ended, answer, service, visits, lock), daemon=True)
    accepting.start()
    try:
        yield service
    finally:
        end.close()
        accepting.join()  # it takes in first who came while it was not given its turn
        ended.close()
        for sock, thread in visits:
            thread.join(0.3)  # whoever hangs up in good order has done so by now
            _wake(sock)
            thread.join(PATIENCE_S)
            sock.close()
        listener.close()


def _accept(listener, ended, answer, service, visits, lock):
    while listener in select.select([listener, ended], [], [])[0]:
        sock, _ = listener.accept()
        with lock:
            service.begun += 1
            service.open_now += 1
            service.most_open = max(service.most_open, service.open_now)
        thread = threading.Thread(target=_visit, args=(sock, answer, service, lock), daemon=True)
        visits.append((sock, thread))
        thread.start()


def _visit(sock, answer, service, lock):
    ending = "fin"
    try:
        answer(sock)
        while data := sock.recv(65536):
            service.received.append(data)
    except ConnectionError:
        ending = "rst"
    except OSError:
        ending = "error"
    with lock:
        service.endings.append(ending)
        service.open_now -= 1
    _wake(sock)


def _wake(sock):
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def open_gate(**settings) -> Gate:
    """A gate that allows everything, as fast as it comes."""
    return Gate(lambda _: True, **{"rate_pps": 1e9, **settings})


def hold(address, *steps, gate=None):
    """Hold one conversation of these steps; the outcome of each, and the seconds that it took."""
    outcomes, started = [], time.monotonic()

    def conversation():
        for step in steps:
            outcome = yield step
            outcomes.append(outcome)

    assert list(converse(iter([(address, conversation())]), gate or open_gate())) == []
    return outcomes, time.monotonic() - started
