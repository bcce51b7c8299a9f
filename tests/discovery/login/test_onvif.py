import datetime as dt
import logging
import re
import subprocess
import sys
from hashlib import sha1

import pytest
from support.logins import CANARY, Claims, desk, emulated, logins_of, site
from support.servers import serving

from netaudit.discovery import onvif as channel
from netaudit.discovery.login import onvif
from netaudit.discovery.login.desk import Fate, Stop
from netaudit.wire.line import Site

PATH = "/onvif/device_service"
CLOCK = (
    b"<tds:GetSystemDateAndTimeResponse><UTCDateTime><Time><Hour>%d</Hour><Minute>%d</Minute><Second>%d</Second></Time>"
    b"<Date><Year>%d</Year><Month>%d</Month><Day>%d</Day></Date></UTCDateTime></tds:GetSystemDateAndTimeResponse>"
)
FAULT = (
    b"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code>"
    b"</s:Fault>"
)
INFO = b"<tds:GetDeviceInformationResponse><tds:Model>M1</tds:Model></tds:GetDeviceInformationResponse>"
DIGEST = b'WWW-Authenticate: Digest realm="IP Camera(1)", nonce="77", qop="auth"\r\n'


def soap(body, code=200, headers=b""):
    text = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:ter="http://www.onvif.org/ver10/error" '
        b'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Body>%s</s:Body></s:Envelope>' % body
    )
    head = b"HTTP/1.1 %d X\r\nContent-Type: application/soap+xml\r\n%sContent-Length: %d\r\n\r\n"
    return head % (code, headers, len(text)) + text


def clock(ahead=dt.timedelta()):
    now = dt.datetime.now(dt.UTC) + ahead
    return soap(CLOCK % (now.hour, now.minute, now.second, now.year, now.month, now.day))


def visit(answer, **more):
    """(readings, how it stopped, caller, requests) of a device that answers so by the name of the call."""
    heard = []

    def talk(sock):
        inbox = b""
        while data := sock.recv(65536):
            inbox += data
            length = re.search(rb"Content-Length: (\d+)", inbox)
            if length and len(inbox.partition(b"\r\n\r\n")[2]) >= int(length[1]):
                heard.append(inbox)
                name = re.search(rb":(Get\w+) xmlns", inbox)[1].decode()
                inbox = b""
                sock.sendall(answer(name, heard[-1]))

    replies, stopped = [], None
    with serving(talk) as service, desk(site(service), path=PATH, **more) as at:
        caller = onvif.caller(at)
        try:
            replies.extend(caller.ask())
        except Stop as stop:
            stopped = stop
    return replies, stopped, caller, heard


def token_device(name, request, ahead=dt.timedelta()):
    """A device that knows tokens only, and lets everybody in who has one."""
    if name == "GetSystemDateAndTime":
        return clock(ahead)
    return soap(INFO) if b"UsernameToken" in request else soap(FAULT, 400)


def digest_device(name, request):
    if name == "GetSystemDateAndTime":
        return clock()
    return soap(INFO) if b"Authorization: Digest" in request else soap(b"", 401, DIGEST)


def test_emulated_camera_tells_what_it_is():
    with emulated("uniview-dome") as emulation:
        (played,) = emulation.devices
        with desk(Site(address=played.address, port=8080), path=PATH) as at:
            caller = onvif.caller(at)
            told = {o.field: o.value for reply in caller.ask() for o in channel.read(reply)}

    assert told["onvif.manufacturer"] == "UNIVIEW"
    assert told["onvif.serial"] == "210235C7TV3204000117"
    assert told["mac.address"] == played.device.mac
    assert told["onvif.hostname"] == "yard-north"
    assert caller.fate is Fate.TAKEN
    assert len(logins_of(played)) == 4
    assert played.most_open == 1


def test_clock_comes_first_and_without_a_login():
    _, _, _, heard = visit(token_device)

    assert b"GetSystemDateAndTime" in heard[0]
    assert not any(b"UsernameToken" in request for request in heard[:2])


def test_token_is_written_with_the_devices_time():
    ahead = dt.timedelta(hours=-3, minutes=7)
    _, stopped, _, heard = visit(lambda name, request: token_device(name, request, ahead))
    created = re.search(rb"<wsu:Created[^>]*>([^<]+)<", heard[2])[1].decode()
    nonce, digest = (re.search(rb"<wsse:%s [^>]*>([^<]+)<" % name, heard[2])[1] for name in (b"Nonce", b"Password"))
    from base64 import b64decode, b64encode

    assert stopped is None
    assert created.endswith("Z")
    assert abs(dt.datetime.fromisoformat(created) - dt.datetime.now(dt.UTC) - ahead) < dt.timedelta(minutes=1)
    assert len(b64decode(nonce)) == 16
    assert digest == b64encode(sha1(b64decode(nonce) + created.encode() + CANARY.encode()).digest())


def test_device_with_http_digest_gets_that_and_no_token():
    replies, stopped, caller, heard = visit(digest_device)

    assert stopped is None
    assert len(replies) == 4
    assert not any(b"UsernameToken" in request for request in heard)
    assert sum(b"Authorization: Digest" in request for request in heard) == 4
    assert caller.fate is Fate.TAKEN


