"""Nothing that must never be sent is sent: every byte that the whole suite gave to a socket is held against the list.

The requests are a closed list: what is not one of these forms fails, whatever it is. This file runs last.
"""

import json
import os
import re
import struct
from pathlib import Path

import pytest
from support.loopback import corner_place, quick_answers

from netaudit.demo import emulate, load_devices
from netaudit.discovery import CHANNELS

UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
SADP = rf'<\?xml version="1\.0" encoding="utf-8"\?><Probe><Uuid>{UUID}</Uuid><Types>inquiry</Types></Probe>'
DHIP = (
    b"\x20\x00\x00\x00DHIP" + bytes(8) + struct.pack("<IIII", 59, 0, 59, 0)
    + b'{"method":"DHDiscover.search","params":{"mac":"","uni":1}}\n'
)  # fmt: skip
WSD = (
    r'<\?xml version="1\.0" encoding="UTF-8"\?><e:Envelope [^<>]*><e:Header><w:MessageID>uuid:'
    + UUID
    + r"</w:MessageID>"
    r'<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To><w:Action '
    r'e:mustUnderstand="true">http://schemas\.xmlsoap\.org/ws/2005/04/discovery/Probe</w:Action></e:Header>'
    r"<e:Body><d:Probe>(?:<d:Types>(?:dn:NetworkVideoTransmitter|tds:Device)</d:Types>)?</d:Probe></e:Body></e:Envelope>"
)
HOST = r"\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?"
SSDP = (
    r'M-SEARCH \* HTTP/1\.1\r\nHOST: 239\.255\.255\.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 2\r\n'
    r"ST: upnp:rootdevice\r\n\r\n"
)
HEADERS = rf" HTTP/1\.1\r\nHost: {HOST}\r\nUser-Agent: netaudit\r\nAccept: \*/\*\r\nConnection: close\r\n"
PATHS = (  # the last: descriptions that SSDP named; the word in them is no maker's path of anything else
    r"/", r"/favicon\.ico", r"/SDK/activateStatus", r"/ISAPI/System/deviceInfo",
    r"(?!/(?:ISAPI|PSIA|SDK|System|Security|cgi-bin|axis-cgi|onvif)/)(?:/[A-Za-z0-9_-][A-Za-z0-9_.:-]{0,63}){1,5}\.xml",
)  # fmt: skip
GET = rf"GET (?:{'|'.join(PATHS)}){HEADERS}\r\n"
CALLS = (
    r"<tds:(?:GetSystemDateAndTime|GetEndpointReference|GetHostname)/>"
    r"|<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>"
)
ONVIF = (
    rf"POST /onvif(?:/[A-Za-z0-9_-]{{1,64}}){{1,3}}{HEADERS}Content-Type: application/soap\+xml; charset=utf-8\r\n"
    r'Content-Length: \d{3}\r\n\r\n<\?xml version="1\.0" encoding="UTF-8"\?><e:Envelope '
    r'xmlns:e="http://www\.w3\.org/2003/05/soap-envelope" xmlns:tds="http://www\.onvif\.org/ver10/device/wsdl">'
    rf"<e:Body>(?:{CALLS})</e:Body></e:Envelope>"
)
VAPIX = (
    rf"POST /axis-cgi/basicdeviceinfo\.cgi{HEADERS}Content-Type: application/json\r\nContent-Length: 60\r\n\r\n"
    r'\{"apiVersion":"1\.0","method":"getAllUnrestrictedProperties"\}'
)
OPTIONS = rf"OPTIONS rtsp://{HOST}/ RTSP/1\.0\r\nCSeq: 1\r\n\r\n"
DESCRIBE = rf"DESCRIBE rtsp://{HOST}/ RTSP/1\.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n\r\n"

