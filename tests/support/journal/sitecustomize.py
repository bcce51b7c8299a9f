"""Notes every byte that netaudit gives to a socket, in this process and in those that it starts.

Python imports a module of this name at start (see `site`), so the programs that tests start are noted too: the test
session puts this folder on PYTHONPATH and names the file in NETAUDIT_TEST_JOURNAL. Only bytes that netaudit/wire
hands over are noted; what emulated devices answer is not.
"""

import json
import os
import sys

JOURNAL = "NETAUDIT_TEST_JOURNAL"


def install(path):
    """Wrap the sending methods of sockets and of TLS sessions; hear of frames that go to the kernel without them."""
    import socket
    import ssl

    descriptor = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)

    def note(kind, data, destination=None):
        line = {"kind": kind, "destination": destination, "data": bytes(data).hex(), "test": _test()}
        os.write(descriptor, json.dumps(line).encode() + b"\n")

    def wrapped(method, kind_of):
        def send(self, *arguments):
            if _is_ours() and kind_of(self) != "kernel":  # what is asked of our own kernel goes nowhere
                kind = kind_of(self)
                destination = arguments[-1] if kind == "udp" else None
                note(kind, arguments[0], destination)
            return method(self, *arguments)

        return send

    for name in ("send", "sendall", "sendto"):
        setattr(socket.socket, name, wrapped(getattr(socket.socket, name), _kind))
    ssl.SSLObject.write = wrapped(ssl.SSLObject.write, lambda _: "tls")

    def hear(event, arguments):
        if event == "netaudit.wire.burst":
            frames, size = arguments
            for place in range(0, len(frames), size):
                note("link", frames[place : place + size])

    sys.addaudithook(hear)


def _kind(sock):
    if sock.family.name == "AF_PACKET":
        return "link"
    if sock.family.name == "AF_NETLINK":
        return "kernel"
    return "udp" if sock.type.name == "SOCK_DGRAM" else "tcp"


def _is_ours():
    """Whether netaudit's wire is who sends: the caller of the wrapped method."""
    return sys._getframe(2).f_globals.get("__name__", "").startswith("netaudit.wire")


def _test():
    return os.environ.get("PYTEST_CURRENT_TEST", "")


if os.environ.get(JOURNAL):
    install(os.environ[JOURNAL])