@pytest.mark.parametrize(
    "refuse",
    [
        lambda name, request: clock() if "Date" in name else soap(FAULT, 400),
        lambda name, request: clock() if "Date" in name else soap(FAULT, 500),
        lambda name, request: clock() if "Date" in name else soap(b"", 401, DIGEST),
        lambda name, request: clock() if "Date" in name else soap(FAULT, 401),
    ],
    ids=["fault 400", "fault 500", "digest", "401 without a challenge"],
)
def test_refused_login_is_sent_once(refuse):
    replies, stopped, caller, heard = visit(refuse)
    with_login = [r for r in heard if b"UsernameToken" in r or b"Authorization" in r]

    assert (replies, stopped.status, caller.fate) == ([], "auth", Fate.REFUSED)
    assert len(with_login) == 1


def test_without_a_clock_no_token_is_sent():
    _, stopped, caller, heard = visit(lambda name, request: soap(FAULT, 400))

    assert "clock" in stopped.detail
    assert caller.fate is Fate.UNSENT
    assert not any(b"UsernameToken" in request for request in heard)


def test_guard_has_the_last_word():
    for device in (token_device, digest_device):
        _, stopped, caller, heard = visit(device, claim=Claims("it refused this login before"))

        assert "refused this login before" in stopped.detail
        assert caller.fate is Fate.UNSENT
        assert not any(b"UsernameToken" in r or b"Authorization" in r for r in heard)


def test_device_that_needs_no_login_gets_none():
    replies, stopped, caller, heard = visit(lambda name, request: clock() if "Date" in name else soap(INFO))

    assert (len(replies), stopped, caller.fate) == (4, None, Fate.UNSENT)
    assert not any(b"UsernameToken" in r or b"Authorization" in r for r in heard)


def test_what_is_recorded_holds_no_login():
    replies, _, _, _ = visit(token_device)

    for reply in replies:
        assert b"UsernameToken>REDACTED<" in reply.request
        assert b"Nonce" not in reply.request
        assert b"auditor" not in reply.request


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize("bomb", [BOMB, b"<x>" * 5000, b"<a>" + b"x" * 100_000, b"\x00\x01\x02", b"<a/>" * 5000])
def test_hostile_answer_costs_one_bounded_failure(bomb):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb
    replies, stopped, caller, heard = visit(lambda name, request: answer)

    assert replies == []
    assert stopped.status in {"malformed", "too_large"}
    assert len(heard) == 1
    assert caller.fate is Fate.UNSENT


def test_call_that_is_never_sent_tells_nothing(monkeypatch):
    library = onvif.load()

    def forgetful(session, address, token, name):
        if name != "GetScopes":
            library.call(session, address, token, name)

    monkeypatch.setattr(onvif, "load", lambda: onvif.Library(library.token, forgetful))
    replies, stopped, caller, _ = visit(token_device)

    assert [b"GetDeviceInformation" in reply.request for reply in replies] == [True]
    assert (stopped.status, caller.fate) == ("malformed", Fate.TAKEN)


def test_redirect_is_not_followed():
    with serving(lambda sock: sock.recv(64)) as elsewhere:
        move = soap(b"", 302, b"Location: http://127.0.0.1:%d/onvif/device_service\r\n" % elsewhere.port)
        _, stopped, _, _ = visit(lambda name, request: move)

    assert stopped
    assert elsewhere.begun == 0


def test_address_that_a_device_names_is_never_dialled():
    with serving(lambda sock: sock.recv(64)) as elsewhere:
        named = b"<tds:XAddr>http://127.0.0.1:%d/onvif/device_service</tds:XAddr>" % elsewhere.port
        visit(lambda name, request: token_device(name, request).replace(b"<tds:Model>M1</tds:Model>", named))

    assert elsewhere.begun == 0


FRESH = """
import logging, os
os.environ["http_proxy"] = "http://127.0.0.1:9"
root, client = logging.getLogger(), logging.getLogger("zeep.client")
def told(): return root.level, list(root.handlers), client.level, dict(os.environ)
before = told()
from netaudit.discovery.login import onvif
onvif.load()
assert before == told(), (before, told())
assert "onvif" in __import__("sys").modules
"""


def test_logging_and_environment_are_left_as_they_were():
    ended = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_refused_token_is_not_followed_by_a_digest():
    def fickle(name, request):
        if "Date" in name:
            return clock()
        return soap(b"", 401, DIGEST) if b"UsernameToken" in request else soap(FAULT, 400)

    _, stopped, caller, heard = visit(fickle)

    assert (stopped.status, caller.fate) == ("auth", Fate.REFUSED)
    assert sum(b"UsernameToken" in request for request in heard) == 1
    assert not any(b"Authorization" in request for request in heard)


def test_nothing_is_logged_of_an_envelope(caplog):
    with caplog.at_level(logging.DEBUG):
        visit(token_device)

    assert "UsernameToken" not in caplog.text
    assert CANARY not in caplog.text


@pytest.mark.parametrize("missing", ["package", "files"])
def test_library_that_is_not_whole_is_told(monkeypatch, missing):
    def nowhere(name):
        if missing == "package":
            raise onvif.PackageNotFoundError(name)
        return type("Distribution", (), {"files": ()})

    onvif.load.cache_clear()
    monkeypatch.setattr(onvif, "distribution", nowhere)
    _, stopped, _, heard = visit(token_device)
    onvif.load.cache_clear()

    assert "onvif-zeep is not installed" in stopped.detail
    assert heard == []


@pytest.mark.parametrize(
    "body", [b"<a/>", b"<UTCDateTime/>", b"x", CLOCK % (25, 0, 0, 2026, 1, 1), CLOCK % (1, 0, 0, 0, 0, 0)]
)
def test_clock_that_tells_no_time_is_none(body):
    with pytest.raises(ValueError):
        onvif.read_clock(body.replace(b"tds:", b""))