# What is sent with a login that the operator gave, and never without.
LOGIN_PATHS = (
    r"/ISAPI/System/deviceInfo", r"/ISAPI/ContentMgmt/InputProxy/channels(?:/status)?",
    r"/cgi-bin/magicBox\.cgi\?action=get(?:DeviceType|SerialNo|SoftwareVersion|Vendor)",
    r"/cgi-bin/configManager\.cgi\?action=getConfig&name=RemoteDevice",
)  # fmt: skip
KEPT_OPEN = rf" HTTP/1\.1\r\nHost: {HOST}\r\nUser-Agent: netaudit\r\nAccept: \*/\*\r\n"
DIGEST = r"(?:Authorization: Digest [\x20-\x7e]{1,1000}\r\n)?"
LOGIN_GET = rf"GET (?:{'|'.join(LOGIN_PATHS)}){KEPT_OPEN}{DIGEST}\r\n"
SERVICE = r"http://www\.onvif\.org/ver10/device/wsdl"
TOKEN = (
    r"<soap-env:Header><wsse:Security [^<>]*><wsse:UsernameToken><wsse:Username>[^<>]{1,128}</wsse:Username>"
    r'<wsse:Password Type="[^"]*#PasswordDigest">[A-Za-z0-9+/=]{28}</wsse:Password><wsse:Nonce [^<>]*>[A-Za-z0-9+/=]{24}'
    r"</wsse:Nonce><wsu:Created [^<>]*>[0-9TZ:-]{20}</wsu:Created></wsse:UsernameToken></wsse:Security></soap-env:Header>"
)
NAMES = "GetSystemDateAndTime|GetDeviceInformation|GetScopes|GetNetworkInterfaces|GetHostname"
LOGIN_POST = (
    rf"POST /onvif/device_service{KEPT_OPEN}{DIGEST}Content-Type: application/soap\+xml; charset=utf-8; "
    rf'action="{SERVICE}/(?P<name>{NAMES})"\r\nSOAPAction: "{SERVICE}/(?P=name)"\r\nContent-Length: \d{{3,4}}\r\n\r\n'
    r"<\?xml version='1\.0' encoding='utf-8'\?><soap-env:Envelope xmlns:soap-env=\"http://www\.w3\.org/2003/05/soap-envelope\">"
    rf'(?:{TOKEN})?<soap-env:Body><ns0:(?P=name) xmlns:ns0="{SERVICE}"/></soap-env:Body></soap-env:Envelope>'
)
SNMP_GET = (
    rb"\x30.\x02\x01[\x00\x01]\x04[\x01-\x7f][\x20-\x7e]{1,127}\xa0.\x02[\x01-\x05][^\xff]{1,5}\x02\x01\x00\x02\x01\x00\x30\x1c"
    rb"\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x05\x00\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x02\x00\x05\x00"
)
WITH_LOGIN = re.compile(f"{LOGIN_GET}|{LOGIN_POST}".encode())
WITH_COMMUNITY = re.compile(SNMP_GET, re.DOTALL)
LOGIN_TESTS = ("tests/discovery/login/", "tests/live/test_logins.py")  # who gives credentials
MECHANICS = (
    "tests/wire/",
    "tests/discovery/login/test_caller.py",
    "tests/discovery/login/test_once.py",
    "tests/discovery/login/test_strangers.py",
)
LOGINS = re.compile(rb"(?i)authorization:|cookie:|wsse|usernametoken")

DATAGRAMS = re.compile(f"{SADP}|{WSD}|{SSDP}".encode())
REQUESTS = re.compile(f"{GET}|{ONVIF}|{VAPIX}|{OPTIONS}|{DESCRIBE}".encode())
TLS_RECORD = re.compile(rb"[\x14-\x17]\x03[\x00-\x04]", re.DOTALL)

FORMS = {
    "udp": re.compile(f"{SADP}|{WSD}|{SSDP}".encode() + b"|" + re.escape(DHIP)),
    "tcp": re.compile(REQUESTS.pattern + b"|"),  # a connection in which nothing is sent is one of them
}

