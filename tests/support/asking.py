"""What a channel would send, without sending it."""

from ipaddress import IPv4Network

from netaudit.discovery.channel import Question
from netaudit.wire.gate import Gate
from netaudit.wire.interfaces import Interface

HERE = Interface(
    "eth0", "192.0.2.2", IPv4Network("192.0.2.0/24"), "02:00:00:00:00:02", "192.0.2.255", loopback=False, multicast=True
)


def volley_of(monkeypatch, module, ask, **settings):
    """The one volley that this asking fires; from an interface, unless addresses are given."""
    volleys = []
    monkeypatch.setattr(module, "fire", lambda volley, gate: volleys.append(volley) or iter(()))
    gate = Gate(lambda _: True, rate_pps=1)
    list(ask(Question(gate=gate, **(settings or {"interface": HERE}))))
    (volley,) = volleys
    return volley
