"""What the files of emulated devices say must fit together, and must be fit to be shipped."""

import re
from importlib.resources import files

import pytest
from scapy.data import MANUFDB

from netaudit.demo import EmulatedDevice, PlayedDevice, load_devices, loopback_place
from netaudit.demo.content import build_answer, build_datagram
from netaudit.discovery import dhip, sadp, wsd
from netaudit.model import Reply

DEVICES = load_devices()
REQUEST = (
    b"\x00\x07\r\nCSeq: 5\r\n<Uuid>1F9B2A6C-4E1D-4F5A-9C3E-7A2B5D8E0C11</Uuid>"
    b"<w:MessageID>uuid:5d1f0a7e-9c40-4a0e-8f0c-0d9d1f6a2b11</w:MessageID>"
)
READERS = {37020: sadp.SADP, 37810: dhip.DHIP, 3702: wsd.WSD}

# Who registered the prefix of each MAC, as the registry writes it; the maker of a relabel is not always the registrant.
REGISTRANTS = {
    "hikvision-annke": None,  # Shenzhen Kean Digital, registered after the copy that scapy carries
    "hikvision-lts": "Lt Security",
    "dahua-amcrest": "Amcrest",
    "dahua-lorex": "Lorex",
    "dahua-intelbras": "Intelbras",
    "axis-dome": "Axis Communications",
    "uniview-dome": "Zhejiang Uniview",
    "reolink-bullet": "Reolink",
    "hanwha-dome": "Samsung Techwin",
    "printer": "Brother",
    "lighttpd": "Espressif",
    "tls10-only": "Realtek",
    "arp-only": "Microchip",
}
MAKERS = {"hikvision": "Hangzhou Hikvision", "dahua": "Zhejiang Dahua"}
MODEL_NAMES_BRAND = {"LaView": "LV-"}  # a brand that shows in nothing but the way it numbers its models

# Requests that netaudit must never send: no emulated device may invite them, or a test could come to depend on them.
FORBIDDEN = (
    r"(?i)authorization:|cookie:|wsse|usernametoken",
    r"(?i)[?&]auth=|/current_config|/OutsideCmd|webLanguage|configurationFile|/Security/users",
    r"(?i)global\.login|DevInit\.|PasswdFind\.|setConfig|DHDiscover\.(?!search|\\\.)",
    r"(?i)<Types>(?!inquiry</Types>|dn:|tds:)",
    r"(?im)^(PUT|DELETE|PATCH|SUBSCRIBE|NOTIFY|SETUP|PLAY|ANNOUNCE|RECORD|SET_PARAMETER) ",
    r"(?i)audio\.cgi|snapshot|/picture|alertStream|eventManager",
    r"(?i)\badmin\b|password\s*=|12345\b|<Salt>|QRcode",
)


def replies(device: EmulatedDevice) -> list[tuple[int, bytes]]:
    """Every answer that the device could send, as bytes, with the port."""
    situation = PlayedDevice(device=device, placement=loopback_place(device)).situation(REQUEST)
    udp = [(service.port, build_datagram(a, situation)) for service in device.udp for a in service.answer]
    tcp = [(service.port, b"".join(build_answer(a, situation))) for service in device.tcp for a in service.answer]
    return udp + tcp


@pytest.fixture(params=DEVICES, ids=lambda device: device.name)
def device(request):
    return request.param


def test_every_truth_stands_in_what_the_device_sends(device):
    text = packed(b"\n".join(payload for _, payload in replies(device)).decode("utf-8", "replace"))
    truth = {k: str(v) for k, v in device.truth.said().items() if k in {"model", "firmware", "serial", "channels"}}

    assert {name: value for name, value in truth.items() if packed(value) not in text} == {}


def packed(text: str) -> str:
    """Without blanks: some devices write `V5.7.3build 220112` where others have one blank more."""
    return text.replace(" ", "")


def test_brand_shows_in_replies_or_mac(device):
    text = b"\n".join(payload for _, payload in replies(device)).decode("utf-8", "replace").lower()
    brand = device.truth.brand or ""
    owner = MANUFDB.lookup(device.mac.upper())[1].lower()

    assert brand.split(" ")[0].lower() in text + owner or device.truth.model.startswith(MODEL_NAMES_BRAND[brand])


def test_mac_is_registered_to_who_the_device_says(device):
    registrant = MANUFDB.lookup(device.mac.upper())[1]
    expected = REGISTRANTS.get(device.name, MAKERS.get(device.truth.family))

    if expected:
        assert registrant.startswith(expected)
    else:
        assert registrant == device.mac.upper()  # nobody, as far as this copy of the registry knows


def test_unknown_family_and_unknown_verdict_go_together(device):
    assert (device.truth.family == "unknown") == (device.truth.verdict == "unknown")


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_no_device_invites_what_must_never_be_sent(device, pattern):
    source = (files("netaudit.demo") / "devices" / f"{device.name}.toml").read_text()
    invited = re.sub(r"Public: .*", "", source)  # what an RTSP server says that it could do

    assert None is re.search(pattern, invited)


def test_answers_fit_into_one_datagram_each(device):
    assert [len(payload) for port, payload in replies(device) if port in READERS and len(payload) > 4096] == []


def test_own_readers_understand_the_discovery_answers(device):
    if device.name == "hostile":
        pytest.skip("is not meant to be understood")
    for port, payload in replies(device):
        if port in READERS:
            channel = READERS[port]
            reply = Reply(channel=channel.name, transport="udp", address="192.0.2.1", port=port, payload=payload)

            assert list(channel.read(reply)) != []


def test_discovery_answers_name_the_mac_that_arp_would_show(device):
    spoken = [payload for port, payload in replies(device) if port in {37020, 37810} and device.name != "hostile"]
    spellings = (device.mac.encode(), device.mac.replace(":", "-").encode())

    assert [payload for payload in spoken if not any(mac in payload for mac in spellings)] == []


def test_no_serial_number_is_anybodys():
    serials = [device.truth.serial for device in DEVICES if device.truth.serial]

    assert len(set(serials)) == len(serials)
