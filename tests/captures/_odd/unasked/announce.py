"""Sends what a device says unasked, as whole frames, from eth0 of a namespace: announce.py KIND ADDRESS [TIMES].

Kinds: axis (LLDP with its inventory, CDP, mDNS), hikvision (DHCP, ARP, SADP, WS-Discovery, SSDP), dahua (DHIP), ipv6
(a camera without any IPv4: MLD and mDNS), switch (LLDP). Each also says which groups it listens to. Formats as in the
standards that netaudit/discovery names; every name, serial number and hardware address is made up.
"""

import socket
import struct
import sys
import time

EVERY_S = 0.5
ROUTER_ALERT4, ROUTER_ALERT6 = bytes.fromhex("94040000"), bytes.fromhex("3a00050200000100")
UUID = "2419d68a-2dd2-21b2-a205-{}"


def checksum(data):
    words = data + b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(words) // 2}H", words))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Device:
    def __init__(self, mac, address):
        self.mac, self.address = mac, address
        self.link_local = bytes.fromhex("fe80000000000000") + bytes((mac[0] ^ 2, *mac[1:3], 0xFF, 0xFE, *mac[3:]))

    def frame(self, target, kind, body):
        return (target + self.mac + struct.pack(">H", kind) + body).ljust(60, b"\0")

    def ipv4(self, protocol, group, body, source=None, options=b"", ttl=1):
        to = socket.inet_aton(group)
        mac = b"\xff" * 6 if group == "255.255.255.255" else b"\x01\x00\x5e" + bytes((to[1] & 0x7F, *to[2:]))
        head = struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, 0, 20 + len(options) + len(body), 1, 0, ttl, protocol, 0)
        head += (socket.inet_aton(self.address) if source is None else source) + to + options
        head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
        return self.frame(mac, 0x0800, head + body)

    def udp(self, group, port, payload, source_port=None, **rest):
        return self.ipv4(17, group, struct.pack(">HHHH", source_port or port, port, 8 + len(payload), 0) + payload, **rest)

    def joins(self, group):
        body = struct.pack(">BBH", 0x16, 0, 0) + socket.inet_aton(group)
        return self.ipv4(2, group, body[:2] + struct.pack(">H", checksum(body)) + body[4:], options=ROUTER_ALERT4)

    def ipv6(self, following, group, body, options=b"", protocol=None):
        to = socket.inet_pton(socket.AF_INET6, group)
        pseudo = self.link_local + to + struct.pack(">II", len(body), protocol or following)
        at = 6 if (protocol or following) == 17 else 2
        body = body[:at] + struct.pack(">H", checksum(pseudo + body)) + body[at + 2 :]
        head = struct.pack(">IHBB", 6 << 28, len(options) + len(body), following, 1) + self.link_local + to
        return self.frame(b"\x33\x33" + to[12:], 0x86DD, head + options + body)

    def joins6(self, group):
        record = b"\x04\0\0\0" + socket.inet_pton(socket.AF_INET6, group)
        return self.ipv6(0, "ff02::16", struct.pack(">BBHHH", 143, 0, 0, 0, 1) + record, ROUTER_ALERT6, protocol=58)

    def lldp(self, *units):
        body = b"".join(struct.pack(">H", kind << 9 | len(value)) + value for kind, value in units)
        return self.frame(bytes.fromhex("0180c200000e"), 0x88CC, body + b"\0\0")

    def cdp(self, *units):
        body = b"".join(struct.pack(">HH", kind, 4 + len(value)) + value for kind, value in units)
        body = bytes.fromhex("aaaa0300000c2000") + b"\x02\xb4\0\0" + body
        return self.frame(bytes.fromhex("01000ccccccc"), len(body), body)


def name(text):
    return b"".join(bytes((len(label),)) + label.encode() for label in text.split("|")) + b"\0"


def record(owner, kind, data):
    return name(owner) + struct.pack(">HHIH", kind, 0x8001 if kind != 12 else 1, 120, len(data)) + data


def announcement(service, instance, host):
    """An mDNS response nobody asked for (RFC 6762 section 8.3)."""
    answers = (
        record(f"{service}|local", 12, name(f"{instance}|{service}|local")),
        record(f"{instance}|{service}|local", 33, struct.pack(">HHH", 0, 0, 80) + name(f"{host}|local")),
        record(f"{instance}|{service}|local", 16, b"\x06path=/"),
    )
    return struct.pack(">6H", 0, 0x8400, 0, len(answers), 0, 0) + b"".join(answers)


