"""Hikvision's ISAPI with a login: who the device is, and of a recorder which cameras stand behind it.

A list of channels names the accounts that the recorder logs in with. Of every answer only the elements that the reader
knows are kept, before anything is recorded.
"""

from collections.abc import Iterator

from netaudit.discovery import isapi
from netaudit.discovery.login.caller import Caller
from netaudit.discovery.login.desk import Desk
from netaudit.discovery.markup import local_name, parse
from netaudit.discovery.text import decode

DEVICE = ("/ISAPI/System/deviceInfo",)
RECORDER = (*DEVICE, "/ISAPI/ContentMgmt/InputProxy/channels", "/ISAPI/ContentMgmt/InputProxy/channels/status")
# What the reader reads, and whether a channel is on line; everything else is emptied.
_TEXTS = frozenset(
    {
        "manufacturer", "model", "serialNumber", "subSerialNumber", "deviceName", "deviceType", "deviceDescription",
        "deviceLocation", "systemContact", "OEMCode", "hardwareVersion", "firmwareVersionInfo", "firmwareVersion",
        "firmwareReleasedDate", "encoderVersion", "encoderReleasedDate", "macAddress", "telecontrolID", "marketType",
        "id", "proxyProtocol", "ipAddress", "online",
    }
)  # fmt: skip


def caller(desk: Desk) -> Caller:
    """Who asks a device at this desk."""
    return Caller(desk, "isapi", RECORDER if desk.recorder else DEVICE, isapi.MAX_BYTES, keep)


def keep(body: bytes) -> bytes:
    """An answer without any text or attribute but those that are read; ValueError where it is no XML."""
    parse(body, isapi.MAX_BYTES)
    return "".join(_pieces(decode(body))).encode()


def _pieces(text: str) -> Iterator[str]:
    first, *commented = text.split("<!--")
    bare = first + "".join(rest.partition("-->")[2] for rest in commented)
    for piece in bare.split("<")[1:]:
        tag, _, content = piece.partition(">")
        if tag[:1] in {"", "!", "?"} or not tag.strip("/ "):  # sections of characters may hold anything
            continue
        name, *attributes = tag.rstrip("/").split()
        named = "".join(f" {a}" for a in attributes if a.startswith("xmlns"))
        ended = "/" if tag.endswith("/") else ""
        yield f"<{name}{named}{ended}>{content if local_name(name) in _TEXTS else _blank(content)}"


def _blank(content: str) -> str:
    return content if content.isspace() else ""
