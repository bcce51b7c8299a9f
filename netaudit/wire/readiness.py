"""Wait for sockets to have something to say, whatever their descriptors.

select(2) takes none above 1,023: a machine with hundreds of VLANs has more, with a few sockets on each.
"""

import select
from collections.abc import Sequence
from typing import Protocol, TypeVar


class Descriptor(Protocol):
    """A socket, or what holds one."""

    def fileno(self) -> int: ...


Sock = TypeVar("Sock", bound=Descriptor)


def readable(sockets: Sequence[Sock], wait_s: float) -> list[Sock]:
    """Those that can be read, or have failed, after at most so many seconds; in the order given."""
    poll = select.poll()
    for sock in sockets:
        poll.register(sock.fileno(), select.POLLIN)
    ready = {descriptor for descriptor, _ in poll.poll(max(0.0, wait_s) * 1000)}
    return [sock for sock in sockets if sock.fileno() in ready]
