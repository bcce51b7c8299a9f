"""Hikvision's ISAPI with a login: who the device is, and of a recorder which cameras stand behind it.

A list of channels names the accounts that the recorder logs in with. Of every answer only the elements that the reader
knows are kept, before anything is recorded.
"""

from collections.abc import Iterable, Iterator

from netaudit.discovery import isapi
from netaudit.discovery.login.caller import Caller
from netaudit.discovery.login.desk import Desk
from netaudit.discovery.markup import local_name, parse
from netaudit.discovery.text import decode

DEVICE = ("/ISAPI/System/deviceInfo",)
RECORDER = (*DEVICE, "/ISAPI/ContentMgmt/InputProxy/channels", "/ISAPI/ContentMgmt/InputProxy/channels/status")
MOST_BYTES = 1024 * 1024  # a list of 256 channels, with some two KiB each
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
    return Caller(desk, "isapi", RECORDER if desk.recorder else DEVICE, MOST_BYTES, keep)


def keep(body: bytes) -> bytes:
    """An answer without any text or attribute but those that are read; ValueError where it is no XML, or too much."""
    text = decode(body)
    pieces = _pieces(text)
    kept = "".join(
        _shortened(pieces) if "<InputProxyChannel" in text else map("<{0[0]}>{0[1]}".format, pieces)
    ).encode()
    parse(kept, isapi.MAX_BYTES)
    return kept


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """(tag, text behind it) of every tag: without attributes, and texts only where they are read."""
    first, *commented = text.split("<!--")
    bare = first + "".join(rest.partition("-->")[2] for rest in commented)
    for piece in bare.split("<")[1:]:
        tag, _, content = piece.partition(">")
        if tag[:1] in {"", "!", "?"} or not tag.strip("/ \t\r\n"):  # sections of characters may hold anything
            continue
        name, *attributes = tag.rstrip("/").split()
        named = "".join(f" {a}" for a in attributes if a.startswith("xmlns"))
        ended = "/" if tag.endswith("/") else ""
        wanted = local_name(name) in _TEXTS or content.isspace()
        yield f"{name}{named}{ended}", content if wanted else ""


def _shortened(pieces: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A list of channels without the elements that are emptied: 256 channels have more of them than are read."""
    opened = ("", "")
    for tag, content in (*pieces, ("", "")):
        name = opened[0].partition(" ")[0]
        if tag == f"/{name}" and local_name(name) not in _TEXTS and not opened[1].strip():
            opened = ("", "")
            continue
        if opened[0]:
            yield f"<{opened[0]}>{opened[1]}"
        opened = (tag, content)
