from netaudit.discovery import CHANNELS
from netaudit.records.ports import UDP_PORTS


def test_ports_are_those_that_channels_hear():
    heard = {port for channel in CHANNELS for transport, port in channel.hears if transport == "udp"}

    assert heard == UDP_PORTS
