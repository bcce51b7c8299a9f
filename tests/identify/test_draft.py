"""What is drafted of an unknown device: the best first, nothing known, nothing generic, nothing of one device alone."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.observations import CAMERA, MAC, SERIAL, seen

from netaudit.identify.correlate import correlate
from netaudit.identify.draft import MOST_ENTRIES, WORTH, draft
from netaudit.identify.examples import failures
from netaudit.identify.fingerprints import load_library
from netaudit.vocabulary import FIELDS

LIBRARY = load_library()
SOURCE = "capture acme.pcap, 2026-11-22"


def drafted(*observations):
    """The text of a draft, of one device at one address."""
    (device,) = correlate(observations)
    return draft(device, LIBRARY, SOURCE)


def values(*observations):
    """(fields, value) of each fingerprint of the draft, in its order."""
    entries = tomllib.loads(drafted(*observations))["fingerprint"]
    return [(e.get("field") or e["fields"], e["matches"][0]) for e in entries]


def completed(text):
    """The draft as its author leaves it."""
    text = text.replace("asserts = { }  # who made it?", "asserts = { family = 'axis' }").replace(
        "title = ''", "title = 'x'"
    )
    return text.replace("# { text = '', why = '' },", "{ text = 'something else', why = 'another' },")


def load_completed(tmp_path, *observations):
    (tmp_path / "own.toml").write_text(completed(drafted(*observations)), "utf-8")
    library = load_library((tmp_path,))
    return library, [f for f in library.fingerprints if f.layer]


def test_a_completed_draft_loads_and_its_examples_hold(tmp_path):
    library, own = load_completed(
        tmp_path,
        seen("onvif.model", "Acme [X]-1"),
        seen("http.server", 'Acme\'s \\ "web"/2.10.3'),
        seen("http.realm", "Acme (realm)"),
        seen("tls.subject", "CN=acme,O=Ácme 公司,C=TW"),
        seen("http.favicon_md5", "0123456789abcdef0123456789abcdef"),
        seen("rtsp.headers", "CSeq,Server,Date,Public,X-Acme"),
    )

    assert len(own) == 6
    assert list(failures(library, own)) == []
    assert {f.sources for f in own} == {(SOURCE,)}


def test_a_draft_does_not_load_before_somebody_names_a_near_miss(tmp_path):
    (tmp_path / "own.toml").write_text(drafted(seen("http.server", "Acme")))

    with pytest.raises(ValueError, match="rejects is empty"):
        load_library((tmp_path,))


@given(st.sampled_from(sorted(set(WORTH) - {"onvif.scope"})), st.text(min_size=1, max_size=40))
def test_whatever_is_drafted_is_toml_and_holds_the_value(field, value):
    first = seen("isapi.manufacturer", "Acme")

    examples = [example for _, example in values(first, seen(field, value))]

    assert {e if isinstance(e, str) else e["text"] for e in examples} - {value} == {"Acme"} - {value}


def test_a_completed_draft_identifies_the_device(tmp_path):
    library, (own,) = load_completed(tmp_path, seen("http.server", "Acme-Web/2.1"))

    assert own.regex.match("Acme-Web/3.0.17")["firmware"] == "3.0.17"
    assert not own.regex.match("Acme-Web/2.1 (clone)")
    assert library.by_field["http.server"][-1] is own


def test_the_best_comes_first():
    found = values(
        seen("http.headers", "Date,Server,X-Acme,Content-Type,Connection"),
        seen("http.title", "Acme One"),
        seen("isapi.manufacturer", "Acme"),
        seen("onvif.scope", "onvif://www.onvif.org/name/Acme"),
    )

    assert [field for field, _ in found] == ["isapi.manufacturer", "onvif.scope", "http.title", "http.headers"]


def test_fields_that_say_the_same_become_one_fingerprint():
    found = values(seen("http.realm", "Acme realm"), seen("rtsp.realm", "Acme realm"))

    assert found == [(["http.realm", "rtsp.realm"], "Acme realm")]


def test_a_model_is_cut_out_as_the_model(tmp_path):
    _, (own,) = load_completed(tmp_path, seen("onvif.model", "ACM-100 (W)"))

    assert own.regex.match("ACM-100 (W)")["model"] == "ACM-100 (W)"


def test_what_a_fingerprint_knows_is_not_drafted_again():
    assert values(seen("http.server", "Hikvision-Webs"), seen("http.title", "Acme")) == [("http.title", "Acme")]


def test_a_name_that_is_only_cut_out_is_not_known():
    assert values(seen("onvif.manufacturer", "Acme Optics")) == [("onvif.manufacturer", "Acme Optics")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("http.server", "nginx/1.14.0"), ("http.server", "Boa/0.94.14rc21"), ("http.server", "mini_httpd/1.19"),
        ("http.title", "IP Camera Login"), ("http.title", "401 Unauthorized"), ("http.realm", "Login"),
        ("rtsp.realm", "LIVE555 Streaming Media"), ("onvif.model", "IPC"), ("onvif.manufacturer", "General"),
        ("ssdp.server", "Linux/3.4.35 UPnP/1.0 Portable SDK for UPnP devices/1.6.18"),
        ("mdns.service", "_http._tcp.local"), ("tls.subject", "CN=localhost,C=TW"),
        ("onvif.scope", "onvif://www.onvif.org/location/country/taiwan"),
        ("onvif.scope", "onvif://www.onvif.org/name/IP Camera"), ("rtsp.headers", "CSeq,Date,Public"),
    ],
)  # fmt: skip
def test_what_everybody_says_is_not_drafted(field, value):
    assert values(seen(field, value), seen("mdns.txt", "vendor=Acme")) == [("mdns.txt", "vendor=Acme")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("http.realm", "Acme AB12CD34EF"), ("http.realm", "Acme 20190115"), ("http.title", "Acme 10.0.0.5"),
        ("http.title", "Acme built 2019-1-15"), ("tls.subject", "CN=44:19:B6:00:00:01"),
        ("http.realm", "ACME-000001"), ("onvif.model", f"Acme {SERIAL}"),
        ("mdns.txt", "id=123e4567-e89b-12d3-a456-426614174000"), ("rtsp.server", "Acme\x1b[2J"),
        ("http.title", "Acme " * 50),
    ],
)  # fmt: skip
def test_what_is_one_device_alone_is_not_drafted(field, value):
    mac = seen("mac.address", MAC, channel="arp")

    assert values(mac, seen(field, value), seen("http.server", "Acme Web")) == [("http.server", "Acme Web")]


def test_the_name_of_the_capture_cannot_end_its_string():
    (device,) = correlate([seen("http.server", "Acme")])
    source = 'capture it\'s "mine"\n[[fingerprint]].pcap, 2026-11-22'

    (entry,) = tomllib.loads(draft(device, LIBRARY, source))["fingerprint"]

    assert entry["sources"] == [source]


def test_a_device_of_which_nothing_is_left_says_so():
    with pytest.raises(ValueError, match=f"^{CAMERA}: .* nothing to draft$"):
        drafted(seen("http.server", "nginx"))


def test_a_talkative_device_gives_no_more_than_can_be_completed():
    scopes = [seen("onvif.scope", f"acme://scope/{word}") for word in ("one", "two", "three", "four")]
    rest = [seen(field, f"Acme {field}") for field in WORTH if not field.endswith(("headers", "scope"))]

    found = values(*scopes, *rest)

    assert len(found) == MOST_ENTRIES
    assert len([field for field, _ in found if field == "onvif.scope"]) <= 3


def test_every_field_of_worth_is_a_field():
    assert set(WORTH) <= set(FIELDS)
