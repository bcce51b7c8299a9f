"""Logins for tests: credentials, a guard without a past, and devices on loopback that want one."""

from contextlib import contextmanager
from ipaddress import IPv4Network
from pathlib import Path

import msgspec
from support.loopback import corner_place
from support.servers import open_gate

from netaudit.credentials import LOGINS, Credential, Secret
from netaudit.demo import emulate, load_devices
from netaudit.discovery.login.desk import Desk
from netaudit.discovery.login.lockout import Guard
from netaudit.wire.line import Line, Site

CANARY = "canary-Geheim-4711"  # a password that must be found nowhere


def credential(password=CANARY, network="0.0.0.0/0", user="auditor", **more):
    """One login, for everybody unless a network is given."""
    return Credential(
        network=IPv4Network(network), user=user, password=Secret(password), **{"protocols": LOGINS, **more}
    )


class Claims:
    """Counts how often a login was about to be sent; gives a reason not to where it has one."""

    def __init__(self, reason=None):
        self.reason, self.count = reason, 0

    def __call__(self):
        self.count += 1
        return self.reason


@contextmanager
def desk(site, login=None, *, claim=None, path="", recorder=False, deadline_s=30.0):
    """A desk for one site, whose line is closed at the end."""
    line = Line(open_gate(), site.address, deadline_s)
    try:
        yield Desk(
            line=line,
            site=site,
            credential=login or credential(),
            claim=claim or Claims(),
            path=path,
            recorder=recorder,
        )
    finally:
        line.close()


def site(service):
    """Where a server of a test is."""
    return Site(address=service.address, port=service.port)


def guard(folder: Path, **more):
    """A guard whose notes are in this folder."""
    return Guard(folder / "state", **more)


@contextmanager
def emulated(*names, phrase=CANARY, user="auditor"):
    """These devices, played in this process's corner of loopback; who knows the phrase is let in."""
    known = {device.name: device for device in load_devices()}
    devices = [_with_login(known[name], phrase=phrase, user=user) for name in names]
    with emulate(devices, corner_place) as emulation:
        yield emulation


def _with_login(device, **login):
    if device.login is None:
        return device
    return msgspec.structs.replace(device, login=msgspec.structs.replace(device.login, **login))


def logins_of(played):
    """The requests with a login that a device saw, in order."""
    return [r for r in played.requests() if b"\r\nAuthorization:" in r or b"UsernameToken" in r]