# ICMPv6 echo request to ff02::1, from a link-local address, hop limit 1; what makers' tools send in frames, opcode 3.
ECHO = re.compile(
    rb"\x33\x33\0\0\0\x01.{6}\x86\xdd\x60\0\0\0\0\x10\x3a\x01\xfe\x80\0{6}.{8}\xff\x02\0{13}\x01"
    rb"\x80\0..\x6e\x61\0[\x01\x02]netaudit",
    re.DOTALL,
)
RAW_SADP = re.compile(
    rb"\xff{6}.{6}\x80\x33\x21\x02\x01\x42\0\0\0\x01\x06\x04\x03\0..(?!\xff).{10}\xff{6}\0{36}", re.DOTALL
)

FORBIDDEN = (
    rb"(?i)cookie:|authorization: (?!Digest |Basic )|#PasswordText",
    rb"(?i)[?&]auth=|/current_config|/OutsideCmd|webLanguage|configurationFile|/Security/users",
    rb'(?i)global\.login|DevInit\.|PasswdFind\.|setConfig|DHDiscover\.(?!search")',
    rb"(?i)<Types>(?!inquiry</Types>|inquiry_v32</Types>|dn:|tds:)",
    rb"(?i)^(?:PUT|DELETE|PATCH|SUBSCRIBE|NOTIFY|SETUP|PLAY|ANNOUNCE|RECORD|SET_PARAMETER) ",
    rb"(?i)audio\.cgi|snapshot|/picture|alertStream|eventManager",
    rb"^\xa0[\x00\x01\x05]|^\xf6\x00",
)
GROUPS = {"224.0.0.251", "239.255.255.250", "239.255.255.251", "255.255.255.255", "ff02::fb", "ff02::c"}


@pytest.fixture(scope="module")
def sent():
    """All that the suite has sent, and one scan of all emulated devices, so that there is something to judge."""
    from netaudit.identify.fingerprints import load_library
    from netaudit.runs import Request, prepare, scan

    with quick_answers(), emulate(load_devices(), corner_place) as emulation:
        targets = tuple(played.placement.address for played in emulation.devices)
        scan(prepare(Request(targets=targets, profile="standard")), load_library())
    lines = Path(os.environ["NETAUDIT_TEST_JOURNAL"]).read_text().splitlines()
    return [
        (line["kind"], bytes.fromhex(line["data"]), line["destination"], line["test"])
        for line in map(json.loads, lines)
    ]


def of_kind(sent, *kinds):
    """What was sent this way by whole channels; tests of mechanics send words of their own to loopback."""
    return [entry for entry in sent if entry[0] in kinds and not entry[3].startswith(MECHANICS)]


def test_without_credentials_no_login_is_sent(sent):
    strangers = [(data, test) for _, data, _, test in sent if LOGINS.search(data) and not test.startswith(LOGIN_TESTS)]

    assert strangers == []


def has_login_form(kind, data, test):
    """Whether this may be sent by a scan that was given credentials, and was."""
    form = WITH_COMMUNITY if kind == "udp" else WITH_LOGIN
    return test.startswith(LOGIN_TESTS) and form.fullmatch(data)


def test_the_journal_holds_every_kind_of_request(sent):
    data = [entry[1] for entry in sent]

    assert {"udp", "tcp", "tls"} <= {entry[0] for entry in sent}
    for beginning in (
        b"GET / ",
        b"GET /favicon.ico ",
        b"GET /SDK/",
        b"POST /onvif/",
        b"OPTIONS ",
        b"DESCRIBE ",
        b"<?xml",
        DHIP,
    ):
        assert any(d.startswith(beginning) for d in data), beginning


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_nothing_forbidden_was_sent(sent, pattern):
    forbidden = [(kind, data, test) for kind, data, _, test in sent if re.search(pattern, data)]

    assert forbidden == []


def test_every_datagram_is_one_of_the_known_questions(sent):
    strangers = [
        (data, test)
        for kind, data, _, test in of_kind(sent, "udp")
        if data != DHIP
        and not DATAGRAMS.fullmatch(data)
        and not is_mdns_question(data)
        and not has_login_form(kind, data, test)
    ]

    assert strangers == []


