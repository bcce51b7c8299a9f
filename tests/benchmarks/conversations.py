"""What a TCP conversation costs: exchanges a second, 64 in flight, with a web server on loopback that answers at once.

    python tests/benchmarks/conversations.py

Beside it, in the same run, runs a bare epoll client that does the same exchange with the same judge of when an answer
is whole, and nothing else: no steps, no deadlines, no gate, no hanging up in good order. The time of a processor is
compared as well, because with few processors the server takes its share.
"""

import multiprocessing
import select
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, process_time

from netaudit.discovery.http import build_get
from netaudit.wire.gate import Gate
from netaudit.wire.messages import complete
from netaudit.wire.steps import Connect, Conversation, Exchange
from netaudit.wire.tcp import IN_FLIGHT, converse

EXCHANGES, RUNS = 10_000, 3
ANSWER = b"HTTP/1.1 200 OK\r\nServer: Webs\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The best of several runs."""

    per_second: float
    processor_us: float  # for each exchange


def main() -> int:
    """Print the figures."""
    ours, bare = measure()
    for name, found in (("netaudit", ours), ("bare epoll", bare)):
        print(f"{name:12}{found.per_second:8,.0f} exchanges a second{found.processor_us:8.1f} us of a processor each")
    print(f"{ours.per_second / bare.per_second:.2f} times the rate of the bare client")
    return 0


def measure(exchanges: int = EXCHANGES, runs: int = RUNS) -> tuple[Figures, Figures]:
    """Ours and the bare client's, in turns."""
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen(1024)
        port = listener.getsockname()[1]
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(listener,), daemon=True)
        server.start()
        try:
            pairs = [(_timed(hold, exchanges, port), _timed(dial, exchanges, port)) for _ in range(runs)]
        finally:
            server.terminate()
            server.join()
    ours, bare = zip(*pairs, strict=True)
    return max(ours, key=lambda f: f.per_second), max(bare, key=lambda f: f.per_second)


def _timed(work: Callable[[int, int], None], exchanges: int, port: int) -> Figures:
    wall, processor = perf_counter(), process_time()
    work(exchanges, port)
    wall, processor = perf_counter() - wall, process_time() - processor
    return Figures(per_second=exchanges / wall, processor_us=1e6 * processor / exchanges)


def hold(exchanges: int, port: int) -> None:
    """Conversations of one exchange, each with an address of its own."""
    gate = Gate(lambda _: True, rate_pps=1e9)
    talks = ((address_of(number), _talk(address_of(number), port)) for number in range(exchanges))
    for event in converse(talks, gate):
        raise RuntimeError(event)


def _talk(address: str, port: int) -> Conversation:
    yield Connect(port)
    outcome = yield Exchange(build_get(address, port, "/", secured=False), complete, 80 * 1024, 3.0)
    if outcome.data != ANSWER:
        raise RuntimeError(outcome)


def dial(exchanges: int, port: int) -> None:
    """The same, by hand."""
    epoll, open_now, begun = select.epoll(), {}, 0
    while begun < exchanges or open_now:
        while begun < exchanges and len(open_now) < IN_FLIGHT:
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex((address_of(begun), port))
            epoll.register(sock, select.EPOLLOUT)
            open_now[sock.fileno()] = sock, address_of(begun)
            begun += 1
        for descriptor, events in epoll.poll():
            sock, address = open_now[descriptor]
            if events & select.EPOLLOUT:
                sock.send(build_get(address, port, "/", secured=False))
                epoll.modify(descriptor, select.EPOLLIN)
            elif complete(sock.recv(16_384)):
                epoll.unregister(descriptor)
                sock.close()
                del open_now[descriptor]
    epoll.close()


def address_of(number: int) -> str:
    """One of 62,500 addresses of loopback: ports of one address would run out."""
    return f"127.9.{number // 250 % 250}.{number % 250 + 1}"


def serve(listener: socket.socket) -> None:
    """Answer everybody at once, until killed."""
    epoll, visitors = select.epoll(), {}
    listener.setblocking(False)
    epoll.register(listener, select.EPOLLIN)
    while True:
        for descriptor, _ in epoll.poll():
            if descriptor == listener.fileno():
                visitor, _ = listener.accept()
                visitors[visitor.fileno()] = visitor
                epoll.register(visitor, select.EPOLLIN)
            elif visitors[descriptor].recv(4096):
                visitors[descriptor].send(ANSWER)
                visitors[descriptor].shutdown(socket.SHUT_WR)
            else:
                visitors.pop(descriptor).close()


if __name__ == "__main__":
    sys.exit(main())