def axis(device):
    serial = device.mac.hex().upper()
    med = [(127, b"\x00\x12\xbb" + bytes((kind,)) + text) for kind, text in (
        (6, b"10.12.153"), (8, serial.encode()), (9, b"Axis Communications AB"), (10, b"P3245-LV"),
    )]  # fmt: skip
    own = socket.inet_aton(device.address)
    yield device.lldp(
        (1, b"\x04" + device.mac), (2, b"\x03" + device.mac), (3, b"\0\x78"), (5, f"axis-{serial.lower()}".encode()),
        (6, b"AXIS P3245-LV Network Camera"), (7, b"\0\x80\0\x80"), (8, b"\x05\x01" + own + b"\x02\0\0\0\x02\0"), *med,
    )  # fmt: skip
    yield device.cdp(
        (1, f"axis-{serial.lower()}".encode()), (2, b"\0\0\0\x01\x01\x01\xcc\0\x04" + own), (3, b"eth0"),
        (5, b"10.12.153"), (6, b"AXIS P3245-LV"),
    )  # fmt: skip
    yield device.udp("224.0.0.251", 5353, announcement("_axis-video|_tcp", f"AXIS P3245-LV - {serial}", f"axis-{serial}"))
    yield device.joins("224.0.0.251")


def hikvision(device):
    tail = device.mac.hex()
    colons, plain = device.mac.hex(":"), socket.inet_aton(device.address)
    dhcp = struct.pack(">BBBBIHH", 1, 1, 6, 0, 7, 0, 0) + bytes(16) + device.mac + bytes(202)
    dhcp += b"\x63\x82\x53\x63\x35\x01\x03\x0c\x06camera\x3c\x06udhcp \x37\x03\x01\x03\x06\xff"
    yield device.udp("255.255.255.255", 67, dhcp, 68, source=bytes(4))
    yield device.frame(b"\xff" * 6, 0x0806, struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + device.mac + plain + bytes(6) + plain)
    yield device.udp("239.255.255.250", 37020, (
        '<?xml version="1.0" encoding="UTF-8"?><Hello><Types>hello</Types><DeviceType>142378</DeviceType>'
        "<DeviceDescription>DS-2CD2143G2-I</DeviceDescription><DeviceSN>DS-2CD2143G2-I20211103AAWRG80551732</DeviceSN>"
        f"<CommandPort>8000</CommandPort><HttpPort>80</HttpPort><MAC>{colons}</MAC><IPv4Address>{device.address}</IPv4Address>"
        "<SoftwareVersion>V5.7.3build 220112</SoftwareVersion><Activated>true</Activated></Hello>"
    ).encode())  # fmt: skip
    yield device.udp("239.255.255.250", 3702, (
        '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header><a:Action>'
        "http://schemas.xmlsoap.org/ws/2005/04/discovery/Hello</a:Action></s:Header><s:Body><d:Hello>"
        f"<a:EndpointReference><a:Address>urn:uuid:{UUID.format(tail)}</a:Address></a:EndpointReference>"
        "<d:Types>NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/name/HIKVISION%20DS-2CD2143G2-I "
        "onvif://www.onvif.org/hardware/DS-2CD2143G2-I</d:Scopes>"
        f"<d:XAddrs>http://{device.address}/onvif/device_service</d:XAddrs></d:Hello></s:Body></s:Envelope>"
    ).encode())  # fmt: skip
    yield device.udp("239.255.255.250", 1900, (
        "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\n"
        f"LOCATION: http://{device.address}:49152/upnpdevicedesc.xml\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\n"
        f"SERVER: Linux/4.9 UPnP/1.0\r\nUSN: uuid:{UUID.format(tail)}::upnp:rootdevice\r\n\r\n"
    ).encode())  # fmt: skip
    yield device.joins("239.255.255.250")


def dahua(device):
    body = (
        f'{{"mac":"{device.mac.hex(":")}","method":"client.notifyDevInfo","params":{{"deviceInfo":{{'
        '"DeviceClass":"IPC","DeviceType":"IPC-HDW2431T-AS-S2","HttpPort":80,"Port":37777,'
        f'"IPv4Address":{{"IPAddress":"{device.address}"}},"SerialNo":"6L0A5C3PAG7B21D","Vendor":"Dahua",'
        '"Version":"2.800.0000000.13.R","Init":1162}}}'
    ).encode() + b"}"
    head = struct.pack("<I4sIIIIII", 32, b"DHIP", 0, 0, len(body), 0, len(body), 0)
    yield device.udp("239.255.255.251", 37810, head + body)
    yield device.joins("239.255.255.251")


def ipv6(device):
    yield device.joins6("ff02::fb")
    host = "DS-2CD2722FWD-IZS20170321BBWR733050075"
    payload = announcement("_CGI|_tcp", "HIKVISION DS-2CD2722FWD-IZS - 733050075", host)
    yield device.ipv6(17, "ff02::fb", struct.pack(">HHHH", 5353, 5353, 8 + len(payload), 0) + payload)


def switch(device):
    yield device.lldp((1, b"\x04" + device.mac), (2, b"\x05Gi0/7"), (3, b"\0\x78"), (5, b"switch-7"), (7, b"\0\x14\0\x04"))


def main(kind, address, times="3"):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(("eth0", 0))
        device = Device(sock.getsockname()[4], address)
        for _ in range(int(times)):
            for frame in {"axis": axis, "hikvision": hikvision, "dahua": dahua, "ipv6": ipv6, "switch": switch}[kind](device):
                sock.send(frame)
            time.sleep(EVERY_S)


main(*sys.argv[1:])
