"""The clients of banners.py, each a process of its own: GET / of so many devices, 64 at once, and how long that took.

    python tests/benchmarks/banner_clients.py NAME PORT DEVICES [--secured]

Prints a line of JSON: how many gave their whole page, and the seconds within the process, its start-up not counted.
"""

import gc
import json
import select
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

BODY_BYTES = 1500
NETWORK = "127.9.0.0/16"
OLD_IN_A_HUNDRED = 15  # devices that speak TLS 1.0 and nothing newer
IN_FLIGHT, THREADS = 64, 32
WHOLE = object()  # what a conversation has come to when it says no more

Ask = Callable[[list[str]], int]  # of devices at these addresses: how many gave their whole page


def main(words: list[str]) -> int:
    """Run a client, and say how it went."""
    name, port, devices = words[0], int(words[1]), int(words[2])
    ask = CLIENTS[name](port, "--secured" in words)
    wall, processor = perf_counter(), process_time()
    answered = ask([address_of(number) for number in range(devices)])
    wall, processor = perf_counter() - wall, process_time() - processor
    print(json.dumps({"answered": answered, "seconds": wall, "processor": processor}))
    return 0


def address_of(number: int) -> str:
    """A device's address in 127.9.x.y: each has one of its own, or ports would run out."""
    return f"127.9.{number // 250}.{number % 250 + 1}"


def is_old(address: str) -> bool:
    """Whether the device there speaks TLS 1.0 only."""
    return int(address.rpartition(".")[2]) % 100 < OLD_IN_A_HUNDRED


def is_whole(answer: bytes) -> bool:
    """Whether this is the page, head and body."""
    return len(answer) - answer.find(b"\r\n\r\n") == 4 + BODY_BYTES


def converse(port: int, secured: bool) -> Ask:
    """netaudit's engine: one connection to each device, with TLS in the oldest way at once."""
    from netaudit.discovery.http import build_get
    from netaudit.discovery.visiting.door import LIMIT_BYTES, TIMEOUT_S
    from netaudit.wire.messages import complete
    from netaudit.wire.secure import legacy_context
    from netaudit.wire.steps import Connect, Exchange, Secure

    def talk(address: str) -> Iterator:
        yield Connect(port)
        if secured:
            yield Secure(legacy_context())
        outcome = yield Exchange(build_get(address, port, "/", secured=secured), complete, LIMIT_BYTES, TIMEOUT_S)
        yield outcome.data

    hold = holder()
    return lambda addresses: sum(map(is_whole, hold((address, talk(address)) for address in addresses)))


def visit(port: int, secured: bool) -> Ask:
    """netaudit as in a scan: a visit of one port; with TLS as clients of today do, and where that fails once more."""
    from netaudit.discovery.visit import go_on
    from netaudit.discovery.visiting.state import Visit
    from netaudit.model import Reply, Target

    channels = frozenset({"http", "tls"} if secured else {"http"})
    secure_ports = frozenset({port} if secured else ())

    def begin(address: str) -> Iterator:
        target = Target(address=address, ports=(port,), secure_ports=secure_ports)
        return go_on(Visit(target, channels, icon_wanted=False))

    hold = holder()

    def ask(addresses: list[str]) -> int:
        told = hold((address, begin(address)) for address in addresses)
        return sum(isinstance(event, Reply) and is_whole(event.payload) for event in told)

    return ask


def holder() -> Callable[[Iterator], Iterator]:
    """Holds conversations as a scan does: under its gate, with its spacing, at any pace."""
    from netaudit.cli import UNCOLLECTED
    from netaudit.discovery.attached import Attached
    from netaudit.profiles import PROFILES
    from netaudit.scope import parse_scope
    from netaudit.wire.gate import Gate
    from netaudit.wire.interfaces import list_interfaces
    from netaudit.wire.tcp import converse

    gc.set_threshold(UNCOLLECTED)
    scope = parse_scope([NETWORK])
    area = Attached(scope, list_interfaces()[0]).network_of
    gate = Gate(scope.__contains__, rate_pps=1e9, spacing_s=PROFILES["standard"].spacing_s, area=area)
    return lambda talks: converse(talks, gate, IN_FLIGHT)


