import socket
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from netaudit.demo.loop import READ, Loop


def run_until_stopped(loop: Loop) -> None:
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(loop.run)
        loop.stop()
        done.result(5)
    loop.close()


def test_what_came_before_the_end_is_served():
    loop, heard = Loop(), []
    ours, theirs = socket.socketpair()
    with ours, theirs:
        loop.watch(theirs, READ, lambda _: heard.append(theirs.recv(10)))
        ours.send(b"last word")
        run_until_stopped(loop)

    assert heard == [b"last word"]


def test_timers_come_in_the_order_of_their_time(monkeypatch):
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr("netaudit.demo.loop.time", SimpleNamespace(monotonic=lambda: clock.now))
    loop, order = Loop(), []

    def act(name, ahead_s):
        order.append((name, clock.now))
        clock.now += ahead_s

    loop.later(0.5, lambda: (act("late", 0), loop.stop()))
    loop.later(0.25, lambda: act("soon", 0.25))
    loop.later(0, lambda: act("now", 0))
    clock.now += 0.25
    loop.run()
    loop.close()

    assert order == [("now", 1000.0), ("soon", 1000.25), ("late", 1000.5)]
