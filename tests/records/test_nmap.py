"""From nmap's hosts to facts: what a device said is taken, what nmap thinks of it is not."""

from hashlib import sha256

import pytest

from netaudit.model import Gap, Observation, Reply
from netaudit.records.nmap import is_nmap, read_nmap

PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
SERVICE = '<service name="rtsp" product="Lorex IP camera rtspd" method="probed" conf="10"/>'


def host(inside="", port=80, state="open", protocol="tcp", status='state="up" reason="arp-response"', more=""):
    return (
        f'<host endtime="1700000100"><status {status}/><address addr="192.0.2.7" addrtype="ipv4"/>'
        f'<address addr="C0:56:E3:00:53:01" addrtype="mac" vendor="Hangzhou Hikvision"/>{more}'
        f'<ports><port protocol="{protocol}" portid="{port}"><state state="{state}"/>{inside}</port></ports></host>'
    )


def script(name, output="", values=""):
    return f'<script id="{name}" output="{output}">{values}</script>'


@pytest.fixture
def told(tmp_path):
    def read(*hosts):
        path = tmp_path / "out.xml"
        path.write_text(f'<nmaprun start="1700000000">{"".join(hosts)}</nmaprun>')
        return list(read_nmap(path))

    return read


def pairs(events):
    return {(e.field, e.value) for e in events if isinstance(e, Observation)}


def test_ports_hardware_addresses_and_names(told):
    names = '<hostnames><hostname name="cam.example" type="PTR"/><hostname name="typed" type="user"/></hostnames>'

    assert pairs(told(host(SERVICE, more=names))) == {
        ("tcp.port", "80"), ("mac.address", "C0:56:E3:00:53:01"), ("dns.name", "cam.example"),
    }  # fmt: skip


def test_the_opinions_of_nmap_are_left(told):
    texts = "".join(value for _, value in pairs(told(host(SERVICE))))

    assert "Lorex" not in texts
    assert "Hikvision" not in texts


def test_each_fact_is_marked_with_the_file(told, tmp_path):
    events = told(host())
    digest = sha256((tmp_path / "out.xml").read_bytes()).hexdigest()

    facts = [e for e in events if isinstance(e, Observation)]
    assert {(f.reply, f.seen_at, f.address) for f in facts} == {(f"sha256:{digest}", 1_700_000_100.0, "192.0.2.7")}


@pytest.mark.parametrize(
    ("found", "fact"),
    [
        (script("http-title", "x", '<elem key="title">IP Camera</elem>'), ("http.title", "IP Camera")),
        (script("http-server-header", "x", "<elem>App-webs/</elem>"), ("http.server", "App-webs/")),
        (
            script("http-auth", "x", '<table><table key="params"><elem key="realm">IP Camera</elem></table></table>'),
            ("http.realm", "IP Camera"),
        ),
        (script("rtsp-methods", "OPTIONS, DESCRIBE"), ("rtsp.public", "OPTIONS, DESCRIBE")),
        (script("http-headers", "&#10;  Server: webs&#10;  &#10;  (Request type: HEAD)"), ("http.server", "webs")),
        (
            script("http-headers", "&#10;  Date: x&#10;  Server: w&#10;  (Request type: GET)"),
            ("http.headers", "Date,Server"),
        ),
        (script("upnp-info", "&#10;  Manufacturer: Hikvision"), ("upnp.manufacturer", "Hikvision")),
        (script("snmp-sysdescr", "IPC&#10;  System uptime: 1 day"), ("snmp.sysdescr", "IPC")),
        (
            script("wsdd-discover", "Address: http://192.0.2.7/onvif/device_service"),
            ("wsd.xaddr", "http://192.0.2.7/onvif/device_service"),
        ),
    ],
)
def test_what_scripts_cut_out_of_answers(told, found, fact):
    assert fact in pairs(told(host(found)))


def test_a_page_of_another_host_is_not_this_hosts(told):
    led = '<elem key="title">Google</elem><elem key="redirect_url">https://www.example.org/</elem>'

    assert pairs(told(host(script("http-title", "x", led)))) == pairs(told(host()))


def test_certificates_and_banners_are_replies(told):
    certificate = script("ssl-cert", "x", f'<elem key="pem">{PEM}</elem>')
    (pem, banner) = (
        e
        for e in told(host(certificate, 443), host(script("banner", "SSH-2.0-dropbear\\x0D\\x0A"), 22))
        if isinstance(e, Reply)
    )

    assert (pem.channel, pem.port, pem.payload) == ("tls", 443, PEM.encode())
    assert (banner.channel, banner.port, banner.payload) == ("", 22, b"SSH-2.0-dropbear\r\n")


def test_what_an_unknown_service_sent_is_a_reply(told):
    record = (
        "SF-Port554-TCP:V=7.93%I=7%D=1/1%Time=65%P=x%r(RTSPRequest,1B,&quot;RTSP/1\\.0\\x20200\\x20OK\\r\\nA:\\x20b&quot;)"
        "%r(Help,3,&quot;abc&quot;)"
    )
    (reply,) = (e for e in told(host(f'<service name="x" servicefp="{record}"/>', 554)) if isinstance(e, Reply))

    assert (reply.payload, reply.port, reply.transport) == (b"RTSP/1.0 200 OK\r\nA: b", 554, "tcp")


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (host(state="closed"), {("tcp.refused", "80")}),
        (host(state="filtered"), set()),
        (host(port=70000), set()),
        (host(port="-1"), set()),
        (host(protocol="sctp"), set()),
    ],
)
def test_the_state_of_a_port(told, text, facts):
    assert pairs(told(text)) - {("mac.address", "C0:56:E3:00:53:01")} == facts


def test_a_host_that_is_down_tells_nothing(told):
    assert pairs(told(host(status='state="down" reason="no-response"'))) == set()


def test_hosts_that_were_up_and_silent_are_counted(told):
    up = '<host><status state="up" reason="echo-reply"/><address addr="192.0.2.9" addrtype="ipv4"/></host>'
    taken = up.replace("echo-reply", "user-set")
    gaps = [e.detail for e in told(up, up, taken) if isinstance(e, Gap)]

    assert gaps[0] == "out.xml: 2 addresses were up and told nothing more: they are not here"
    assert len(gaps) == 2


def test_every_import_says_what_it_cannot_tell(told):
    (gap,) = (e for e in told() if isinstance(e, Gap))

    assert gap.kind == "import"


@pytest.mark.parametrize("address", ["", "nonsense", "192.0.2.7/24", "1" * 10_000])
def test_an_address_that_is_none_is_no_host(told, address):
    odd = host().replace('addr="192.0.2.7"', f'addr="{address}"')

    assert pairs(told(odd)) == set()


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (b'<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap"', True),
        (b"\xef\xbb\xbf<nmaprun>", True),
        (b"# Nmap 7.93 scan <nmaprun", False),
        (b"<html>", False),
    ],
)
def test_the_kind_is_known_by_content(head, is_one):
    assert is_nmap(head) is is_one
