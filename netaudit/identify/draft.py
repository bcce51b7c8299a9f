"""Draft: fingerprints of a device that nothing knows yet, as TOML for somebody to complete. Pure.

Of all that the device said, what identifies best comes first. Left out is what a fingerprint knows already, what
everybody writes, and what is this one device's alone: serial numbers, addresses, dates. The draft loads when its blanks
are filled: who made the device, and a near miss for each pattern.
"""

import re
from collections.abc import Iterator
from itertools import islice

from netaudit.identify.fingerprints import Library
from netaudit.identify.match import match
from netaudit.identify.names import plain
from netaudit.model import Device
from netaudit.vocabulary import is_placeholder

MOST_ENTRIES = 8
MOST_PER_FIELD = 3
LONGEST_VALUE = 200  # characters; what is longer is a page or a listing, and no name

# The fields in order of worth, with the strength to begin with: the maker's own protocol; names in the open ones; what
# servers, pages and certificates show; announcements; and the order in which a server writes its headers.
WORTH = {
    "isapi.manufacturer": "strong", "dhip.vendor": "strong", "dhip.manufacturer": "strong", "magicbox.vendor": "strong",
    "sadp.device_description": "strong", "isapi.model": "strong", "dhip.device_type": "strong",
    "magicbox.device_type": "strong",
    "onvif.manufacturer": "medium", "onvif.scope": "medium", "onvif.model": "medium", "upnp.manufacturer": "medium",
    "upnp.model_name": "medium",
    "http.realm": "medium", "rtsp.realm": "medium", "http.server": "medium", "rtsp.server": "medium",
    "http.title": "medium", "tls.subject": "medium", "http.favicon_md5": "medium",
    "mdns.service": "medium", "mdns.txt": "medium", "ssdp.server": "medium",
    "http.headers": "weak", "rtsp.headers": "weak",
}  # fmt: skip
MODELS = frozenset(
    {
        "sadp.device_description", "isapi.model", "dhip.device_type", "magicbox.device_type", "onvif.model",
        "upnp.model_name",
    }
)  # fmt: skip
HEADERS = frozenset({"http.headers", "rtsp.headers"})
FEWEST_HEADERS = 5  # in whatever order: fewer stand in that order with many

# A value that has no other words than these is everybody's: software that many build on, and what pages are called.
GENERIC = frozenset(
    """
    access admin administrator and apache application appweb area auth authenticate authentication automatic bad
    basehttp basic boa cam camera cgi civetweb client cn com config configuration console coyote cpython debian
    default device devices digest dlnadoc dns document domain dvr embedded enter error express file for forbidden
    found ftp gateway goahead gsoap gstreamer hardware home host hostname htm html http httpapi httpd https
    httpserver iis index info information interface internet intranet invalid iot ip ipc ipcam ipcamera jetty
    kestrel lan libmicrohttpd lighttpd linux live local localhost login logon main manage management media menu
    micro microsoft mini miniupnpd mongoose monitor moved my name net network nginx no node not nvr of ok on onvif
    openresty openwrt org ou page password path permanently please portable posix private protected psia public
    python rc realm recorder redirect request required response restricted root router rtsp sd sdk secure security
    server service services session sftp sign site smb ssh st start status stream streaming sub surveillance system
    tcp telnet test the thttpd title to tomcat txtvers ubuntu udp uhttpd unauthorized unix unknown untitled upnp
    user version video view viewer web webs webserver website welcome werkzeug workstation www xvr your
    """.split()  # noqa: SIM905  two hundred words read best as text
)
STANDARD_SCOPE = re.compile(r"(?i)onvif://(?:www\.)?onvif\.org/(?!name/|hardware/)")  # ONVIF Core, section 7.3.2.2
ONE_DEVICE = re.compile(
    r"(?i)\d{6}|(?<!\d)(?:19|20)\d\d[-/.][01]?\d[-/.][0-3]?\d"  # a number that counts, a date; below, addresses
    r"|(?<!\d)\d{2,3}(?:\.\d{1,3}){3}(?![\d.])|[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}|[0-9a-f]{8}-[0-9a-f]{4}-"
)
COUNTRY = re.compile(r"\bC=[A-Z]{2}\b")  # in a certificate's subject
SERIAL = re.compile(r"(?=(?:[A-Za-z]*\d){4})[0-9A-Za-z]{8,}")  # a long word with four digits or more
SERIAL_AMONG_MODELS = re.compile(r"(?=(?:[A-Za-z]*\d){4})[0-9A-Za-z]{12,}")  # "2CD2143G2" is a model's
VERSION_TAIL = re.compile(r"(.*[A-Za-z].*?)(?<![\d.])(\d{1,5}(?:\.\d{1,5}){1,4})")
ANY_VERSION = r"\d{1,5}(?:\.\d{1,5}){1,4}"

HEAD = """\
# Drafted from what {device} said. Complete id, title, asserts and rejects; delete what you do not know better.
# A maker that netaudit has no name for goes into a names.toml beside this file. How: fingerprints/README.md
"""


