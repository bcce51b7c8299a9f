"""Logging in to a server of others: lighttpd checks our digests, so that they are not judged by our own emulation."""

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from hashlib import md5, sha256

import pytest
from support.logins import CANARY, credential, desk

from netaudit.discovery.login.caller import Caller
from netaudit.discovery.login.desk import Fate, Stop
from netaudit.wire.line import Site

LIGHTTPD = shutil.which("lighttpd") or shutil.which("lighttpd", path="/usr/sbin")
HASHES = {"MD5": md5, "SHA-256": sha256}
REALM = "Login to 7be03a91, channel (1)"
CONFIGURATION = """
server.modules = ("mod_auth", "mod_authn_file", "mod_accesslog")
server.document-root = "{folder}/pages"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{folder}/errors"
accesslog.filename = "{folder}/log"
accesslog.format = "%s %{{Authorization}}i"
auth.backend = "htdigest"
auth.backend.htdigest.userfile = "{folder}/users"
auth.require = ("/" => ("method" => "digest", "algorithm" => "{algorithm}", "realm" => "{realm}", "require" => "valid-user"))
"""


@contextmanager
def lighttpd(folder, algorithm):
    """A lighttpd that lets one user in; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret = HASHES[algorithm](f"auditor:{REALM}:{CANARY}".encode()).hexdigest()
    (folder / "users").write_text(f"auditor:{REALM}:{secret}\n")
    (folder / "pages").mkdir()
    for name in "ab":
        (folder / "pages" / name).write_text(f"page={name}\n")
    configured = CONFIGURATION.format(folder=folder, port=port, algorithm=algorithm, realm=REALM)
    (folder / "configuration").write_text(configured)
    with subprocess.Popen([LIGHTTPD, "-D", "-f", folder / "configuration"], stderr=subprocess.PIPE) as program:
        try:
            _wait_for(port)
            yield port
        finally:
            program.terminate()


def _wait_for(port):
    for _ in range(600):
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("lighttpd does not start")


pytestmark = pytest.mark.skipif(LIGHTTPD is None, reason="lighttpd is not installed")


def visit(port, password=CANARY):
    """(payloads, fate) of a visit to both pages."""
    payloads = []
    with desk(Site(address="127.0.0.1", port=port), credential(password)) as at:
        caller = Caller(at, "magicbox", ("/a", "/b"), 1000, bytes)
        with suppress(Stop):
            payloads.extend(reply.payload for reply in caller.ask())
    return payloads, caller.fate


@pytest.mark.parametrize("algorithm", HASHES)
def test_right_password_is_let_in(tmp_path, algorithm):
    with lighttpd(tmp_path, algorithm) as port:
        payloads, fate = visit(port)

    assert payloads == [b"page=a\n", b"page=b\n"]
    assert fate is Fate.TAKEN


@pytest.mark.parametrize("algorithm", HASHES)
def test_wrong_password_is_one_try(tmp_path, algorithm):
    with lighttpd(tmp_path, algorithm) as port:
        payloads, fate = visit(port, "wrong-password")
    logged = (tmp_path / "log").read_text().splitlines()

    assert (payloads, fate) == ([], Fate.REFUSED)
    assert [line.split()[0] for line in logged] == ["401", "401"]
    assert ["Digest" in line for line in logged] == [False, True]
