import threading

from netaudit.wire.closing import let_go


class Slow:
    """What closes when it may, as packet sockets do."""

    def __init__(self):
        self.may, self.closed = threading.Event(), threading.Event()

    def close(self):
        assert self.may.wait(5)
        self.closed.set()


def test_nobody_waits_until_a_socket_is_closed():
    sock = Slow()

    let_go(sock)

    assert not sock.closed.is_set()

    sock.may.set()

    assert sock.closed.wait(5)
