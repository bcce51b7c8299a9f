import threading

from netaudit.wire.closing import let_go


class Slow:
    """What closes when it may, as packet sockets do."""

    def __init__(self):
        self.may, self.closed = threading.Event(), threading.Event()

    def close(self):
        assert self.may.wait(60)
        self.closed.set()


def test_nobody_waits_until_a_socket_is_closed():
    sock = Slow()

    let_go(sock)

    assert not sock.closed.is_set()

    sock.may.set()

    assert sock.closed.wait(60)


def test_without_another_thread_it_is_closed_at_once(monkeypatch):
    def none_left(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    sock = Slow()
    sock.may.set()

    let_go(sock)

    assert sock.closed.is_set()
