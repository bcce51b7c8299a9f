"""One loop for all sockets and timers of the emulated devices, run by one thread."""

import heapq
import selectors
import socket
import time
from collections.abc import Callable
from itertools import count

LAST_ROUNDS = 3  # a connection is taken, its request read, its answer sent
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Loop:
    """Calls back when a socket is ready or a time has come."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._stopping = False
        self._wakened, self._waker = socket.socketpair()
        self.watch(self._wakened, READ, self._on_wakened)

    def watch(self, sock: socket.socket, events: int, on_ready: Callable[[int], None]) -> None:
        """Call back with the events that a socket is ready for, from now on."""
        self._selector.register(sock, events, on_ready)

    def change(self, sock: socket.socket, events: int) -> None:
        """Wait for other events of a socket that is watched."""
        key = self._selector.get_key(sock)
        if key.events != events:
            self._selector.modify(sock, events, key.data)

    def forget(self, sock: socket.socket) -> None:
        """Stop watching a socket."""
        self._selector.unregister(sock)

    def later(self, delay_s: float, act: Callable[[], None]) -> None:
        """Call once, after a time; at once if there is none."""
        if delay_s > 0:
            heapq.heappush(self._timers, (time.monotonic() + delay_s, next(self._order), act))
        else:
            act()

    def run(self) -> None:
        """Serve until `stop` is called, and then what had come in by that time."""
        while not self._stopping:
            self._serve(self._patience())
        for _ in range(LAST_ROUNDS):
            self._serve(0)

    def stop(self) -> None:
        """End `run`; may be called from any thread."""
        self._waker.send(b"\0")

    def close(self) -> None:
        """Close the loop's own sockets; the others belong to those who opened them."""
        self._selector.close()
        self._wakened.close()
        self._waker.close()

    def _patience(self) -> float | None:
        return max(0.0, self._timers[0][0] - time.monotonic()) if self._timers else None

    def _serve(self, timeout_s: float | None) -> None:
        for key, events in self._selector.select(timeout_s):
            key.data(events)
        while self._timers and self._timers[0][0] <= time.monotonic():
            heapq.heappop(self._timers)[2]()

    def _on_wakened(self, _events: int) -> None:
        self._wakened.recv(1)
        self._stopping = True
