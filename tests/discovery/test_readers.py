"""What every reader promises: observations of its own fields, or ValueError, whatever the bytes."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.channel_lists import input_proxy, remote_devices
from support.reading import reply

from netaudit.discovery import BY_NAME, CHANNELS, route
from netaudit.vocabulary import FIELDS

CORPUS = Path(__file__).resolve().parents[2].parent / "shared/corpus/replies.jsonl"
SOAP = b'<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>%s</s:Body></s:Envelope>'
DHCP_HEAD = b"\x01\x01\x06\x00" + bytes(24) + b"\x44\x19\xb6\x00\x00\x01" + bytes(202) + b"\x63\x82\x53\x63"
SAMPLES = {
    "dhcp": [DHCP_HEAD + b"\x35\x01\x01\x0c\x03cam\x3c\x05udhcp\x37\x03\x01\x03\x06\xff"],
    "ftp": [b"220-Hello\r\n220 camera FTP ready\r\n"],
    "http": [
        (b"HTTP/1.1 401 Unauthorized\r\nServer: Webs\r\nContent-Length: 60\r\n"
        b'WWW-Authenticate: Digest realm="Login to device, 1", qop="auth"\r\n\r\n'
        b"<html><title>Login &amp; more</title><script>window.location='/doc/'</script></html>"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-Cookie: a=b\r\n\r\n5\r\n<html\r\n1\r\n>\r\n0\r\n\r\n",
    ],
    "isapi": [
        (b'<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><model>DS-1 & 2</model>'
        b"<macAddress>44:19:b6:00:00:01</macAddress><firmwareVersion>V5.5.0</firmwareVersion>"
        b"<telecontrolID>88</telecontrolID></DeviceInfo>"),
        input_proxy({"proxyProtocol": "ONVIF", "ipAddress": "192.0.2.9", "serialNumber": "C-1"}, None).encode(),
    ],
    "magicbox": [
        b"deviceType=31\r\nserialNumber=4F00000PAZ00000\r\ntable.RemoteDevice.a.Password=x\r\nversion=1.2\r\n",
        remote_devices({"Address": "192.0.2.9", "Mac": "08:ed:ed:28:8f:97", "SerialNo": "C-1"}).encode(),
    ],
    "onvif": [
        SOAP % b"<GetDeviceInformationResponse><Model>C-1</Model></GetDeviceInformationResponse>",
        SOAP % b"<GetScopesResponse><ScopeItem>onvif://www.onvif.org/MAC/44:19:b6:00:00:01</ScopeItem></GetScopesResponse>",
        b'{"manufacturer": "M", "model": "C-1"}',
    ],
    "rtsp": [
        b'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Basic realm="IP Camera(A1234)"\r\n\r\n',
        b"RTSP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nv=0\r\ns=x\r\na=control:rtsp://192.0.2.7/a\r\na=rtpmap:96 H264/90000\r\n",
    ],
    "sadp": [b"<ProbeMatch><DeviceSN>DS-1</DeviceSN><MAC>44-19-b6-00-00-01</MAC><Activated>true</Activated></ProbeMatch>"],
    "ssdp": [b"NOTIFY * HTTP/1.1\r\nUSN: uuid:1\r\nNT: upnp:rootdevice\r\nSERVER: x UPnP/1.0\r\nLOCATION: http://192.0.2.7/\r\n\r\n"],
    "ssh": [b"hello\r\nSSH-2.0-dropbear_2014.63\r\n"],
    "telnet": [b"\xff\xfd\x01\xff\xfa\x18\x01\xff\xf0\r\n192.0.2.7 login: "],
    "tls": [
        b"\x16\x03\x03\x00\x32\x02\x00\x00\x2e\x03\x03" + bytes(32) + b"\x00\x00\x2f\x00\x00\x06\x00\x2b\x00\x02\x03\x04",
        b"\x16\x03\x01\x00\x0e\x0b\x00\x00\x0a\x00\x00\x07\x00\x00\x04\x30\x82\x01\x00",
    ],
    "upnp": [b"<root><device><friendlyName>x & y</friendlyName><UDN>uuid:1</UDN></device></root>"],
    "wsd": [SOAP % b"<ProbeMatch><Address>urn:uuid:1</Address><Scopes>onvif://www.onvif.org/name/x</Scopes></ProbeMatch>"],
    "dhip": [b' \0\0\0DHIP{"method":"client.notifyDevInfo","mac":"44:19:b6:00:00:01","params":{"deviceInfo":{"DeviceType":"C"}}}'],
}  # fmt: skip
CASES = [(name, sample) for name, samples in SAMPLES.items() for sample in samples]
TRANSPORTS = st.sampled_from(["tcp", "udp", "tls", "given", "link", "table"])
CUTS = st.tuples(
    st.integers(0, 400),
    st.integers(0, 400),
    st.binary(max_size=8) | st.sampled_from([b"<", b"&", b"\r\n\r\n", b"\xff"]),
)


def check(channel, payload, transport, request=b""):
    """Read; every observation is of a field that the channel declares, with a value that can be shown and stored."""
    try:
        observations = list(channel.read(reply(payload, channel.name, transport=transport, port=80, request=request)))
    except ValueError:
        return []
    for observation in observations:
        assert observation.field in channel.fields
        assert observation.value == observation.value.strip() != ""
        assert observation.value.isprintable()
        assert len(observation.value.encode()) <= (16_384 if observation.field == "http.body" else 1024)
    return observations


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
@settings(max_examples=150, deadline=None)
@given(payload=st.binary(max_size=600), transport=TRANSPORTS, request=st.binary(max_size=60))
def test_any_bytes(channel, payload, transport, request):
    check(channel, payload, transport, request)


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
@settings(max_examples=100, deadline=None)
@given(payload=st.text(max_size=300), transport=TRANSPORTS)
def test_any_text(channel, payload, transport):
    check(channel, payload.encode(errors="replace"), transport)


@pytest.mark.parametrize(("name", "sample"), CASES, ids=[f"{name}-{len(sample)}" for name, sample in CASES])
@settings(max_examples=150, deadline=None)
@given(cuts=st.lists(CUTS, max_size=4), transport=TRANSPORTS)
def test_mutated_replies(name, sample, cuts, transport):
    for start, length, inserted in cuts:
        sample = sample[:start] + inserted + sample[start + length % 40 :]
    check(BY_NAME[name], sample, transport)


@pytest.mark.parametrize(("name", "sample"), CASES, ids=[f"{name}-{len(sample)}" for name, sample in CASES])
def test_samples_are_read(name, sample):
    assert check(BY_NAME[name], sample, "udp" if name in {"dhcp", "dhip", "sadp", "ssdp", "wsd"} else "tcp")


@settings(max_examples=300, deadline=None)
@given(payload=st.binary(max_size=200) | st.sampled_from([sample for _, sample in CASES]), transport=TRANSPORTS)
def test_routing_raises_nothing(payload, transport):
    route(reply(payload, transport=transport, port=80))


def test_declared_fields_are_of_the_vocabulary():
    assert [f for channel in CHANNELS for f in channel.fields if f not in FIELDS] == []


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real answers is not here")
def test_real_answers():
    lines = [json.loads(line) for line in CORPUS.read_text().splitlines()]
    texts = [(r["channel"], r["text"].encode()) for line in lines for r in line.get("replies", ()) if "text" in r]
    silent = [name for name, text in texts if not check(BY_NAME[name], text, "given")]

    # Faults, clock readings, searches and what was cut off before its body say nothing of a device. All else does.
    assert len(texts) > 300
    assert set(silent) <= {"onvif", "ssdp", "wsd"}
    assert len(silent) < len(texts) / 5


@pytest.mark.parametrize("port", [22, 80, 443, 554, 8000, 9999])
def test_a_silent_port_of_a_capture_is_an_open_port(port):
    silent = reply(b"", port=port)

    assert [(o.field, o.value) for o in route(silent).read(silent)] == [("tcp.port", str(port))]