def is_mdns_question(data):
    """Flags say query (RFC 6762 section 18.2), there are questions, and there is nothing else."""
    if len(data) < 12:
        return False
    _, flags, questions, answers, authorities, additionals = struct.unpack("!6H", data[:12])
    return flags == 0 and 0 < questions <= 16 and answers == authorities == additionals == 0


def test_every_request_is_one_of_the_known_ones(sent):
    strangers = [
        (kind, data, test)
        for kind, data, _, test in of_kind(sent, "tcp", "tls")
        if not REQUESTS.fullmatch(data)
        and not (kind == "tcp" and TLS_RECORD.match(data))
        and not has_login_form(kind, data, test)
    ]

    assert strangers == []


def test_what_channels_say_they_send_is_on_the_list():
    said = [(r.transport, r.build(), r.what) for c in CHANNELS for r in c.requests if r.transport in {*FORMS, "link"}]

    assert [what for transport, data, what in said if not is_known(transport, data)] == []


def is_known(transport, data):
    if transport == "link":
        return is_known_frame(data)
    return FORMS[transport].fullmatch(data) or (transport == "udp" and is_mdns_question(data))


def test_no_host_header_is_long_or_bracketed(sent):
    hosts = [h for _, data, _, _ in of_kind(sent, "tcp", "tls") for h in re.findall(rb"\r\nHost: (.*)\r\n", data)]

    assert hosts
    assert all(len(host) <= 21 and b"[" not in host for host in hosts)


def test_every_frame_is_a_known_question_of_our_own(sent):
    frames = [(frame, test) for _, frame, _, test in of_kind(sent, "link")]

    assert [(frame.hex(), test) for frame, test in frames if not is_known_frame(frame)] == []


def is_known_frame(frame):
    """An ARP request, an echo to all nodes, or an inquiry of raw SADP; each with the sender's own addresses."""
    own, kind = frame[6:12], frame[12:14]
    if kind == b"\x08\x06":
        return len(frame) == 60 and frame[20:22] == b"\0\1" and own == frame[22:28] and frame[32:38] == bytes(6)
    if kind == b"\x86\xdd":
        return ECHO.fullmatch(frame) is not None
    return kind == b"\x80\x33" and RAW_SADP.fullmatch(frame) is not None and own == frame[28:34]


@pytest.mark.parametrize(
    ("place", "byte"),
    [
        (24, 0x06),  # update the address
        (24, 0x0A),  # reset the password
        (24, 0x10),  # modify the network
        (17, 0xF6),
        (28, 0x02),
        (79, 0x01),
    ],
)
def test_another_frame_of_sadp_would_be_noticed(place, byte):
    frame = bytearray(next(r for c in CHANNELS if c.name == "sadp_raw" for r in c.requests).build())
    assert is_known_frame(bytes(frame))
    frame[place] ^= frame[place] ^ byte if place != 28 else byte

    assert not is_known_frame(bytes(frame))


def test_neighbour_discovery_and_other_icmpv6_would_be_noticed():
    frame = bytearray(next(r for c in CHANNELS if c.name == "ndp" for r in c.requests).build())
    assert is_known_frame(bytes(frame))
    for kind in (0, 130, 133, 134, 135, 136, 137, 143):  # of MLD, Neighbor Discovery and redirects
        frame[54] = kind
        assert not is_known_frame(bytes(frame))


def test_every_datagram_goes_to_loopback_a_group_or_a_namespace(sent):
    strangers = {
        destination[0]
        for _, _, destination, _ in of_kind(sent, "udp")
        if destination[0] not in GROUPS
        and not destination[0].startswith(("127.", "10.", "192.168.", "198.18.", "192.0.2."))
    }

    assert strangers == set()


def test_no_datagram_is_empty(sent):
    assert all(data for _, data, _, _ in sent)
