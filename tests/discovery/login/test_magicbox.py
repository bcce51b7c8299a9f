from hashlib import sha256

import pytest
from support.channel_lists import SECRET, remote_devices
from support.logins import desk, emulated, logins_of

from netaudit.discovery import magicbox as channel
from netaudit.discovery.login import magicbox
from netaudit.discovery.login.desk import Fate
from netaudit.model import Reply
from netaudit.wire.line import Site


def told(payload):
    reply = Reply(channel="magicbox", transport="tcp", address="192.0.2.7", port=80, payload=payload)
    return {(o.field, o.value, o.part) for o in channel.read(reply)}


def test_what_is_kept_says_the_same_without_the_secrets():
    listed = remote_devices({"Address": "10.1.1.65", "SerialNo": "5D0", "Enable": "true"}, {"Enable": "false"})
    for document in (listed, "type=NVR5216\r\nversion=4.001\r\nBuildDate=2022-01-11\r\n", "sn=4F07\n"):
        kept = magicbox.keep(document.encode())

        assert SECRET.encode() not in kept
        assert told(kept) == told(document.encode())


def test_large_list_is_kept_in_part():
    slots = ({"Address": f"10.1.{n // 200}.{n % 200 + 1}", "SerialNo": f"S{n:04d}"} for n in range(256))
    kept = magicbox.keep(remote_devices(*slots).encode())

    assert len({part for _, _, part in told(kept) if part}) == 256
    assert SECRET.encode() not in kept


def test_page_is_no_answer():
    with pytest.raises(ValueError, match="key=value"):
        magicbox.keep(b"<html>not here</html>")


def test_recorder_tells_of_its_cameras_in_four_requests():
    with emulated("dahua-recorder") as emulation:
        (played,) = emulation.devices
        where = Site(address=played.address, port=8443, certificate=_certificate(played.address))
        with desk(where, recorder=True) as at:
            caller = magicbox.caller(at)
            replies = list(caller.ask())
    told_of = {o.part for reply in replies for o in channel.read(reply) if o.part}

    assert [reply.request.split(b" ")[1].decode() for reply in replies] == list(magicbox.RECORDER)
    assert len(told_of) == 16
    assert caller.fate is Fate.TAKEN
    assert len(logins_of(played)) == 4
    assert all(b'algorithm="SHA-256"' in request for request in logins_of(played))
    assert not any(b"recorder-user" in reply.payload for reply in replies)
    assert len(magicbox.DEVICE) == 4


def _certificate(address):
    import socket
    import ssl

    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((address, 8443)) as plain, context.wrap_socket(plain) as sock:
        return sha256(sock.getpeercert(binary_form=True)).hexdigest()
