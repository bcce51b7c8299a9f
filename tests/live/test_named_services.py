"""What devices name of their own is found by multicast and read without a login; where it leads elsewhere, nobody goes.

Two servers that others wrote, in a network of namespaces: minidlna (Debian) describes itself by SSDP and UPnP, ipycam
(PyPI) is a camera with WS-Discovery and an ONVIF service. Where one is not installed its tests are skipped; IPYCAM
names the program, where it is in an environment of its own. Beside them stands a device that names everything but
what it serves, and a bystander whom it names.
"""

import os
import shutil
import sys
from contextlib import ExitStack
from functools import partial

import pytest
from support.namespaces import needs_namespaces, run_in
from support.network import Network
from support.recorders import running
from support.waiting import serves, wait_until

from netaudit.demo import EmulatedDevice, emulate
from netaudit.demo.device import Answer, Datagram, TcpService, Truth, UdpService
from netaudit.discovery import route
from netaudit.discovery.onvif import CALLS
from netaudit.model import Reply
from netaudit.records.bundle import read_bundle

pytestmark = [*needs_namespaces, pytest.mark.timeout(120)]

MEDIA, CAMERA = "10.77.0.20", "10.77.0.21"
MINIDLNA = shutil.which("minidlnad") or shutil.which("minidlnad", path="/usr/sbin")
IPYCAM = os.environ.get("IPYCAM") or shutil.which("ipycam")
NAME = "Somebody else's media"
LIAR, BYSTANDER = 31, 32
WRONG = (
    "http://10.77.0.32/stolen.xml", "http://bystander.example/a.xml", "http://a:b@10.77.0.31/a.xml",
    "http://10.77.0.31:22/a.xml", "http://10.77.0.31/SDK/webLanguage", "http://10.77.0.31/a.xml?auth=YWRtaW46MTEK",
    "http://10.77.0.31/cgi-bin/audio.cgi", f"http://10.77.0.31/{'a' * 300}.xml", "http://10.77.0.31/../a.xml",
    "http://[::ffff:10.77.0.32]/a.xml", "file:///etc/passwd",
)  # fmt: skip
PAGE = Answer(when=r"\AGET / HTTP/", head="HTTP/1.1 200 OK\nServer: Apache\nContent-Length: 0\nConnection: close")
SCOPES = "onvif://www.onvif.org/name/X"


def machine(number, *udp):
    """A device with two web ports, and with TCP 22, which is nobody's web port."""
    web = tuple(TcpService(port=port, speaks="http", answer=(PAGE,)) for port in (80, 8080))
    return EmulatedDevice(
        name=f"machine{number}",
        summary="",
        host=number,
        mac=f"02:00:5e:00:54:{number:02x}",  # not those of the servers
        truth=Truth(family="unknown", verdict="unknown"),
        udp=udp,
        tcp=(*web, TcpService(port=22)),
    )


def liar():
    """A device that names everything but what it serves, by SSDP and by WS-Discovery."""
    answers = (
        Datagram(when="M-SEARCH", head=f"HTTP/1.1 200 OK\nLOCATION: {url}\nST: upnp:rootdevice\nUSN: uuid:{number}")
        for number, url in enumerate(WRONG)
    )
    match = (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/'
        f'discovery"><e:Body><d:ProbeMatch><d:Scopes>{SCOPES}</d:Scopes><d:XAddrs>{" ".join(WRONG)} '
        "http://10.77.0.31:8080/RPC2_Login</d:XAddrs></d:ProbeMatch></e:Body></e:Envelope>"
    )
    groups = ("239.255.255.250",)
    return machine(
        LIAR,
        UdpService(port=1900, groups=groups, answer=tuple(answers)),
        UdpService(port=3702, groups=groups, answer=(Datagram(when="Probe", text=match),)),
    )