def draft(device: Device, library: Library, source: str) -> str:
    """Fingerprints to be completed, of what the device said and the library does not know; ValueError if nothing."""
    name = next(iter((*device.addresses, *device.macs)), device.id)
    found = list(islice(_candidates(device, library), MOST_ENTRIES))
    if not found:
        raise ValueError(f"{name}: what it says is known, or everybody's, or its own alone: there is nothing to draft")
    entries = (_entry(number, fields, value, source) for number, (fields, value) in enumerate(found, start=1))
    return "\n".join((HEAD.format(device=name), *entries))


def _candidates(device: Device, library: Library) -> Iterator[tuple[tuple[str, ...], str]]:
    """The fields that say a value, and the value: best first, and fields that mean the same together."""
    known, own = _known(device, library), _own_names(device)
    found: dict[tuple[str, str], list[str]] = {}
    for field in WORTH:
        values = sorted({o.value for o in device.observations if o.field == field} - known.get(field, set()))
        telling = (value for value in values if _tells(field, value, own))
        for value in islice(telling, MOST_PER_FIELD):
            found.setdefault((field.partition(".")[2], value), []).append(field)
    yield from ((tuple(fields), value) for (_, value), fields in found.items())


def _known(device: Device, library: Library) -> dict[str, set[str]]:
    """The values by field from which a fingerprint concludes something; to cut a name out is not to know it."""
    concluding = {fingerprint.id for fingerprint in library.fingerprints if fingerprint.asserts}
    known: dict[str, set[str]] = {}
    for hit in match(device, library):
        if hit.fingerprint in concluding or "family" in dict(hit.claims):
            known.setdefault(hit.observation.field, set()).add(hit.observation.value)
    return known


def _own_names(device: Device) -> set[str]:
    """What only this device is called, as names are compared: its keys, and the tails of its hardware addresses."""
    names = {plain(key.partition(":")[2]) for key in device.keys if not key.startswith("address:")}
    return (names | {plain(mac)[6:] for mac in device.macs}) - {""}


def _tells(field: str, value: str, own: set[str]) -> bool:
    """Whether a value can say who made the device: neither everybody's nor this one's alone."""
    if not value.isprintable() or len(value) > LONGEST_VALUE:
        return False
    if field in HEADERS:
        return value.count(",") >= FEWEST_HEADERS - 1
    if field == "http.favicon_md5":
        return True
    serial = SERIAL_AMONG_MODELS if field in MODELS or field == "onvif.scope" else SERIAL
    return not (_is_generic(value) or serial.search(value) or _is_one_device(value, own))


def _is_generic(value: str) -> bool:
    words = (word for word in re.findall("[^\\W\\d_]+", COUNTRY.sub("", value).casefold()) if len(word) > 1)
    return is_placeholder(value) or bool(STANDARD_SCOPE.match(value)) or all(word in GENERIC for word in words)


def _is_one_device(value: str, own: set[str]) -> bool:
    return bool(ONE_DEVICE.search(value)) or any(name in plain(value) for name in own)


def _entry(number: int, fields: tuple[str, ...], value: str, source: str) -> str:
    pattern, yields = _pattern(fields[0], value)
    groups = ", ".join(f"{name} = {_quoted(text)}" for name, text in yields.items())
    example = f"{{ text = {_quoted(value)}, yields = {{ {groups} }} }}" if groups else _quoted(value)
    where = f"fields = [{', '.join(map(_quoted, fields))}]" if len(fields) > 1 else f"field = {_quoted(fields[0])}"
    remark = (
        "  # if the version is not the firmware's: (?:…) in place of (?P<firmware>…)" if "firmware" in yields else ""
    )
    return f"""\
[[fingerprint]]
{where}
id = 'new-{number}'  # maker-what-where, in lower case
title = ''  # in one line: what it shows
pattern = {_quoted(pattern)}{remark}
asserts = {{ }}  # who made it?
strength = '{WORTH[fields[0]]}'  # proof, strong, medium or weak
sources = [{_quoted(source)}]
matches = [{example}]
rejects = [
  # {{ text = '', why = '' }},  # what somebody else writes almost like it
]
"""


def _pattern(field: str, value: str) -> tuple[str, dict[str, str]]:
    """A pattern for this value, and what its groups hold in it."""
    if field in MODELS:
        return f"^(?P<model>{_escaped(value)})$", {"model": value}
    if tail := VERSION_TAIL.fullmatch(value):
        return f"^{_escaped(tail[1])}(?P<firmware>{ANY_VERSION})$", {"firmware": tail[2]}
    return f"^{_escaped(value)}$", {}


def _escaped(text: str) -> str:
    """As re.escape, without the backslashes that nobody needs."""
    return re.sub(r"[][.^$*+?{}\\|()]", r"\\\g<0>", text)


def _quoted(text: str) -> str:
    """A TOML string: literal where it can be."""
    if "'" not in text and text.isprintable():
        return f"'{text}'"
    kept = (c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08X}" for c in text)
    return f'"{"".join(kept)}"'
