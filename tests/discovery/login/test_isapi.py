from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.channel_lists import SECRET, input_proxy
from support.logins import desk, emulated, logins_of

from netaudit.discovery import isapi as channel
from netaudit.discovery.login import isapi
from netaudit.discovery.login.desk import Fate
from netaudit.model import Reply
from netaudit.wire.line import Site

INFO = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">'
    "<deviceName>yard</deviceName><model>DS-7616NI-K2</model><serialNumber>DS-7616NI-K2123</serialNumber>"
    f"<password>{SECRET}</password><!-- <model>{SECRET}</model> --><x secret='{SECRET}'/>"
    f"<salt><![CDATA[{SECRET}]]></salt><firmwareVersion>V4.62.210</firmwareVersion></DeviceInfo>"
)


def told(payload):
    reply = Reply(channel="isapi", transport="tcp", address="192.0.2.7", port=80, payload=payload)
    return {(o.field, o.value, o.part) for o in channel.read(reply)}


def test_what_is_kept_says_the_same_without_the_secrets():
    listed = input_proxy({"ipAddress": "192.168.254.2", "model": "DS-2CD2143G2-I", "serialNumber": "S1"}, None)
    for document in (INFO, listed):
        kept = isapi.keep(document.encode())

        assert SECRET.encode() not in kept
        assert told(kept) == told(document.encode())


def test_list_of_256_channels_is_kept_in_part():
    more = {f"setting{n}": "x" * 40 for n in range(20)}
    channels = ({"ipAddress": f"10.1.{n}.7", "model": "M1", "serialNumber": f"S{n:04d}", **more} for n in range(256))
    document = input_proxy(*channels).encode()
    kept = isapi.keep(document)

    assert len(document) > channel.MAX_BYTES
    assert len({part for _, _, part in told(kept) if part}) == 256
    assert SECRET.encode() not in kept


@pytest.mark.parametrize("body", [b"", b"<", b"<>", b"plain", b"<!DOCTYPE x>", b"<!-- x", b"<a>" * 9000, b"</a>"])
def test_what_is_no_document_is_refused(body):
    with pytest.raises(ValueError):
        isapi.keep(body)


@given(st.lists(st.sampled_from(["<a>", "</a>", "<", ">", "<!--", "-->", "/", " ", "x", "<userName>", "</userName>"])))
def test_nothing_but_a_value_error_comes_of_broken_documents(pieces):
    with suppress(ValueError):
        isapi.keep("".join(["<InputProxyChannel>", *pieces]).encode())


def test_recorder_tells_of_its_cameras():
    with emulated("hikvision-recorder") as emulation:
        (played,) = emulation.devices
        with desk(Site(address=played.address, port=8080), recorder=True) as at:
            caller = isapi.caller(at)
            replies = list(caller.ask())
    told_of = {o.part for reply in replies for o in channel.read(reply) if o.part}

    assert [reply.request.split(b" ")[1].decode() for reply in replies] == list(isapi.RECORDER)
    assert len(told_of) == 16
    assert caller.fate is Fate.TAKEN
    assert len(logins_of(played)) == 3
    assert played.most_open == 1
    assert not any(b"recorder-user" in reply.payload for reply in replies)


def test_camera_is_asked_one_page():
    with emulated("hikvision-recorder") as emulation:
        (played,) = emulation.devices
        with desk(Site(address=played.address, port=8080)) as at:
            assert len(list(isapi.caller(at).ask())) == 1