def dial(port: int, secured: bool) -> Ask:
    """A bare epoll client: no scope, no pace, no deadlines, no limits, nothing told apart, no farewell."""
    talk = partial(talk_secured, lax_context()) if secured else talk_plain

    def ask(addresses: list[str]) -> int:
        epoll, waiting, open_now, answered = select.epoll(), iter(addresses), {}, 0

        def begin() -> None:
            if address := next(waiting, None):
                sock = begun(address, port, epoll)
                open_now[sock.fileno()] = talk(sock, request(address, port))

        for _ in range(IN_FLIGHT):
            begin()
        while open_now:
            for descriptor, events in epoll.poll():
                if events & select.EPOLLOUT:
                    epoll.modify(descriptor, select.EPOLLIN)
                if next(open_now[descriptor], WHOLE) is WHOLE:
                    answered += 1
                    del open_now[descriptor]
                    begin()
        return answered

    return ask


def talk_plain(sock: socket.socket, asked: bytes) -> Iterator[None]:
    """A web page: goes on whenever something has come, and ends with the whole page."""
    with sock:
        sock.send(asked)
        answer = b""
        while not is_whole(answer):
            yield
            answer += sock.recv(16_384)


def talk_secured(context: ssl.SSLContext, sock: socket.socket, asked: bytes) -> Iterator[None]:
    """A web page behind TLS of any age."""
    with context.wrap_socket(sock, do_handshake_on_connect=False) as secured:
        yield from when_it_comes(secured.do_handshake)
        secured.send(asked)
        answer = b""
        while not is_whole(answer):
            answer += yield from when_it_comes(lambda: secured.recv(16_384))


def when_it_comes(work: Callable[[], Any]) -> Generator[None, None, Any]:
    """What this work comes to, as soon as it need not wait."""
    while True:
        try:
            return work()
        except ssl.SSLWantReadError:
            yield


def begun(address: str, port: int, epoll: select.epoll) -> socket.socket:
    """A connection that is being opened, and is waited for."""
    sock = socket.socket(type=socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    sock.connect_ex((address, port))
    epoll.register(sock, select.EPOLLOUT)
    return sock


def request(address: str, port: int) -> bytes:
    """A GET with netaudit's headers."""
    rest = "User-Agent: netaudit\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    return f"GET / HTTP/1.1\r\nHost: {address}:{port}\r\n{rest}".encode()


def lax_context() -> ssl.SSLContext:
    """One that speaks with everybody, and is made once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def fetch(port: int, secured: bool) -> Ask:
    """requests in 32 threads, a session for each; the context is given, or it would make one for each device."""
    import requests
    from requests.adapters import HTTPAdapter

    context, own = lax_context(), threading.local()

    class Lax(HTTPAdapter):
        def init_poolmanager(self, *args, **settings) -> None:
            super().init_poolmanager(*args, ssl_context=context, **settings)

    def get(address: str) -> bool:
        if not hasattr(own, "session"):
            own.session = requests.Session()
            own.session.trust_env = False
            own.session.mount("https://", Lax())
        try:
            answer = own.session.get(f"{'https' if secured else 'http'}://{address}:{port}/", verify=False, timeout=10)
        except requests.RequestException:
            return False
        return len(answer.content) == BODY_BYTES

    def ask(addresses: list[str]) -> int:
        with ThreadPoolExecutor(THREADS) as pool:
            return sum(pool.map(get, addresses))

    return ask


CLIENTS: dict[str, Callable[[int, bool], Ask]] = {"engine": converse, "visit": visit, "epoll": dial, "requests": fetch}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
