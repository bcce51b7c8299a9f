import socket
from contextlib import contextmanager

import pytest
from support.loopback import ask_udp, corner_place

from netaudit.demo import emulate
from netaudit.demo.device import Datagram, EmulatedDevice, Record, Truth, UdpService


@contextmanager
def serving(*answers: Datagram):
    """A device with one service on port 3702."""
    truth = Truth(family="unknown", verdict="unknown")
    service = UdpService(port=3702, groups=("239.255.255.250",), answer=answers)
    device = EmulatedDevice(name="x", summary="", host=9, mac="02:00:00:00:00:09", truth=truth, udp=(service,))
    with emulate([device], corner_place) as network:
        yield network["x"]


def test_every_answer_that_fits_is_sent():
    answers = (Datagram(when="a", text="1"), Datagram(when="x", text="2"), Datagram(when="a", text="3", delay_ms=5))
    with serving(*answers) as played:
        heard = [payload for payload, _ in ask_udp(played.address, 3702, b"abc", answers=2)]

    assert heard == [b"1", b"3"]
    assert list(played.requests(3702)) == [b"abc"]


def test_answer_comes_from_the_port_that_was_asked():
    with serving(Datagram(when="", text="1")) as played:
        ((_, sender),) = ask_udp(played.address, 3702, b"?")

    assert (played.address, 3702) == sender


def test_answer_may_come_from_another_port():
    with serving(Datagram(when="", text="1", from_port=0)) as played:
        ((_, sender),) = ask_udp(played.address, 3702, b"?")

    assert played.address == sender[0]
    assert sender[1] != 3702


def test_without_an_interface_what_is_meant_for_a_group_goes_to_the_sender():
    with serving(Datagram(when="", text="1", to="group")) as played:
        heard = ask_udp(played.address, 3702, b"?")

    assert [(b"1", (played.address, 3702))] == heard


def test_wrong_question_gets_no_answer():
    with serving(Datagram(when="right", text="1")) as played, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"wrong", (played.address, 3702))
        sock.sendto(b"right", (played.address, 3702))
        heard = sock.recv(100)
        sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            sock.recv(100)

    assert heard == b"1"
    assert list(played.requests()) == [b"wrong", b"right"]


def test_an_mdns_response_is_never_answered():
    question = b"\0\1" + bytes(10) + b"\4_CGI\0"
    response = question[:2] + b"\x84" + question[3:]
    record = Record(name="camera.local", type="A", data="192.0.2.1")
    with serving(Datagram(when="_CGI", records=(record,))) as played:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(response, (played.address, 3702))
        ((answer, _),) = ask_udp(played.address, 3702, question)

    assert answer[:3] == b"\0\1\x84"
    assert list(played.requests()) == [response, question]
