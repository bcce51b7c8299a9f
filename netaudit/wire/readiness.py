"""Wait for sockets to have something to say, whatever their descriptors.

select(2) takes none above 1,023: a machine with hundreds of VLANs has more, with a few sockets on each. For thousands of
connections, of which each waits many times, there is epoll(7) without anything around it.
"""

import os
import select
import threading
import weakref
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

READ = select.EPOLLIN | select.EPOLLRDHUP
WRITE = select.EPOLLOUT
ENDED = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR  # the other side hung up, or there is an error to be told
FAILED = select.EPOLLHUP | select.EPOLLERR


class Descriptor(Protocol):
    """A socket, or what holds one."""

    def fileno(self) -> int: ...


Sock = TypeVar("Sock", bound=Descriptor)
Holder = TypeVar("Holder")


class Watch(Generic[Holder]):
    """Which sockets are waited for, and for whom."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._holders: dict[int, Holder] = {}

    def __len__(self) -> int:
        return len(self._holders)

    def add(self, descriptor: int, events: int, holder: Holder) -> None:
        """Wait for a socket, for READ or WRITE or both."""
        self._epoll.register(descriptor, events)
        self._holders[descriptor] = holder

    def change(self, descriptor: int, events: int) -> None:
        """Wait for something else of this socket."""
        self._epoll.modify(descriptor, events)

    def drop(self, descriptor: int) -> None:
        """Wait for this socket no more; to be said before it is closed."""
        del self._holders[descriptor]
        self._epoll.unregister(descriptor)

    def ready(self, wait_s: float) -> list[tuple[Holder, int]]:
        """All whose sockets have something to say after at most so many seconds, and what (READ, WRITE, ENDED)."""
        holders = self._holders
        found = self._epoll.poll(max(0.0, wait_s), max(1, len(holders)))  # more than there are need no room
        return [(holders[descriptor], events) for descriptor, events in found]

    def close(self) -> None:
        """Wait for nothing any more."""
        self._holders.clear()
        self._epoll.close()


class Bell(threading.Event):
    """An event that is waited for beside sockets: once it is set, it can be read for ever."""

    def __init__(self) -> None:
        super().__init__()
        self._heard, self._rung = os.pipe()
        weakref.finalize(self, _close, self._heard, self._rung)

    def fileno(self) -> int:
        """What `readable` waits for."""
        return self._heard

    def set(self) -> None:
        """Wake all that wait, if that was not done before."""
        if not self.is_set():
            super().set()
            os.write(self._rung, b"!")


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def readable(sockets: Sequence[Sock], wait_s: float) -> list[Sock]:
    """Those that can be read, or have failed, after at most so many seconds; in the order given."""
    poll = select.poll()
    for sock in sockets:
        poll.register(sock.fileno(), select.POLLIN)
    ready = {descriptor for descriptor, _ in poll.poll(max(0.0, wait_s) * 1000)}
    return [sock for sock in sockets if sock.fileno() in ready]
