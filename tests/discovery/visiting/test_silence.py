"""What is connected to and not spoken to."""

import pytest
from support.visits import LATE, Port, dialled, of_kind, play, requests, usual

from netaudit.discovery.visit import MOST_PORTS, PORTS, SILENT_PORTS, USUAL_CHANNELS, VISIT_CHANNELS
from netaudit.model import Target
from netaudit.runs import ACTIVE, USUAL
from netaudit.wire.steps import Connect, Exchange, Outcome


@pytest.mark.parametrize("port", sorted(SILENT_PORTS))
def test_nothing_is_sent_to_a_maker_s_port(port):
    steps, (reply,) = play({port: Port(answer=Outcome("timeout", b"\x00\x00\x00\x10" * 40))})
    (exchange,) = of_kind(Exchange, steps)

    assert (exchange.request, exchange.limit_bytes, exchange.timeout_s) == (b"", 64, 0.3)
    assert not exchange.enough(b"\x00\x00\x00\x10")
    assert (reply.channel, reply.port, reply.payload) == ("tcp", port, b"\x00\x00\x00\x10" * 16)


def test_port_that_a_device_named_for_its_sdk_over_tls_is_connected_to_and_no_more():
    target = Target(address="192.0.2.7", ports=(8443,), silent_ports=frozenset({8443}), secure_ports=frozenset())
    steps, (reply,) = play({8443: Port(answer=LATE)}, target)

    assert ([type(step) for step in steps], requests(steps)) == ([Connect, Exchange], [b""])
    assert (reply.channel, reply.payload) == ("tcp", b"")


GREETINGS = {
    21: ("ftp", b"220 ready\r\n"),
    22: ("ssh", b"SSH-2.0-dropbear\r\n"),
    23: ("telnet", b"\xff\xfd\x01login: "),
}


@pytest.mark.parametrize(("port", "channel", "greeting"), [(port, *told) for port, told in GREETINGS.items()])
def test_greeting_is_heard_and_nothing_is_said(port, channel, greeting):
    steps, (reply,) = play({port: Port(answer=Outcome("timeout", greeting))}, usual([]), frozenset({channel}))
    (exchange,) = of_kind(Exchange, steps)

    assert (exchange.request, exchange.timeout_s) == (b"", 1.0)
    assert exchange.enough(greeting) == (channel != "telnet")
    assert (reply.channel, reply.port, reply.payload) == (channel, port, greeting)


def test_greetings_are_heard_only_where_they_were_named():
    greeters = {port: Port(answer=LATE) for port in GREETINGS}
    unnamed, _ = play(greeters, usual([]))
    named, _ = play(greeters, usual(PORTS), frozenset({"ftp", "ssh", "telnet"}))

    assert dialled(unnamed) == []
    assert dialled(named) == [21, 22, 23]


def test_named_greetings_are_among_the_twelve_ports():
    steps, _ = play({}, usual(PORTS), VISIT_CHANNELS)

    assert dialled(steps) == [*PORTS[: MOST_PORTS - 3], 21, 22, 23]


def test_open_port_that_does_not_greet_is_open():
    _, (reply,) = play({22: Port(answer=LATE)}, usual([]), frozenset({"ssh"}))

    assert (reply.channel, reply.port, reply.payload) == ("tcp", 22, b"")


@pytest.mark.parametrize("channel", ["ftp", "ssh", "telnet"])
def test_greetings_are_in_no_default(channel):
    assert channel not in USUAL_CHANNELS
    assert channel not in USUAL
    assert channel in ACTIVE
