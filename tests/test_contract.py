"""What users' scripts rely on: verbs, options, exit codes, the shape of an inventory, and what `identify` takes."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from support.commands import run
from support.inventories import PRINTER, RELABEL, SMALL
from support.recorded import recorded

from netaudit.identify.fingerprints import load_library
from netaudit.inventory import document, write
from netaudit.vocabulary import VERDICTS

VERBS = {
    "scan", "replay", "identify", "explain", "comply", "diff", "history", "report", "watch", "fingerprints", "policies",
    "channels", "doctor", "scrub", "demo",
}  # fmt: skip
GROUPS = {"history", "policies", "fingerprints"}
SCAN_OPTIONS = (
    "-iL", "--exclude", "--exclude-file", "-i", "--channels", "--profile", "--rate", "--host-timeout", "--record",
    "--resume", "--credentials", "--site", "--yes", "-o", "-q", "-v", "--debug", "--config", "--fingerprints",
)  # fmt: skip


def test_every_verb_of_the_contract_is_there():
    listed = {line.split()[0] for line in run("--help").text.partition("Commands:")[2].splitlines() if line.strip()}

    assert listed >= VERBS


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_takes_the_common_options_and_shows_an_example(verb):
    text = run(verb, "--help").text
    wanted = ["-q, --quiet", "-v, --verbose", "--debug", *([] if verb in GROUPS else ["--config"])]

    assert [option for option in wanted if option not in text] == []
    assert "Example: " in text or "Examples: " in text or verb in GROUPS


@pytest.mark.parametrize("option", SCAN_OPTIONS)
def test_scan_takes_every_option_of_the_contract(option):
    assert f"{option} " in run("scan", "--help").text.replace(",", " ")


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("replay",), "--fingerprints"), (("identify",), "--fingerprints"), (("fingerprints", "test"), "--fingerprints"),
        (("comply",), "--policies"), (("policies", "list"), "--policies"), (("replay",), "--from"),
        (("comply",), "--fail-on"), (("report",), "--formats"), (("report",), "--schema"),
    ],
)  # fmt: skip
def test_verbs_take_what_is_theirs(words, option):
    assert option in run(*words, "--help").text


def test_options_of_any_verb_come_from_a_file_and_the_command_line_wins(tmp_path):
    (tmp_path / "c.toml").write_text('output = ["csv"]\n')
    inventory = recorded().inventory

    assert run("report", inventory, "--config", tmp_path / "c.toml").out == run("report", inventory, "-o", "csv").out
    assert run("report", inventory, "--config", tmp_path / "c.toml", "-o", "jsonl").text.startswith("{")


def test_quiet_silences_the_remarks_of_any_verb(tmp_path):
    words = ("history", "add", recorded().inventory, "--history")
    loud, quiet = run(*words, tmp_path / "a.db"), run(*words, tmp_path / "b.db", "-q")

    assert (loud.code, quiet.code) == (0, 0)
    assert "stored as run" in loud.err
    assert quiet.err == ""


# Exit codes


@pytest.fixture
def inventories(tmp_path):
    """(as it was, with one device less), and a file that is none."""
    calm = replace(SMALL, coverage=replace(SMALL.coverage, gaps=()), problems=())
    write(document(replace(calm, assets=(PRINTER, RELABEL))), tmp_path / "old.json")
    write(document(replace(calm, assets=(PRINTER,))), tmp_path / "new.json")
    (tmp_path / "junk").write_text("junk")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("diff", "old.json", "old.json"), 0),
        (("diff", "old.json", "new.json"), 1),
        (("diff", "old.json", "junk"), 2),
        (("comply", "old.json", "--policy", "US-FCC-COVERED-2021", "--as-of", "2026-01-31"), 4),
        (("comply", "old.json", "--policy", "no-such"), 2),
        (("comply", "junk", "--policy", "US-889-B"), 2),
        (("replay", "junk"), 2),
        (("replay", "absent"), 2),
        (("report", "junk"), 2),
        (("explain", "old.json", "203.0.113.99"), 2),
        (("scan",), 2),
        (("scan", "300.1.1.1"), 2),
        (("scan", "10.0.0.0/8"), 2),
        (("scan", "203.0.113.0/24", "--channels", "nosuch"), 2),
        (("scan", "127.0.0.1", "-iL", "absent"), 2),
        (("scan", "8.8.8.8"), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_exit_codes(inventories, monkeypatch, words, code):
    monkeypatch.chdir(inventories)
    ended = run(*words)

    assert ended.code == code
    assert code != 2 or ended.error.startswith("netaudit: ")


# The inventory


def test_inventory_has_its_shape():
    found = json.loads(recorded().inventory.read_bytes())

    assert found["schema"] == "netaudit.inventory/1"
    assert set(found) == {"schema", "run", "coverage", "assets", "problems"}
    assert {"id", "feed", "site", "started_at", "finished_at", "tool", "fingerprints", "scope"} <= set(found["run"])
    assert {"targets", "excluded", "profile"} <= set(found["run"]["scope"])
    assert {"addresses_in_scope", "addresses_answering", "channels", "gaps"} <= set(found["coverage"])
    assert all({"name", "status", "reason", "sent", "received"} <= set(c) for c in found["coverage"]["channels"])


def test_assets_have_their_shape_and_claim_nothing_without_evidence():
    for asset in json.loads(recorded().inventory.read_bytes())["assets"]:
        assert {
            "id", "addresses", "macs", "hostnames", "family", "verdict", "certainty", "kind", "manufacturer", "brand",
            "ports", "behind", "children", "evidence", "conflicts",
        } <= set(asset)  # fmt: skip
        assert asset["verdict"] in VERDICTS
        assert (asset["family"] == "unknown") == (asset["verdict"] == "unknown")
        assert asset["family"] == "unknown" or any("family" in e["supports"] for e in asset["evidence"])
        keys = {"channel", "field", "value", "fingerprint", "supports", "strength", "reply", "seen_at"}
        assert all(keys <= set(evidence) for evidence in asset["evidence"])


# identify

SOAP = '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>{}</e:Body></e:Envelope>'
WSD = SOAP.format(
    '<d:ProbeMatches xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><d:ProbeMatch>'
    "<d:Scopes>onvif://www.onvif.org/name/HIKVISION%20DS-2CD2032-I</d:Scopes></d:ProbeMatch></d:ProbeMatches>"
)
ONVIF = SOAP.format(
    '<t:GetDeviceInformationResponse xmlns:t="http://www.onvif.org/ver10/device/wsdl"><t:Manufacturer>HIKVISION'
    "</t:Manufacturer><t:Model>DS-2CD2032-I</t:Model></t:GetDeviceInformationResponse>"
)
ISAPI = (
    '<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><deviceName>IP CAMERA</deviceName>'
    "<model>DS-2CD2032-I</model></DeviceInfo>"
)
SADP = "<ProbeMatch><Types>inquiry</Types><DeviceDescription>DS-2CD2032-I</DeviceDescription></ProbeMatch>"
DHIP = '{"method":"client.notifyDevInfo","params":{"deviceInfo":{"Vendor":"Dahua","DeviceType":"IPC-HDW2431T"}}}'
HTTP = 'HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\nWWW-Authenticate: Digest realm="IP Camera(12345)", nonce="x"\r\n\r\n'
RTSP = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: Dahua Rtsp Server\r\n\r\n"
UPNP = (
    '<root xmlns="urn:schemas-upnp-org:device-1-0"><device><manufacturer>HIKVISION</manufacturer>'
    "<friendlyName>HIKVISION DS-2CD2032-I</friendlyName></device></root>"
)
SSDP = "HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nSERVER: Linux/3.0 UPnP/1.0\r\nLOCATION: http://10.0.0.1/d.xml\r\n\r\n"
MDNS = (
    bytes.fromhex("000084000000000100000000") + b"\x03_ps\x04_tcp\x05local\0\0\x0c\0\x01\0\0\0\x78\0\x0c\x03cam\xc0\x0c"
)
DHCP = (
    bytes([1, 1, 6, 0]) + bytes(24) + bytes.fromhex("4419b6000001") + bytes(202)
    + b"\x63\x82\x53\x63\x35\x01\x01\x3c\x05dhcpc\x0c\x04cam1\xff"
)  # fmt: skip

TEXTS = {
    "wsd": (WSD, "hikvision"), "onvif": (ONVIF, "hikvision"), "isapi": (ISAPI, "hikvision"),
    "magicbox": ("deviceType=IPC-HDW2431T\r\nserialNumber=4H01D66PAJ00001\r\n", "dahua"), "sadp": (SADP, "hikvision"),
    "dhip": (DHIP, "dahua"), "http": (HTTP, "hikvision"), "rtsp": (RTSP, "dahua"), "ssdp": (SSDP, "unknown"),
    "upnp": (UPNP, "hikvision"), "telnet": ("login: ", "unknown"), "ftp": ("220 ready\r\n", "unknown"),
    "ssh": ("SSH-2.0-dropbear_2012.55\r\n", "unknown"),
}  # fmt: skip

LIBRARY = load_library()
FIELDS = (
    "http.server", "http.www_authenticate", "http.title", "http.body", "http.set_cookie", "http.favicon_md5",
    "http.favicon_mmh3", "rtsp.server", "rtsp.www_authenticate", "tls.subject", "tls.issuer", "telnet.banner",
    "ftp.banner", "ssh.banner", "snmp.sysdescr", "sip.user_agent", "ssdp.server", "mdns.service", "mdns.txt",
    "dhcp.vendor_class", "dhcp.hostname", "onvif.scope", "onvif.manufacturer", "onvif.model", "onvif.firmware",
)  # fmt: skip


def identified(*lines):
    """The answers to lines, given as JSON shapes or as they are."""
    raw = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    ended = run("identify", stdin=raw)

    assert (ended.code, ended.err) == (0, "")
    return [json.loads(line) for line in ended.out.splitlines()]


def encoded(payload):
    return base64.b64encode(payload).decode()


@pytest.mark.parametrize("channel", TEXTS)
def test_reply_of_every_channel_is_read_as_text_and_as_base64(channel):
    text, family = TEXTS[channel]
    plain, packed = identified(
        {"id": 1, "replies": [{"channel": channel, "text": text}]},
        {"id": 1, "replies": [{"channel": channel, "port": 80, "base64": encoded(text.encode())}]},
    )

    assert plain == packed
    assert (plain["family"], plain["problems"]) == (family, [])


def certificate():
    """A certificate of a device, DER."""
    key, name = generate_private_key(SECP256R1()), x509.Name.from_rfc4514_string("CN=camera")
    made = x509.CertificateBuilder(name, name, key.public_key(), 1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    return made.not_valid_after(datetime(2030, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_dhip_is_read_with_its_header_and_without():
    payload = DHIP.encode()
    framed = b"\x20\0\0\0DHIP" + bytes(8) + 2 * (len(payload).to_bytes(4, "little") + bytes(4)) + payload
    (found,) = identified({"replies": [{"channel": "dhip", "base64": encoded(framed)}]})

    assert (found["family"], found["verdict"], found["problems"]) == ("dahua", "confirmed", [])


@pytest.mark.parametrize(("channel", "payload"), [("mdns", MDNS), ("dhcp", DHCP), ("tls", certificate())])
def test_replies_that_are_no_text_are_read(channel, payload):
    read, cut = identified(
        {"replies": [{"channel": channel, "base64": encoded(payload)}]},
        {"replies": [{"channel": channel, "base64": encoded(payload[:9])}]},
    )

    assert read["problems"] == []
    assert [problem["status"] for problem in cut["problems"]] == ["malformed"]


@pytest.mark.parametrize("field", FIELDS)
def test_value_of_every_field_is_matched(field):
    examples = [(f.id, f.matches[0].text) for f in LIBRARY.by_field.get(field, ())]
    texts = (*(text for _, text in examples), "x")
    found = identified(*({"observations": [{"field": field, "value": text}]} for text in texts))

    assert [answer["problems"] for answer in found] == [[]] * len(texts)
    for (name, text), answer in zip(examples, found, strict=False):
        assert name in {e["fingerprint"] for e in answer["evidence"]}, text


def test_mac_alone_is_a_clue():
    (found,) = identified({"id": "a1", "mac": "44:19:b6:00:00:01"})

    assert (found["id"], found["family"]) == ("a1", "hikvision")
    assert found["verdict"] != "confirmed"


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense", b"[]", b"null", b"\xff\xfe\xfd", b'{"id": 1', b'{"id": "a\x00b"}', b"{" * 100_000,
        b'{"replies": "x"}', b'{"replies": [{"channel": "nosuch", "text": "x"}]}', b'{"observations": [1]}',
        b'{"replies": [{"channel": "http", "base64": "!"}]}', b'{"mac": "zz"}',
        b'{"observations": [{"field": "nosuch", "value": "x"}]}',
    ],
    ids=lambda line: line[:30].decode("latin-1"),
)  # fmt: skip
def test_line_that_cannot_be_read_is_unknown_and_the_next_one_is_answered(line):
    first, second = identified(
        line, {"id": "next", "observations": [{"field": "rtsp.server", "value": "Dahua Rtsp Server"}]}
    )

    assert first["verdict"] == "unknown"
    assert first["problems"]
    assert (second["id"], second["family"]) == ("next", "dahua")


@pytest.mark.parametrize("value", ["a\x00b", "\udfff", "\x1b]0;x\x07", "é" * 1_500_000, "a" * 10_000_000])
def test_values_of_any_text_are_taken(value):
    found = identified({"id": "odd", "observations": [{"field": "http.title", "value": value}]}, {"id": "next"})

    assert [answer["id"] for answer in found] == ["odd", "next"]
    assert found[0]["verdict"] == "unknown"


@pytest.mark.parametrize("name", ["", "é", "\ud800", 0, -1.5, True, None, [1, {"a": None}], {"a": [1]}, "x" * 10_000])
def test_id_comes_back_as_it_was_given(name):
    assert identified({"id": name})[0]["id"] == name
