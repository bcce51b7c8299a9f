import socket
from contextlib import contextmanager

from netaudit.demo import PlayedDevice, Seen, load_devices, loopback_place


def played() -> PlayedDevice:
    device = load_devices()[0]
    return PlayedDevice(device=device, placement=loopback_place(device))


def seen(port: int, payload: bytes, transport: str = "tcp") -> Seen:
    return Seen(at=1.0, transport=transport, port=port, peer=("127.0.0.1", 4711), payload=payload)


def test_requests_and_connections_are_told_apart():
    device = played()
    device.seen += [seen(80, b""), seen(80, b"GET"), seen(554, b""), seen(554, b"OPTIONS"), seen(3702, b"Probe", "udp")]

    assert list(device.requests()) == [b"GET", b"OPTIONS", b"Probe"]
    assert list(device.requests(554)) == [b"OPTIONS"]
    assert [connection.port for connection in device.connections()] == [80, 554]


@contextmanager
def visit(listener: socket.socket):
    """Both ends of a connection."""
    with socket.create_connection(listener.getsockname()) as ours:
        theirs, _ = listener.accept()
        with theirs:
            yield ours, theirs


def test_most_open_remembers_the_worst_moment():
    device = played()
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        visit(listener) as (_, first),
        visit(listener) as (_, second),
        visit(listener) as (_, third),
    ):
        device.opened(first)
        device.opened(second)
        device.closed(first)
        device.opened(third)
        device.closed(second)

        assert device.most_open == 2
        assert device.visitors == {third}


def test_visitor_who_has_hung_up_is_not_there_although_nobody_looked():
    device = played()
    with socket.create_server(("127.0.0.1", 0)) as listener, visit(listener) as (left, first):
        device.opened(first)
        left.close()
        with visit(listener) as (_, second):
            device.opened(second)

    assert device.most_open == 1
