"""What is connected to and not spoken to."""

import pytest
from support.visits import LATE, Port, of_kind, play, requests

from netaudit.discovery.visit import SILENT_PORTS
from netaudit.model import Target
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
