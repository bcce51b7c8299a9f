"""The shipped devices, played on loopback and asked by hand and by clients that know nothing of netaudit."""

import json
import socket
import ssl
import time
import xml.etree.ElementTree as ET
from importlib import import_module

import pytest
import requests
from support.loopback import CORNER, ask_tcp, ask_udp, corner_place

from netaudit.demo import EmulationError, emulate, load_devices
from netaudit.demo.certificates import legacy_client_context

UUID = "1F9B2A6C-4E1D-4F5A-9C3E-7A2B5D8E0C11"
SADP = f'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>{UUID}</Uuid><Types>inquiry</Types></Probe>'.encode()
SEARCH = b'{"method":"DHDiscover.search","params":{"mac":"","uni":1}}\n'
DHIP = b"\x20\0\0\0DHIP" + bytes(8) + b"\x3b\0\0\0\0\0\0\0\x3b\0\0\0\0\0\0\0" + SEARCH
M_SEARCH = (
    b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 2\r\nST: upnp:rootdevice\r\n\r\n'
)
AXIS_QUERY = bytes.fromhex("0007 0000 0001 0000 0000 0000") + b"\x0b_axis-video\x04_tcp\x05local\0\0\x0c\x80\x01"
GET = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: netaudit\r\nAccept: */*\r\nConnection: close\r\n\r\n"


def probe(types: str) -> bytes:
    body = f"<d:Types>{types}</d:Types>" if types else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
        'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header>'
        f"<w:MessageID>uuid:{UUID}</w:MessageID>"
        '<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>'
        '<w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>'
        f"<e:Body><d:Probe>{body}</d:Probe></e:Body></e:Envelope>"
    ).encode()


def test_start_is_quick(monkeypatch):
    """What takes time at the start are the keys: all certificates of one size have the same."""
    emulating, made = import_module("netaudit.demo.emulate"), []
    make = emulating.make_key
    monkeypatch.setattr(emulating, "make_key", lambda bits: made.append(bits) or make(bits))
    devices = load_devices()
    wanted = {service.tls.key_bits for device in devices for service in device.tcp if service.tls}
    with emulate(devices, corner_place):
        pass

    assert sorted(made) == sorted(wanted)


def test_nothing_is_sent_or_seen_unasked():
    with emulate(load_devices()[:3], corner_place) as fresh:
        pass

    assert [played.seen for played in fresh.devices] == [[], [], []]


@pytest.fixture(scope="module")
def network():
    with emulate(load_devices(), corner_place) as network:
        yield network


def test_sadp_answer_echoes_the_uuid_and_names_the_ports_that_are_open(network):
    device = network["hikvision-dome"]
    ((payload, sender),) = ask_udp(device.address, 37020, SADP)
    answer = {element.tag: element.text for element in ET.fromstring(payload)}

    assert (device.address, 37020) == sender
    assert answer["Uuid"] == UUID
    assert device.address == answer["IPv4Address"]
    assert (answer["HttpPort"], answer["CommandPort"], answer["SDKOverTLSPort"]) == ("8080", "8000", "18443")
    assert answer["MAC"] == "44-19-b6-5e-10-0b"


def test_dhip_answer_has_its_header_and_the_ports_that_are_open(network):
    device = network["dahua-lorex"]
    ((payload, _),) = ask_udp(device.address, 37810, DHIP)
    info = json.loads(payload[32:])["params"]["deviceInfo"]

    assert payload[:8] == b"\x20\0\0\0DHIP"
    assert len(payload) - 32 == int.from_bytes(payload[16:20], "little")
    assert (info["Port"], info["Vendor"], info["DeviceType"]) == (35000, "Lorex", "E891AB")
    assert device.address == info["IPv4Address"]["IPAddress"]


@pytest.mark.parametrize("types", ["dn:NetworkVideoTransmitter", "tds:Device", ""])
@pytest.mark.parametrize("name", ["hikvision-dome", "dahua-camera", "axis-dome"])
def test_probe_match_answers_each_kind_of_probe(network, name, types):
    device = network[name]
    ((payload, _),) = ask_udp(device.address, 3702, probe(types))
    text = ET.tostring(ET.fromstring(payload), "unicode")

    assert f"uuid:{UUID}" in text
    assert f"http://{device.address}:8080/onvif/device_service" in text


def test_printer_answers_only_who_asks_for_anybody_or_printers(network):
    device = network["printer"]
    before = len(device.seen)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        for types in ("dn:NetworkVideoTransmitter", "tds:Device", ""):
            sock.sendto(probe(types), (device.address, 3702))
        payload = sock.recv(65535)
        sock.settimeout(0.1)
        with pytest.raises(TimeoutError):
            sock.recv(65535)

    assert b"wprt:PrintDeviceType" in payload
    assert len(device.seen) - before == 3


def test_probe_with_line_breaks_is_ignored_by_the_camera_that_cannot_read_them(network):
    device = network["hikvision-dome"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.3)
        sock.sendto(probe("").replace(b"><", b">\n<"), (device.address, 3702))
        with pytest.raises(TimeoutError):
            sock.recv(65535)


def test_ssdp_points_to_a_description_that_is_there(network):
    device = network["hikvision-old"]
    ((payload, _),) = ask_udp(device.address, 1900, M_SEARCH)
    location = payload.split(b"LOCATION: ")[1].split(b"\r\n")[0].decode()
    description = requests.get(location, timeout=5)

    assert f"http://{device.address}:8080/upnpdevicedesc.xml" == location
    assert "DS-2CD2032-I20141107CCWR486120957" in description.text


def test_mdns_question_is_answered_to_who_asked(network):
    device = network["axis-dome"]
    ((payload, _),) = ask_udp(device.address, 5353, AXIS_QUERY)

    assert payload[:4] == b"\x00\x07\x84\x00"
    assert b"AXIS P3245-LV - ACCC8E0D51C7" in payload


def test_ordinary_client_reads_the_pages(network):
    hikvision = requests.get(f"http://{network['hikvision-dome'].address}:8080/", timeout=5)
    dahua = requests.get(f"http://{network['dahua-camera'].address}:8080/", timeout=5)
    axis = requests.get(f"http://{network['axis-dome'].address}:8080/", timeout=5, allow_redirects=False)

    assert (hikvision.headers["Server"], hikvision.status_code) == ("webserver", 200)
    assert "/doc/page/login.asp" in hikvision.text
    assert "<title>WEB SERVICE</title>" in dahua.text
    assert f"http://{network['axis-dome'].address}:8080/camera/index.html" == axis.headers["Location"]


def test_unknown_path_is_not_found(network):
    answer = requests.get(f"http://{network['dahua-camera'].address}:8080/no/such/page", timeout=5)

    assert answer.status_code == 404


def test_ordinary_client_is_told_to_log_in(network):
    answer = requests.get(f"http://{network['hikvision-recorder'].address}:8080/ISAPI/System/deviceInfo", timeout=5)

    assert answer.status_code == 401
    assert 'Digest realm="5b9c01e7d2f34a68b7c5", domain="::"' in answer.headers["WWW-Authenticate"]


def test_onvif_time_is_told_without_a_login_and_users_are_not(network):
    url = f"http://{network['hikvision-dome'].address}:8080/onvif/device_service"
    told = requests.post(url, data="<e:Body><tds:GetSystemDateAndTime/></e:Body>", timeout=5)
    refused = requests.post(url, data="<e:Body><tds:GetNetworkInterfaces/></e:Body>", timeout=5)

    assert f"<tt:Year>{time.gmtime().tm_year}</tt:Year>" in told.text
    assert (told.status_code, refused.status_code) == (200, 401)


@pytest.mark.parametrize(("method", "status"), [(b"OPTIONS", b"200 OK"), (b"DESCRIBE", b"401 Unauthorized")])
def test_rtsp_is_answered_with_its_sequence_number(network, method, status):
    device = network["hikvision-dome"]
    with socket.create_connection((device.address, 8554), 5) as sock:
        sock.sendall(method + b" rtsp://" + device.address.encode() + b":8554/ RTSP/1.0\r\nCSeq: 42\r\n\r\n")
        answer = sock.recv(4096)

    assert answer.startswith(b"RTSP/1.0 " + status + b"\r\nCSeq: 42\r\n")
    assert answer.endswith(b"\r\n\r\n")


def test_current_device_speaks_to_a_current_client(network):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    answer = ask_tcp(network["dahua-camera"].address, 8443, GET, context)

    assert b"<title>WEB SERVICE</title>" in answer


@pytest.mark.parametrize("name", ["hikvision-old", "tls10-only"])
def test_old_device_refuses_a_current_client_and_answers_an_old_one(network, name):
    device = network[name]
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with pytest.raises(ssl.SSLError):
        ask_tcp(device.address, 8443, GET, context)

    assert ask_tcp(device.address, 8443, GET, legacy_client_context("TLSv1")).startswith(b"HTTP/1.")


def test_device_without_services_opens_nothing(network):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((network["arp-only"].address, 8080), 1)


def test_hostile_length_is_a_lie(network):
    answer = ask_tcp(network["hostile"].address, 8080, GET)

    assert b"Content-Length: 1000000\r\n" in answer
    assert len(answer) < 5000
    assert answer.count(b": soup\r\n") > 100


def test_hostile_discovery_answers_come_all(network):
    answers = [payload for payload, _ in ask_udp(network["hostile"].address, 3702, probe(""), answers=3)]

    assert any(b"<!ENTITY" in payload for payload in answers)
    assert any(b"http://203.0.113.9/" in payload for payload in answers)


def test_open_ports_are_known(network):
    assert {8000, 8080, 8443, 8554, 35000, 37777} <= set(network.tcp_ports)


def test_port_that_is_taken_is_told_by_name(network):
    device = network["dahua-lorex"].device

    with (
        pytest.raises(EmulationError, match=rf"TCP {CORNER}.33:8554 for dahua-lorex: .*in use"),
        emulate([device], corner_place),
    ):
        pass