def programs(folder):
    """What is started where, and which ports it opens; none of a server that is not installed."""
    settings = (
        "port=8200", "network_interface=eth0", f"friendly_name={NAME}", "serial=4711", "model_number=1",
        f"media_dir={folder}", f"db_dir={folder}", f"log_dir={folder}", "inotify=no",
    )  # fmt: skip
    (folder / "minidlna.conf").write_text("\n".join(settings) + "\n")
    if MINIDLNA:
        yield MEDIA, (f"exec {MINIDLNA} -S -f {folder}/minidlna.conf -P {folder}/pid", (("udp", 1900), ("tcp", 8200)))
    if IPYCAM:
        yield CAMERA, (f"cd {folder} && exec {IPYCAM} --source video >/dev/null 2>&1", (("udp", 3702),))


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """What the emulated devices saw, and all replies that one scan of everybody heard."""
    folder = tmp_path_factory.mktemp("servers")
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        lan = network.lan()
        started = dict(programs(folder))
        emulation = stack.enter_context(emulate((liar(), machine(BYSTANDER)), lan.place))
        for number, (address, (program, ports)) in enumerate(started.items()):
            namespace = network.namespace("server")
            mac = f"02:00:5e:00:53:{0x20 + number:02x}"
            network.plug(lan, namespace, "eth0", f"{address}/24", mac, "route add default dev eth0")
            stack.enter_context(running(namespace, program))
            wait_until(partial(serves, namespace, *ports), program)
        bundle = folder / "run.bundle"
        argv = [
            sys.executable,
            "-m",
            "netaudit",
            "scan",
            *started,
            "10.77.0.31-32",
            "-q",
            "--profile",
            "standard",
            "--once",
        ]
        argv += ["--channels", "arp,ssdp,upnp,wsd,onvif,http,tcp", "--record", str(bundle)]
        argv += ["-o", f"json={folder / 'run.json'}"]
        done = run_in(network.scanner, argv, capture_output=True, text=True, timeout=90)
    assert done.returncode in {0, 4}, done.stderr

    return emulation, [event for event in read_bundle(bundle).events if isinstance(event, Reply)]


def told(replies):
    """What these replies say, by field."""
    fields = {}
    for reply in replies:
        for observation in route(reply).read(reply):
            fields.setdefault(observation.field, set()).add(observation.value)
    return fields


@pytest.fixture
def media(heard):
    if not MINIDLNA:
        pytest.skip("minidlna is not installed (Debian package minidlna)")
    return [reply for reply in heard[1] if reply.address == MEDIA]


@pytest.fixture
def camera(heard):
    if not IPYCAM:
        pytest.skip("ipycam is not installed (PyPI), or IPYCAM does not name it")
    return [reply for reply in heard[1] if reply.address == CAMERA]


def test_server_is_found_by_search_and_its_description_is_read(media):
    fields = told(media)

    assert f"http://{MEDIA}:8200/rootDesc.xml" in fields["ssdp.location"]
    assert fields["upnp.friendly_name"] == {NAME}
    assert fields["upnp.serial_number"] == {"4711"}
    assert fields["upnp.device_type"] == {"urn:schemas-upnp-org:device:MediaServer:1"}


def test_description_is_all_that_its_server_is_asked(media):
    asked = [reply.request for reply in media if reply.port == 8200 and reply.transport == "tcp"]

    assert [request.split(b" HTTP")[0] for request in asked] == [b"GET /rootDesc.xml"]


def test_device_service_is_asked_without_a_login_until_it_refuses(camera):
    calls = [call for reply in camera if reply.channel == "onvif" for call in CALLS if call.encode() in reply.request]

    assert calls == list(CALLS[: len(calls)])
    assert len(calls) >= 2


def test_services_are_read(camera):
    fields = told([reply for reply in camera if reply.channel == "onvif"])

    assert "/onvif/device_service" in fields["onvif.uri"]
    assert fields["onvif.envelope"]


def test_what_leads_elsewhere_or_to_something_else_is_heard_and_never_asked(heard):
    emulation, replies = heard
    named = told([reply for reply in replies if reply.address == "10.77.0.31" and reply.transport == "udp"])
    asked = {request.split(b" HTTP")[0] for played in emulation.devices for request in played.requests()}

    assert {"http://10.77.0.32/stolen.xml", "http://10.77.0.31/SDK/webLanguage"} <= named["ssdp.location"]
    assert {line for line in asked if line.startswith((b"GET", b"POST"))} == {
        b"GET /", b"GET /favicon.ico", b"POST /onvif/device_service"
    }  # fmt: skip


def test_port_of_another_service_is_not_even_connected_to(heard):
    emulation, _ = heard

    assert [seen for played in emulation.devices for seen in played.connections() if seen.port == 22] == []


def test_bystander_is_asked_what_anybody_is_asked(heard):
    emulation, _ = heard

    asked = [request.split(b" HTTP")[0] for request in emulation["machine32"].requests() if b"GET" in request]
    assert sorted(asked) == [b"GET /", b"GET /", b"GET /favicon.ico"]
