import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.discovery.text import clean, decode, mac_address, path_of, yes_no


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("caméra".encode(), "caméra"),
        (b"\xef\xbb\xbfpage", "page"),
        ("摄像机".encode("gb18030"), "摄像机"),
        ("摄像机".encode()[:-1], "摄像"),
        (b"caf\xe9", "caf"),
        (b"\xff\xff page", "ÿÿ page"),
        ("page".encode("utf-16"), "page"),
        (b"", ""),
    ],
)
def test_text_in_any_of_the_usual_encodings(payload, text):
    assert decode(payload) == text


def test_control_and_format_characters_become_blanks():
    assert clean(" a\x1b[31mb\x00c\x9bd\u202ee\r\nf ") == "a [31mb c d e  f"


def test_values_are_cut_between_characters():
    assert clean("é" * 2000) == "é" * 512
    assert clean("abcdef", 3) == "abc"


@given(st.text())
def test_clean_text_can_be_printed_and_stored(text):
    value = clean(text, 40)

    assert value.isprintable()
    assert len(value.encode()) <= 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", "yes"), ("1", "yes"), (" Yes ", "yes"), ("false", "no"), ("flase", "no"), ("0", "no"), ("maybe", ""), ("", "")],
)  # fmt: skip
def test_booleans_as_devices_spell_them(text, expected):
    assert yes_no(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("44-19-B6-00-00-01", "44:19:b6:00:00:01"),
        ("4419b6000001", "44:19:b6:00:00:01"),
        ("4419.b600.0001", "44:19:b6:00:00:01"),
        ("00:00:00:00:00:00", ""),
        ("ff:ff:ff:ff:ff:ff", ""),
        ("01:00:5e:00:00:01", ""),
        ("bc:ad:xx", ""),
        ("", ""),
    ],
)
def test_hardware_addresses_in_any_spelling(text, expected):
    assert mac_address(text) == expected


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("rtsp://192.0.2.1:554/Streaming/Channels/101?x=1", "/Streaming/Channels/101?x=1"),
        ("rtsp://admin:secret@192.0.2.1/live", "/live"),
        (
            "rtsp://192.0.2.1/user=admin_password=secret_channel=1_stream=0.sdp",
            "/user=_password=_channel=1_stream=0.sdp",
        ),
        ("http://192.0.2.1/snap.cgi?usr=a&pwd=b&n=1", "/snap.cgi?usr=&pwd=&n=1"),
        ("http://192.0.2.1", "/"),
        ("/onvif/snapshot", "/onvif/snapshot"),
        ("no uri", ""),
    ],
)
def test_paths_have_no_host_and_no_secret(uri, expected):
    assert path_of(uri) == expected
