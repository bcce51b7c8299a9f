"""Dahua's CGI with a login: who the device is, and of a recorder which cameras stand behind it.

Four requests are the most: each may cost the device two connections and a line in its log. The table of remote devices
holds the passwords of the cameras, and nothing of it is kept but the lines that are read.
"""

from netaudit.discovery import magicbox
from netaudit.discovery.login.caller import Caller
from netaudit.discovery.login.desk import Desk
from netaudit.discovery.text import decode

_DEVICE = tuple(
    f"/cgi-bin/magicBox.cgi?action={name}" for name in ("getDeviceType", "getSerialNo", "getSoftwareVersion")
)
DEVICE = (*_DEVICE, "/cgi-bin/magicBox.cgi?action=getVendor")
RECORDER = (*_DEVICE, "/cgi-bin/configManager.cgi?action=getConfig&name=RemoteDevice")


def caller(desk: Desk) -> Caller:
    """Who asks a device at this desk."""
    return Caller(desk, "magicbox", RECORDER if desk.recorder else DEVICE, magicbox.MAX_BYTES, keep)


def keep(body: bytes) -> bytes:
    """The lines of an answer that are read; ValueError where there are none of that form."""
    lines = decode(body).splitlines()
    if body.strip() and not any("=" in line for line in lines):
        raise ValueError("no lines of the form key=value")
    return "".join(f"{line}\r\n" for line in lines if magicbox.is_read(line.partition("=")[0].strip())).encode()
