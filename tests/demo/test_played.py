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


def test_most_open_remembers_the_worst_moment():
    device = played()
    device.opened()
    device.opened()
    device.closed()
    device.opened()
    device.closed()

    assert (device.open_connections, device.most_open) == (1, 2)
