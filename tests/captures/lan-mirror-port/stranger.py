"""Somebody else on the network, with the usual tools, none of them netaudit: what is heard is what they are answered.

stranger.py ADDRESS WEB... : browses DNS-SD with zeroconf, asks like SADP's and Dahua's own tools (from the port that is
asked), probes for ONVIF devices, opens web pages with requests, and calls a device service (URL) with onvif-zeep.
"""

import contextlib
import socket
import struct
import sys
import time
import uuid
from importlib.util import find_spec
from pathlib import Path

import requests
import zeroconf
from onvif import ONVIFCamera

DHIP = b'{"method":"DHDiscover.search","params":{"mac":"","uni":1}}\n'
PROBE = (
    '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
    'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header><w:MessageID>uuid:{}</w:MessageID>'
    '<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To><w:Action e:mustUnderstand="true">'
    "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header><e:Body><d:Probe>"
    "<d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"
)


def ask(own, group, port, payload, from_port=0):
    """Ask a group, and stay until the answers are in."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("", from_port))
        membership = socket.inet_aton(group) + socket.inet_aton(own)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        sock.sendto(payload, (group, port))
        time.sleep(1)


def main(own, *urls):
    time.sleep(5)
    found = zeroconf.ZeroconfServiceTypes.find(interfaces=[own], timeout=1.5)
    with contextlib.closing(zeroconf.Zeroconf(interfaces=[own])) as browser:
        wanted = sorted({*found, "_CGI._tcp.local.", "_axis-video._tcp.local."})
        zeroconf.ServiceBrowser(browser, wanted, handlers=[lambda **_: None])
        time.sleep(2)
    inquiry = f'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>{str(uuid.uuid4()).upper()}</Uuid><Types>inquiry</Types></Probe>'
    ask(own, "239.255.255.250", 37020, inquiry.encode(), from_port=37020)
    ask(own, "239.255.255.251", 37810, struct.pack("<I4s6I", 32, b"DHIP", 0, 0, len(DHIP), 0, len(DHIP), 0) + DHIP)
    ask(own, "239.255.255.250", 3702, PROBE.format(uuid.uuid4()).encode())
    for url in urls:
        with contextlib.suppress(requests.RequestException):
            requests.get(url, timeout=2, verify=False, allow_redirects=False)
    folder = Path(find_spec("onvif").origin).parent.parent / "wsdl"
    camera = ONVIFCamera("10.77.0.80", 8080, "", "", str(folder))
    print(camera.devicemgmt.GetDeviceInformation())


main(*sys.argv[1:])
