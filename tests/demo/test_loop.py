import socket
from concurrent.futures import ThreadPoolExecutor

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


def test_timers_come_in_the_order_of_their_time():
    loop, order = Loop(), []
    loop.later(0.02, lambda: (order.append("late"), loop.stop()))
    loop.later(0.01, lambda: order.append("soon"))
    loop.later(0, lambda: order.append("now"))
    loop.run()
    loop.close()

    assert order == ["now", "soon", "late"]
