import socket
import time
from contextlib import suppress
from ipaddress import IPv4Network

import pytest
from support.namespaces import inside, needs_namespaces
from support.network import Network

from netaudit.demo import emulate, load_devices
from netaudit.wire.arpsocket import open_link
from netaudit.wire.interfaces import Interface
from netaudit.wire.readiness import readable

SOMEBODY = next(device for device in load_devices() if device.name == "lighttpd")


@pytest.mark.namespaces
@needs_namespaces[1]
def test_other_traffic_does_not_come_up():
    with Network() as network:
        lan = network.lan("10.79.0.0/24")
        mac = "02:00:5e:00:53:01"
        interface = Interface(lan.interface, "10.79.0.2", IPv4Network("10.79.0.0/24"), mac, None, False, True)
        kinds = set()
        with emulate([SOMEBODY], lan.place), inside(network.scanner):
            opened = open_link(interface)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.sendto(b"x", (f"10.79.0.{SOMEBODY.host}", 9))
                readable([opened], 60.0)
                time.sleep(0.2)
            with suppress(BlockingIOError):
                while True:
                    kinds.add(opened.recv(2048)[12:14])
            opened.close()

    assert kinds == {b"\x08\x06"}
