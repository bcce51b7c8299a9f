"""Closing packet sockets, which takes the kernel 8 to 16 ms each: it waits until no processor looks at them any more.

That is packet_release with its synchronize_net (Linux, net/packet/af_packet.c). Nobody here has to wait with it.
"""

import threading
from typing import Protocol


class Closable(Protocol):
    """A socket, or what holds one."""

    def close(self) -> None: ...


def let_go(sock: Closable) -> None:
    """Close a socket that nothing is read from any more, while other work goes on."""
    try:
        threading.Thread(target=sock.close, name="closing").start()
    except RuntimeError:  # there may be no more threads, or the program is ending
        sock.close()
