"""Observations as channels would read them, in one line each."""

from netaudit.model import Observation

CAMERA = "10.0.0.5"
MAC = "44:19:b6:00:00:01"
SERIAL = "DS-2CD2043G0-I20190115AAWRC12345678"
SERIAL_KEY = "20190115AAWRC12345678"


def seen(field, value, address=CAMERA, *, channel=None, reply=None, **rest):
    """One observation; the channel is the first word of the field, the reply is one per address and channel."""
    name = channel or field.partition(".")[0]
    told = reply or f"{address} {name}"
    return Observation(channel=name, field=field, value=value, address=address, reply=told, **rest)


def arp(address, value, **rest):
    """What an ARP answer tells."""
    return seen("mac.address", value, address, channel="arp", **rest)


def said(address, value, channel="sadp", **rest):
    """What a device says of its own hardware address."""
    return seen("mac.address", value, address, channel=channel, **rest)


def answer(address, serial, mac=None):
    """What the SADP answer of one device tells."""
    found = [seen("sadp.device_sn", serial, address)]
    return [*found, said(address, mac)] if mac else found
