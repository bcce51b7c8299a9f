"""Discovery: one file per channel, named as its protocol. This is the one ordered list of them.

A reply that no channel has claimed yet, as captures give them, is routed by its bytes first and by its ports second:
devices answer from odd ports, and bytes do not lie about their protocol.
"""

from netaudit.discovery.arp import ARP
from netaudit.discovery.cdp import CDP
from netaudit.discovery.channel import Channel
from netaudit.discovery.dhcp import DHCP
from netaudit.discovery.dhip import DHIP
from netaudit.discovery.greetings import FTP, SSH, TELNET
from netaudit.discovery.http import HTTP
from netaudit.discovery.igmp import IGMP
from netaudit.discovery.isapi import ISAPI
from netaudit.discovery.lldp import LLDP
from netaudit.discovery.magicbox import MAGICBOX
from netaudit.discovery.mdns import MDNS
from netaudit.discovery.ndp import NDP
from netaudit.discovery.onvif import ONVIF
from netaudit.discovery.rtsp import RTSP
from netaudit.discovery.sadp import SADP
from netaudit.discovery.sadp_raw import SADP_RAW
from netaudit.discovery.snmp import SNMP
from netaudit.discovery.ssdp import SSDP
from netaudit.discovery.tcp import TCP
from netaudit.discovery.tls import TLS
from netaudit.discovery.upnp import UPNP
from netaudit.discovery.vapix import VAPIX
from netaudit.discovery.wsd import WSD
from netaudit.model import Reply

CHANNELS: tuple[Channel, ...] = (
    ARP, NDP, IGMP, LLDP, CDP, DHCP, MDNS, SSDP, UPNP, WSD, ONVIF, SADP, SADP_RAW, ISAPI, DHIP, MAGICBOX, VAPIX, TLS,
    HTTP, RTSP, SSH, FTP, TELNET, SNMP, TCP,
)  # fmt: skip

BY_NAME = {channel.name: channel for channel in CHANNELS}

UDP_PORTS = frozenset(port for channel in CHANNELS for transport, port in channel.hears if transport == "udp")


def route(reply: Reply) -> Channel | None:
    """The channel that reads this reply: the one it came by, the one that knows its bytes, or the one of its ports."""
    if reply.channel:
        return BY_NAME.get(reply.channel)
    if not reply.payload and reply.transport == "tcp":
        return TCP  # it took the connection and said nothing: that the port is open is all there is to read
    for channel in CHANNELS:
        if channel.knows and channel.knows(reply):
            return channel
    ports = {("tcp" if reply.transport == "tls" else reply.transport, p) for p in (reply.port, reply.destination_port)}
    for channel in CHANNELS:
        if ports.intersection(channel.hears):
            return channel
    return TCP if reply.transport in {"tcp", "tls"} else None
