"""What devices name of their own: ports, and URLs of documents and services; and what of it may be asked. Pure.

Anybody on a network can forge an answer, so that what is named is a wish of whoever sent it. A port may be asked that
is no other service's. A URL only where its host is the address that the answer came from, written as such; and of its
path we take what descriptions and device services are known to look like, and nothing that other requests look like:
or a forged answer could have us ask a camera something that hurts it (UPnP Device Architecture 1.1 section 1.3.3).
"""

import re
from dataclasses import dataclass

from netaudit.model import Target

# Never asked, whatever a device names: no camera serves its pages there, and another machine's service might be hurt.
FOREIGN_PORTS = frozenset({22, 23, 25, 53, 110, 143, 389, 445, 3306, 5432, 6379, 27017})
DEVICE_SERVICE = "/onvif/device_service"  # ONVIF Core Specification section 5.1.1
_URL = re.compile(r"(http|https)://(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?(/[!-~]{0,255})?", re.ASCII | re.IGNORECASE)
_DESCRIPTION = re.compile(
    r"(?:/[A-Za-z0-9_-][A-Za-z0-9_.:-]{0,63}){0,4}/[A-Za-z0-9_-][A-Za-z0-9_.:-]{0,63}\.xml", re.ASCII
)
_SERVICE = re.compile(r"/onvif(?:/[A-Za-z0-9_-]{1,64}){1,3}", re.ASCII)
# Words in the paths of configuration, logins, pictures and streams, with the makers' own trees; and what climbs a tree.
_NOT_OURS = re.compile(
    r"cgi|isapi|psia|sdk|conf|command|cmd|language|user|security|login|snapshot|picture|image|audio|stream|event|media|\.\.",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """A URL of a device's own, in parts."""

    port: int
    path: str  # "/" where the URL has none
    secured: bool


def port_of(text: str) -> int:
    """A port that may be asked, or 0."""
    number = int(text) if len(text) <= 5 and text.isascii() and text.isdigit() else 0
    return number if 0 < number < 65536 and number not in FOREIGN_PORTS else 0


def url_of(text: str, source: str) -> Named | None:
    """The URL, where it leads to the address that named it; None for every other host, name, user and scheme."""
    found = _URL.fullmatch(text)
    if not found or found[2] != source:
        return None
    secured = found[1].lower() == "https"
    port = port_of(found[3]) if found[3] else (443 if secured else 80)
    return Named(port, found[4] or "/", secured) if port else None


def checked(target: Target) -> Target:
    """A target that stands in a file, as it is. ValueError where it names what no device could have had asked."""
    named = (*target.services, *((target.description,) if target.description else ()))
    ports = [*target.ports, *target.silent_ports, *target.secure_ports, *target.stream_ports, *target.bare_ports]
    wrong = [str(port) for port in (*ports, *(port for port, _ in named)) if not port_of(str(port))]
    wrong += [path for _, path in target.services if service_path(path) != path]
    wrong += [target.description[1]] if target.description and not is_description(target.description[1]) else []
    if wrong:
        raise ValueError(f"the bundle names {wrong[0][:80]!r}, which is never asked: do not continue this run")
    return target


def is_description(path: str) -> bool:
    """Whether this may be the path of a UPnP description: an XML document, without a query."""
    return bool(_DESCRIPTION.fullmatch(path)) and not _NOT_OURS.search(path)


def service_path(path: str) -> str:
    """The path of an ONVIF device service as it was named, or the usual one where that is not to be trusted."""
    return path if _SERVICE.fullmatch(path) and not _NOT_OURS.search(path) else DEVICE_SERVICE
