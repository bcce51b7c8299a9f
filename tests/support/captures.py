"""Captures as bytes, read as if they were files; and one whole TCP conversation."""

from pathlib import Path
from tempfile import TemporaryDirectory

from support.packets import ACK, CAMERA, CAMERA_MAC, CLIENT, CLIENT_MAC, FIN, SYN, ethernet, ipv4, tcp

from netaudit.model import Gap, Problem, Reply
from netaudit.records.capture import read_capture

PORTS = frozenset({67, 68, 1900, 3702, 5353, 37020, 37810})


def read(data, ports=PORTS):
    """All events of a capture."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.pcap"
        path.write_bytes(data)
        return list(read_capture(path, ports))


def replies(data, ports=PORTS):
    return [event for event in read(data, ports) if isinstance(event, Reply)]


def problems(data):
    return [event.detail for event in read(data) if isinstance(event, Problem)]


def gaps(data):
    return [(event.kind, event.detail) for event in read(data) if isinstance(event, Gap)]


def to_server(sequence, acknowledged=0, flags=ACK, payload=b"", ports=(40000, 80)):
    segment = tcp(*ports, sequence, acknowledged, flags, payload)
    return ethernet(0x0800, ipv4(6, segment, CLIENT, CAMERA), CLIENT_MAC, CAMERA_MAC)


def to_client(sequence, acknowledged=0, flags=ACK, payload=b"", ports=(80, 40000)):
    return ethernet(0x0800, ipv4(6, tcp(*ports, sequence, acknowledged, flags, payload)))


def handshake(client=1000, server=5000):
    return [
        to_server(client, 0, SYN),
        to_client(server, client + 1, SYN | ACK),
        to_server(client + 1, server + 1),
    ]


def conversation(
    request=b"GET / HTTP/1.0\r\n\r\n", answer=b"HTTP/1.0 200 OK\r\n\r\nhello", client=1000, server=5000, size=7
):
    """The frames of a connection from its SYN to its last FIN, in segments of a few bytes."""
    frames = handshake(client, server)
    frames += [
        to_server(client + 1 + at, server + 1, payload=request[at : at + size]) for at in range(0, len(request), size)
    ]
    last = client + 1 + len(request)
    frames += [to_client(server + 1 + at, last, payload=answer[at : at + size]) for at in range(0, len(answer), size)]
    end = server + 1 + len(answer)
    return [*frames, to_client(end, last, FIN | ACK), to_server(last, end + 1, FIN | ACK)]
