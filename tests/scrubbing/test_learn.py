"""What is learnt from replies, and what stays because devices are identified by it."""

from netaudit.identify.fingerprints import load_library
from netaudit.model import Reply
from netaudit.scrubbing.learn import learn, words
from netaudit.scrubbing.pseudonyms import Pseudonyms

NAMES = Pseudonyms(b"k" * 32)
SCOPES = (
    "onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/hardware/DS-2CD2143G2-I "
    "onvif://www.onvif.org/name/{name} onvif://www.onvif.org/location/{place}"
)


def match(name, place="city/hangzhou"):
    scopes = SCOPES.format(name=name, place=place)
    text = (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/'
        'discovery" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><e:Body><d:ProbeMatches><d:ProbeMatch>'
        "<a:EndpointReference><a:Address>urn:uuid:10a40000-b1d1-11b4-817e-c056e3005301</a:Address>"
        f"</a:EndpointReference><d:Scopes>{scopes}</d:Scopes></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
    )
    return Reply(
        channel="wsd", transport="udp", address="10.0.0.7", port=3702, payload=text.encode(), mac="c0:56:e3:00:53:01"
    )


def learnt(*replies, frames=()):
    return learn(replies, load_library(), NAMES, frames)


def test_a_users_name_goes_and_a_makers_stays():
    assert "Vault door" in learnt(match("Vault%20door")).names
    assert "HIKVISION DS-2CD2143G2-I" in learnt(match("HIKVISION%20DS-2CD2143G2-I")).kept


def test_a_place_goes():
    assert any("Laval" in name for name in learnt(match("x", "city/Laval%20north")).names)


def test_hardware_addresses_come_from_replies_and_frames():
    own, group = bytes.fromhex("3cef8c112233"), bytes.fromhex("01005e000001")

    assert learnt(match("x"), frames=(own, group, b"")).macs == {bytes.fromhex("c056e3005301"), own}


def test_public_addresses_only():
    public = Reply(channel="tcp", transport="tcp", address="151.101.1.69", port=80, payload=b"")
    private = Reply(channel="tcp", transport="tcp", address="10.0.0.9", port=80, payload=b"")

    assert [str(a) for a in learnt(public, private).addresses] == ["151.101.1.69"]


def test_nonsense_is_nothing_to_learn():
    assert sum(learnt(Reply(channel="wsd", transport="udp", address="", payload=b"\xff" * 99)).counts.values()) == 0


def test_every_spelling_is_as_long_as_its_pseudonym():
    found = words(learnt(match("Vault%20door")), NAMES)

    assert all(len(old) == len(new) for old, new in found.items())
    for spelling in (b"Vault door", b"Vault%20door", b"VAULT DOOR", b"c056e3005301", b"C0:56:E3:00:53:01"):
        assert spelling in found
    assert bytes.fromhex("ff0200000000000000000001ff005301") in found


def test_a_serial_number_of_no_makers_form_goes_and_a_model_in_its_place_stays():
    def answer(serial, model):
        text = (
            f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<root><device><manufacturer>X</manufacturer>"
            f"<modelName>{model}</modelName><serialNumber>{serial}</serialNumber></device></root>"
        )
        return Reply(channel="upnp", transport="tcp", address="10.0.0.8", port=80, payload=text.encode())

    assert learnt(answer("A1-77", "Z")).serials == {"A1-77"}
    assert learnt(answer("1234567", "Z")).serials == {"1234567"}
    assert learnt(answer("DS-2CD2143G2-I", "DS-2CD2143G2-I"), match("x")).serials == set()
