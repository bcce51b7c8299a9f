import socket
import sys

import pytest
from support.namespaces import inside, needs_namespaces, speak_ipv6
from support.network import Network

from netaudit.wire.groups import open_listener, open_sender, zoned

LOCAL = "127.0.0.1"


@pytest.mark.parametrize(
    ("source", "interface", "expected"),
    [
        (("192.0.2.7", 5353), "eth0", "192.0.2.7"),
        (("fe80::7", 5353, 0, 3), "eth0", "fe80::7%eth0"),
        (("fe80::7%eth0", 5353, 0, 3), "eth0", "fe80::7%eth0"),
        (("fe80::7", 5353, 0, 3), None, "fe80::7"),
        (("2001:db8::7", 5353, 0, 0), "eth0", "2001:db8::7"),
    ],
)
def test_who_sent_a_datagram(source, interface, expected):
    assert zoned(source, interface) == expected


def test_sender_keeps_to_its_link():
    with open_sender(LOCAL, ttl=1) as sock:
        assert sock.getsockname()[0] == LOCAL
        assert sock.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL) == 1
        assert sock.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP) == 0
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST) == 0
    with open_sender("", ttl=1, broadcast=True) as sock:
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST)


@pytest.mark.parametrize("source", ["192.0.2.1", "fe80::1%no-such-interface"])
def test_an_address_that_is_not_ours_is_an_error_and_leaves_no_socket(source):
    with pytest.raises(OSError):
        open_sender(source, ttl=1)
    with pytest.raises(OSError):
        open_listener("ff02::fb" if ":" in source else "239.255.255.250", 37020, source)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's option")
def test_listener_hears_only_the_groups_that_it_joined():
    with open_listener("239.255.255.250", 0, LOCAL) as sock:
        assert sock.getsockopt(socket.IPPROTO_IP, 49) == 0


@needs_namespaces[1]
def test_asks_and_hears_a_group_on_its_own_link():
    with Network() as network:
        lan = network.lan()
        device = network.namespace("device")
        network.plug(lan, device, "eth0", "10.77.0.9/24", "02:00:5e:00:53:99")
        for name, link, address in ((network.scanner, lan.interface, "fe80::2"), (device, "eth0", "fe80::9")):
            speak_ipv6(name, link, address)
        with inside(device):
            listener = open_listener("ff02::fb", 5353, "fe80::9%eth0")
        with inside(network.scanner):
            sender = open_sender(f"fe80::2%{lan.interface}", ttl=255)
        with listener, sender:
            listener.settimeout(60)
            sender.sendto(b"question", ("ff02::fb", 5353))
            payload, source = listener.recvfrom(100)
            listener.sendto(b"answer", source)
            sender.settimeout(60)
            answer, answerer = sender.recvfrom(100)

    assert (payload, zoned(source, "eth0")) == (b"question", "fe80::2%eth0")
    assert (answer, zoned(answerer, lan.interface)) == (b"answer", f"fe80::9%{lan.interface}")
